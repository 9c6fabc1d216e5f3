package kafkatest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Small are options of a JVM that is one of several on few cores, and short-lived: it
// compiles little, and collects garbage with one thread.
func Small() []string { return []string{"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"} }

// withDefaults fills in what is zero.
func (o Options) withDefaults() Options {
	if o.Jars == "" {
		o.Jars = Jars()
	}
	if o.Heap == "" {
		o.Heap = "512m"
	}
	if o.Ready == 0 {
		o.Ready = time.Minute
	}
	return o
}

// prepare formats the storage of n nodes of one new cluster, each a broker and a
// controller, and starts none.
func prepare(ctx context.Context, n int, opts Options) (all []*Broker, err error) {
	opts = opts.withDefaults()
	java, err := exec.LookPath("java")
	if err != nil {
		return nil, fmt.Errorf("%w: java: %w", ErrNotInstalled, err)
	}
	if found, _ := filepath.Glob(filepath.Join(opts.Jars, "kafka_*.jar")); len(found) == 0 {
		return nil, fmt.Errorf("%w: no jars in %s; run deploy/kafka/install.sh", ErrNotInstalled, opts.Jars)
	}
	ports, err := freePorts(2 * n)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, b := range all {
			if err != nil {
				b.remove()
			}
		}
	}()
	id, voters := clusterID(), make([]string, n)
	for i := range n {
		b := &Broker{Addr: fmt.Sprintf("127.0.0.1:%d", ports[2*i]), ID: int32(i + 1), opts: opts, dir: opts.Dir, java: java}
		voters[i] = fmt.Sprintf("%d@127.0.0.1:%d", b.ID, ports[2*i+1])
		if b.dir == "" {
			if b.dir, err = os.MkdirTemp("", "clearlane-kafka-"); err != nil {
				return all, err
			}
			b.own = true
		} else if n > 1 {
			b.dir = filepath.Join(b.dir, strconv.Itoa(i+1))
			if err = os.MkdirAll(b.dir, 0o700); err != nil {
				return all, err
			}
		}
		all = append(all, b)
	}
	for i, b := range all {
		if err = b.format(ctx, id, strings.Join(voters, ","), ports[2*i+1], n); err != nil {
			return all, err
		}
	}
	return all, nil
}

// clusterID is a new one, in the form of kafka-storage's random-uuid: 16 bytes, of which
// the first may not read as the beginning of a flag.
func clusterID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[0] &= 0x7f
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// format writes server.properties and the storage's identity.
func (b *Broker) format(ctx context.Context, cluster, voters string, controller, nodes int) error {
	settings := map[string]string{
		"process.roles":                  "broker,controller",
		"node.id":                        strconv.Itoa(int(b.ID)),
		"controller.quorum.voters":       voters,
		"listeners":                      fmt.Sprintf("PLAINTEXT://%s,CONTROLLER://127.0.0.1:%d", b.Addr, controller),
		"advertised.listeners":           "PLAINTEXT://" + b.Addr,
		"controller.listener.names":      "CONTROLLER",
		"inter.broker.listener.name":     "PLAINTEXT",
		"listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
		"log.dirs":                       filepath.Join(b.dir, "data"),
		"num.partitions":                 "4",
		"auto.create.topics.enable":      "false",
		"offsets.topic.num.partitions":   "4",

		"transaction.state.log.num.partitions": "4",
		"group.initial.rebalance.delay.ms":     "0",
		// A broker that was killed may register again when its old session has ended.
		"broker.session.timeout.ms":    "3000",
		"broker.heartbeat.interval.ms": "500",
		"group.min.session.timeout.ms": "1000",
		"log.retention.hours":          "-1",
		// Topics that state a retention are not cleaned either: tests send records of fixed
		// dates, which lie further back every day.
		"log.initial.task.delay.ms": "86400000",
		// A log has two index files. Linux zeroes what its page cache takes of them at a time; of
		// the default, 10 MiB each, that is most of two cores while hundreds of logs are new.
		"log.index.size.max.bytes": strconv.Itoa(256 << 10),
	}
	maps.Copy(settings, replication(nodes))
	maps.Copy(settings, b.opts.Settings)
	var text bytes.Buffer
	for k, v := range settings {
		fmt.Fprintf(&text, "%s=%s\n", k, v)
	}
	if err := os.WriteFile(b.properties(), text.Bytes(), 0o600); err != nil {
		return err
	}
	format := exec.CommandContext(ctx, b.java, b.command("kafka.tools.StorageTool", "format", "-t", cluster, "-c", b.properties()).Args[1:]...)
	if out, err := format.CombinedOutput(); err != nil {
		return fmt.Errorf("kafka storage format: %w: %s", err, out)
	}
	return nil
}

// replication is how often everything is kept: on every node, and acknowledged when all
// but one have it, so that one may be away.
func replication(nodes int) map[string]string {
	s := map[string]string{}
	for _, key := range []string{"default.replication.factor", "offsets.topic.replication.factor",
		"transaction.state.log.replication.factor", "share.coordinator.state.topic.replication.factor"} {
		s[key] = strconv.Itoa(nodes)
	}
	for _, key := range []string{"min.insync.replicas", "transaction.state.log.min.isr", "share.coordinator.state.topic.min.isr"} {
		s[key] = strconv.Itoa(max(nodes-1, 1))
	}
	return s
}

// freePorts finds loopback ports that nobody listens on now.
func freePorts(n int) ([]int, error) {
	var ports []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}
