package config

import (
	"fmt"
	"net"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Validate judges the whole configuration and returns Faults with everything that
// is wrong, or nil. It looks at values only: no file is opened, no host is asked.
func (c *Config) Validate() error { return c.faults().err() }

func (c *Config) faults() Faults {
	var fs Faults
	for _, f := range fields(c) {
		f.judge(&fs)
	}
	c.judgeGeneral(&fs)
	c.Kafka.judge(&fs)
	c.Kafka.TLS.judge(&fs, "kafka.tls")
	if c.Has(RoleLand) {
		c.ClickHouse.judge(&fs)
	}
	return fs
}

// judge holds one value against the bounds in its tags.
func (f *field) judge(fs *Faults) {
	if f.section() || f.isOff() {
		return
	}
	if of := strings.Fields(f.tag.Get("of")); len(of) > 0 {
		if f.value.Kind() != reflect.Slice {
			if !slices.Contains(of, f.value.String()) {
				fs.add(f.path, f.text(), f.allowed())
			}
			return
		}
		for i, item := range f.value.Interface().([]string) {
			if !slices.Contains(of, item) {
				fs.add(f.path+"["+strconv.Itoa(i)+"]", item, f.allowed())
			}
		}
	}
	if n, ok := f.number(""); ok {
		least, hasLeast := f.number("min")
		most, hasMost := f.number("max")
		if hasLeast && n < least || hasMost && n > most {
			fs.add(f.path, f.text(), f.allowed())
		}
	}
}

// number is the value as a number, or the bound in the tag of that name.
func (f *field) number(tag string) (int64, bool) {
	if !f.value.CanInt() {
		return 0, false
	}
	if tag == "" {
		return f.value.Int(), true
	}
	text := f.tag.Get(tag)
	if text == "" {
		return 0, false
	}
	bound := field{path: f.path + "/" + tag, value: reflect.New(f.value.Type()).Elem()}
	if err := bound.set(text); err != nil {
		panic(fmt.Sprintf("config: tag %s of %s: %v", tag, f.path, err))
	}
	return bound.value.Int(), true
}

// allowed says in words what the tags allow, empty when they say nothing.
func (f *field) allowed() string {
	var s string
	least, most := f.tag.Get("min"), f.tag.Get("max")
	of := strings.Join(strings.Fields(f.tag.Get("of")), ", ")
	switch {
	case of != "":
		s = "one of " + of
	case least != "" && most != "":
		s = least + " to " + most
	case least != "":
		s = "at least " + least
	}
	if s != "" && f.off() {
		s += ", or off"
	}
	return s
}

func (c *Config) judgeGeneral(fs *Faults) {
	if len(c.Roles) == 0 {
		fs.add("roles", "", "at least one of score, land, serve")
	}
	seen := map[string]bool{}
	for i, r := range c.Roles {
		if seen[r] {
			fs.add("roles["+strconv.Itoa(i)+"]", r, "each role once")
		}
		seen[r] = true
	}
	notEmpty(fs, "data_dir", c.DataDir)
	if c.Instance != "" && c.StaticMember() && !topicName.MatchString(c.Instance) {
		fs.add("instance", c.Instance, "letters, digits, '.', '_', '-', 249 at most, while kafka.static_membership is on")
	}
	if c.Has(RoleServe) {
		address(fs, "serve.listen", c.Serve.Listen, true)
	}
	if n := c.Task.MaxBatch; c.State.MaxDirtyOrders < n {
		fs.add("state.max_dirty_orders", strconv.Itoa(c.State.MaxDirtyOrders), fmt.Sprintf("at least task.max_batch, %d", n))
	}
	if c.Policy.Shadow != "" && c.Kafka.Name(c.Kafka.Topics.Shadow) == "" {
		fs.add("kafka.topics.shadow", c.Kafka.Topics.Shadow, "the name of a topic, as policy.shadow is set")
	}
	if t := &c.Task; t.ExpirySlack > t.Retention {
		fs.add("task.expiry_slack", shortDuration(t.ExpirySlack), "at most task.retention, "+shortDuration(t.Retention))
	}
	half := c.Kafka.Produce.TransactionTimeout / 2
	for _, open := range []struct {
		key   string
		lasts time.Duration
	}{{"task.commit_interval", c.Task.CommitInterval}, {"task.catch_up_interval", c.Task.CatchUpInterval}} {
		if open.lasts > half {
			fs.add(open.key, shortDuration(open.lasts), "at most half of kafka.produce.transaction_timeout, "+shortDuration(half))
		}
	}
}

func (k *Kafka) judge(fs *Faults) {
	addresses(fs, "kafka.brokers", k.Brokers)
	notEmpty(fs, "kafka.client_id", k.ClientID)
	notEmpty(fs, "kafka.group", k.Group)
	k.judgeTopics(fs)
	if k.Heartbeat > k.SessionTimeout/3 {
		fs.add("kafka.heartbeat_interval", shortDuration(k.Heartbeat),
			"at most a third of kafka.session_timeout, "+shortDuration(k.SessionTimeout/3))
	}
	if f := &k.Fetch; f.MaxPartitionBytes > f.MaxBytes {
		fs.add("kafka.fetch.max_partition_bytes", f.MaxPartitionBytes.String(), "at most kafka.fetch.max_bytes, "+f.MaxBytes.String())
	}
	if p := &k.Produce; p.MaxRecordBytes > p.MaxBufferedBytes {
		fs.add("kafka.produce.max_record_bytes", p.MaxRecordBytes.String(), "at most kafka.produce.max_buffered_bytes, "+p.MaxBufferedBytes.String())
	}
	if p := &k.Produce; p.CommitTimeout > p.TransactionTimeout {
		fs.add("kafka.produce.commit_timeout", shortDuration(p.CommitTimeout), "at most kafka.produce.transaction_timeout, "+shortDuration(p.TransactionTimeout))
	}
	if k.SASL.Mechanism != "" && k.SASL.Mechanism != Off {
		notEmpty(fs, "kafka.sasl.user", k.SASL.User)
		notEmpty(fs, "kafka.sasl.password", k.SASL.Password.Reveal())
	}
}

// topicName is what Kafka allows: org.apache.kafka.common.internals.Topic.
var topicName = regexp.MustCompile(`^[a-zA-Z0-9._-]{1,249}$`)

func (k *Kafka) judgeTopics(fs *Faults) {
	var whole Config
	whole.Kafka = *k
	all := fields(&whole)
	first := map[string]string{}
	for _, f := range all {
		if !strings.HasPrefix(f.path, "kafka.topics.") || f.isOff() {
			continue
		}
		name := k.TopicPrefix + f.value.String()
		switch {
		case f.value.String() == "":
			fs.add(f.path, "", "must not be empty; an output cannot be switched off")
		case strings.EqualFold(f.value.String(), Off):
			fs.add(f.path, f.value.String(), "the name of a topic; an output cannot be switched off")
		case !topicName.MatchString(name) || name == "." || name == "..":
			fs.add(f.path, name, "with topic_prefix 1 to 249 of the characters a-z A-Z 0-9 . _ -")
		case first[name] != "":
			fs.add(f.path, name, "a topic of its own; "+first[name]+" has the same")
		default:
			first[name] = f.path
		}
	}
	if len(k.Inputs()) == 0 {
		fs.add("kafka.topics", "", "at least one input that is not off")
	} else if k.Name(k.Topics.Shipments) == "" && k.Name(k.Topics.Orders) == "" {
		fs.add("kafka.topics.shipments", k.Topics.Shipments, "shipments or orders must be read: nothing else is decided about")
	}
}

func (t *TLS) judge(fs *Faults, path string) {
	if (t.CertFile == "") != (t.KeyFile == "") {
		fs.add(path+".cert_file", t.CertFile, "cert_file and key_file are set together")
	}
	if !t.Enabled && *t != (TLS{}) {
		fs.add(path+".enabled", "false", "true, as other keys of this section are set")
	}
}

func (h *ClickHouse) judge(fs *Faults) {
	addresses(fs, "clickhouse.addrs", h.Addrs)
	h.TLS.judge(fs, "clickhouse.tls")
	notEmpty(fs, "clickhouse.user", h.User)
	if !databaseName.MatchString(h.Database) {
		fs.add("clickhouse.database", h.Database, "a letter or _, then letters, digits or _, 64 at most")
	}
}

var databaseName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]{0,63}$`)

func notEmpty(fs *Faults, path, value string) {
	if value == "" {
		fs.add(path, "", "must not be empty")
	}
}

func addresses(fs *Faults, path string, list []string) {
	if len(list) == 0 {
		fs.add(path, "", "at least one host:port")
	}
	for i, a := range list {
		address(fs, path+"["+strconv.Itoa(i)+"]", a, false)
	}
}

// address judges host:port. Only a listener may leave out the host or let the
// system choose the port (0).
func address(fs *Faults, path, value string, listener bool) {
	host, port, err := net.SplitHostPort(value)
	n, bad := strconv.ParseUint(port, 10, 16)
	if err != nil || bad != nil || !listener && (host == "" || n == 0) {
		fs.add(path, value, "host:port, the port 1 to 65535")
	}
}
