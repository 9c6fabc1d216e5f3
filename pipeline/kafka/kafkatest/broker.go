package kafkatest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// ErrNotInstalled: there is no Java, or deploy/kafka/install.sh has not been run.
var ErrNotInstalled = errors.New("real Kafka is not installed")

// Options are how a real broker is started. The zero value works.
type Options struct {
	Jars     string            // folder of the jars; empty: Jars()
	Dir      string            // folder of data, configuration and log; empty: a new temporary one that Stop removes
	Heap     string            // of the JVM; empty: 512m
	Settings map[string]string // more lines of server.properties, over the ones here
	Ready    time.Duration     // longest wait for the start; 0: one minute
}

// Broker is one real Apache Kafka node, broker and controller in one, on loopback.
type Broker struct {
	Addr string // host:port

	opts    Options
	dir     string
	own     bool // Stop removes dir
	java    string
	cluster string
	cmd     *exec.Cmd
	exited  chan struct{} // closed when cmd has ended
}

// Jars is where the jars of the pinned Kafka are expected: $CLEARLANE_KAFKA_JARS, or
// .cache/kafka-4.1.0 beside the go.mod above the working directory.
func Jars() string {
	if dir := os.Getenv("CLEARLANE_KAFKA_JARS"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, ".cache", "kafka-4.1.0")
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return filepath.Join(".cache", "kafka-4.1.0")
}

// Start formats the storage and starts a broker on free ports. When it returns, the
// broker answers. The error is ErrNotInstalled where there is nothing to start.
func Start(ctx context.Context, opts Options) (*Broker, error) {
	if opts.Jars == "" {
		opts.Jars = Jars()
	}
	if opts.Heap == "" {
		opts.Heap = "512m"
	}
	if opts.Ready == 0 {
		opts.Ready = time.Minute
	}
	b := &Broker{opts: opts, dir: opts.Dir}
	var err error
	if b.java, err = exec.LookPath("java"); err != nil {
		return nil, fmt.Errorf("%w: java: %w", ErrNotInstalled, err)
	}
	if found, _ := filepath.Glob(filepath.Join(opts.Jars, "kafka_*.jar")); len(found) == 0 {
		return nil, fmt.Errorf("%w: no jars in %s; run deploy/kafka/install.sh", ErrNotInstalled, opts.Jars)
	}
	if b.dir == "" {
		if b.dir, err = os.MkdirTemp("", "clearlane-kafka-"); err != nil {
			return nil, err
		}
		b.own = true
	}
	if err := b.format(ctx); err != nil {
		b.remove()
		return nil, err
	}
	if err := b.Restart(ctx); err != nil {
		b.remove()
		return nil, err
	}
	return b, nil
}

// Brokers are the addresses to start from.
func (b *Broker) Brokers() []string { return []string{b.Addr} }

// Pid is the broker's process.
func (b *Broker) Pid() int { return b.cmd.Process.Pid }

// Log is what the broker has printed so far.
func (b *Broker) Log() string {
	log, err := os.ReadFile(filepath.Join(b.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(log)
}

// Restart starts a broker that was stopped by Kill or Shutdown, on its ports and data.
func (b *Broker) Restart(ctx context.Context) error {
	log, err := os.OpenFile(filepath.Join(b.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	b.cmd = b.command("kafka.Kafka", b.properties())
	b.cmd.Stdout, b.cmd.Stderr = log, log
	if err := b.cmd.Start(); err != nil {
		return fmt.Errorf("start Kafka: %w", err)
	}
	b.exited = make(chan struct{})
	go func(cmd *exec.Cmd, exited chan struct{}) {
		_ = cmd.Wait()
		close(exited)
	}(b.cmd, b.exited)
	if err := b.ready(ctx); err != nil {
		_ = b.Kill()
		return err
	}
	return nil
}

// Kill ends the broker as a crash does, and keeps its data.
func (b *Broker) Kill() error { return b.end(syscall.SIGKILL, 10*time.Second) }

// Shutdown ends the broker in order, and keeps its data.
func (b *Broker) Shutdown() error {
	if err := b.end(syscall.SIGTERM, 20*time.Second); err != nil {
		return b.Kill()
	}
	return nil
}

// Pause and Resume stop and continue the process, as an overloaded machine does.
func (b *Broker) Pause() error { return b.cmd.Process.Signal(syscall.SIGSTOP) }

// Resume continues after Pause.
func (b *Broker) Resume() error { return b.cmd.Process.Signal(syscall.SIGCONT) }

// Stop ends the broker and removes its data, if they are in a folder of its own.
func (b *Broker) Stop() error {
	err := b.Kill()
	b.remove()
	return err
}

func (b *Broker) remove() {
	if b.own {
		_ = os.RemoveAll(b.dir)
	}
}

func (b *Broker) end(sig syscall.Signal, wait time.Duration) error {
	if b.cmd == nil || b.cmd.Process == nil {
		return nil
	}
	if err := b.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("end Kafka: %w", err)
	}
	select {
	case <-b.exited:
		return nil
	case <-time.After(wait):
		return fmt.Errorf("end Kafka: process %d still there %v after %v", b.Pid(), wait, sig)
	}
}

func (b *Broker) properties() string { return filepath.Join(b.dir, "server.properties") }

func (b *Broker) command(class string, args ...string) *exec.Cmd {
	jvm := []string{
		"-Xmx" + b.opts.Heap, "-Djava.awt.headless=true",
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", filepath.Join(b.opts.Jars, "*"), class,
	}
	cmd := exec.Command(b.java, append(jvm, args...)...)
	cmd.Dir = b.dir
	cmd.SysProcAttr = childOfThis()
	return cmd
}

// format writes server.properties and the storage's identity.
func (b *Broker) format(ctx context.Context) error {
	ports, err := freePorts(2)
	if err != nil {
		return err
	}
	b.Addr = fmt.Sprintf("127.0.0.1:%d", ports[0])
	settings := map[string]string{
		"process.roles":                                    "broker,controller",
		"node.id":                                          "1",
		"controller.quorum.voters":                         fmt.Sprintf("1@127.0.0.1:%d", ports[1]),
		"listeners":                                        fmt.Sprintf("PLAINTEXT://%s,CONTROLLER://127.0.0.1:%d", b.Addr, ports[1]),
		"advertised.listeners":                             "PLAINTEXT://" + b.Addr,
		"controller.listener.names":                        "CONTROLLER",
		"inter.broker.listener.name":                       "PLAINTEXT",
		"listener.security.protocol.map":                   "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
		"log.dirs":                                         filepath.Join(b.dir, "data"),
		"num.partitions":                                   "4",
		"auto.create.topics.enable":                        "false",
		"offsets.topic.replication.factor":                 "1",
		"offsets.topic.num.partitions":                     "4",
		"transaction.state.log.replication.factor":         "1",
		"transaction.state.log.min.isr":                    "1",
		"transaction.state.log.num.partitions":             "4",
		"share.coordinator.state.topic.replication.factor": "1",
		"share.coordinator.state.topic.min.isr":            "1",
		"group.initial.rebalance.delay.ms":                 "0",
		// A broker that was killed may register again when its old session has ended.
		"broker.session.timeout.ms":    "3000",
		"broker.heartbeat.interval.ms": "500",
		"group.min.session.timeout.ms": "1000",
		"log.retention.hours":          "-1",
	}
	for k, v := range b.opts.Settings {
		settings[k] = v
	}
	var text bytes.Buffer
	for k, v := range settings {
		fmt.Fprintf(&text, "%s=%s\n", k, v)
	}
	if err := os.WriteFile(b.properties(), text.Bytes(), 0o600); err != nil {
		return err
	}
	id := exec.CommandContext(ctx, b.java, b.command("kafka.tools.StorageTool", "random-uuid").Args[1:]...)
	out, err := id.Output()
	if err != nil {
		return fmt.Errorf("kafka storage id: %w", err)
	}
	lines := strings.Fields(string(out))
	if len(lines) == 0 {
		return errors.New("kafka storage id: no output")
	}
	b.cluster = lines[len(lines)-1]
	format := exec.CommandContext(ctx, b.java, b.command("kafka.tools.StorageTool", "format", "-t", b.cluster, "-c", b.properties()).Args[1:]...)
	if out, err := format.CombinedOutput(); err != nil {
		return fmt.Errorf("kafka storage format: %w: %s", err, out)
	}
	return nil
}

// ready waits until the broker answers a metadata request with itself in it.
func (b *Broker) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, b.opts.Ready)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addr), kgo.RetryTimeout(time.Second))
	if err != nil {
		return err
	}
	defer client.Close()
	for {
		try, done := context.WithTimeout(ctx, 2*time.Second)
		err := client.Ping(try)
		done()
		if err == nil {
			return nil
		}
		select {
		case <-b.exited:
			return fmt.Errorf("kafka ended while it started:\n%s", tail(b.Log()))
		case <-ctx.Done():
			return fmt.Errorf("kafka does not answer after %v: %w:\n%s", b.opts.Ready, err, tail(b.Log()))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// tail is the end of a log.
func tail(log string) string {
	const most = 4000
	if len(log) > most {
		return log[len(log)-most:]
	}
	return log
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
