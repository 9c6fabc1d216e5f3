package land

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	tables "github.com/clearlane/clearlane/schemas/clickhouse"
)

// Config is the settings of a lander.
type Config struct {
	Group      string // consumer group of the landers
	Topics     Topics
	ClickHouse ClickHouse

	SessionTimeout time.Duration // silence after which others take over a lander's partitions
	Heartbeat      time.Duration // how often a lander says that it is there

	BatchRows        int           // most rows in one insert of a writer
	BatchBytes       int           // most bytes of records in one insert of a writer; twice as many wait and are under way
	BatchInterval    time.Duration // longest time that a row waits for its insert
	MaxRetryInterval time.Duration // longest pause between two tries while ClickHouse is away
	StopTimeout      time.Duration // how long a stop waits for the batch in hand
	LagInterval      time.Duration // how often the ends of the partitions are asked for
}

// Topics are what is landed of the pipeline.
type Topics struct {
	Decisions   string
	PreReviews  string
	Rollups     string
	DeadLetters string
	Shadow      string // empty: not landed
	// Dispositions is an input of the pipeline. Empty: not landed.
	Dispositions string
}

// used are those that have a name.
func (t *Topics) used() []string {
	all := []string{t.Decisions, t.PreReviews, t.Rollups, t.DeadLetters}
	for _, topic := range [...]string{t.Shadow, t.Dispositions} {
		if topic != "" {
			all = append(all, topic)
		}
	}
	return all
}

// Protocol of a ClickHouse port.
type Protocol string

// The protocols: native is port 9000 or 9440 by default, HTTP 8123 or 8443.
const (
	Native Protocol = "native"
	HTTP   Protocol = "http"
)

// ClickHouse is how its servers are reached.
type ClickHouse struct {
	Addrs         []string // host:port; tried in this order
	Protocol      Protocol
	Database      string
	Cluster       string // see tables.Target; empty for a single server
	User          string
	Password      string
	TLS           *tls.Config   // nil: none
	Writers       int           // how many insert at once, each for partitions of its own
	DialTimeout   time.Duration // longest time to connect
	InsertTimeout time.Duration // longest time of one insert
	// DeadLetterBytes lands refused records whole. Without, what may be personal stays on
	// the dead-letter topic.
	DeadLetterBytes bool
}

// maxWriters bounds how many inserts of one lander a server has to take at once.
const maxWriters = 16

// Default is a configuration that lacks only the servers' addresses.
func Default() Config {
	return Config{
		Group:  "clearlane-land",
		Topics: Topics{Decisions: "decisions", PreReviews: "pre-reviews", Rollups: "rollups", DeadLetters: "dead-letters"},
		ClickHouse: ClickHouse{
			Protocol: Native, Database: "clearlane", User: "default", Writers: 2,
			DialTimeout: 5 * time.Second, InsertTimeout: time.Minute,
		},
		SessionTimeout: 10 * time.Second, Heartbeat: 3 * time.Second,
		BatchRows: 50_000, BatchBytes: 64 << 20, BatchInterval: time.Second,
		MaxRetryInterval: 5 * time.Second, StopTimeout: 10 * time.Second, LagInterval: 5 * time.Second,
	}
}

// Validate reports all that is wrong at once, each with the setting and what is allowed.
func (c *Config) Validate() error {
	var faults []error
	bad := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	seen := map[string]string{}
	for _, s := range []struct{ setting, value string }{
		{"group", c.Group}, {"topics.decisions", c.Topics.Decisions}, {"topics.pre_reviews", c.Topics.PreReviews},
		{"topics.rollups", c.Topics.Rollups}, {"topics.dead_letters", c.Topics.DeadLetters},
		{"topics.shadow", c.Topics.Shadow}, {"topics.dispositions", c.Topics.Dispositions},
	} {
		if s.value == "" && (s.setting == "topics.shadow" || s.setting == "topics.dispositions") {
			continue
		}
		if s.value == "" {
			bad("%s: is empty, must be a name", s.setting)
		} else if other, twice := seen[s.value]; twice && s.setting != "group" {
			bad("%s: %q, must differ from %s", s.setting, s.value, other)
		}
		if s.setting != "group" {
			seen[s.value] = s.setting
		}
	}
	faults = append(faults, c.ClickHouse.validate()...)
	if c.Heartbeat <= 0 || c.Heartbeat >= c.SessionTimeout {
		bad("heartbeat: %v, must be more than 0 and less than session_timeout (%v)", c.Heartbeat, c.SessionTimeout)
	}
	if c.BatchRows < 1 || c.BatchRows > 1_000_000 {
		bad("batch_rows: %d, must be 1 to 1000000", c.BatchRows)
	}
	if c.BatchBytes < 1 || c.BatchBytes > 1<<30 {
		bad("batch_bytes: %d, must be 1 to %d", c.BatchBytes, 1<<30)
	}
	if c.BatchInterval < 10*time.Millisecond {
		bad("batch_interval: %v, must be at least 10ms", c.BatchInterval)
	}
	for _, d := range []struct {
		setting string
		value   time.Duration
	}{{"max_retry_interval", c.MaxRetryInterval}, {"lag_interval", c.LagInterval}} {
		if d.value <= 0 {
			bad("%s: %v, must be more than 0", d.setting, d.value)
		}
	}
	if c.StopTimeout < 0 {
		bad("stop_timeout: %v, must not be negative", c.StopTimeout)
	}
	return errors.Join(faults...)
}

func (c *ClickHouse) validate() (faults []error) {
	if len(c.Addrs) == 0 {
		faults = append(faults, errors.New("clickhouse.addrs: is empty, must name at least one host:port"))
	}
	for i, a := range c.Addrs {
		if host, port, err := net.SplitHostPort(a); err != nil || host == "" || port == "" {
			faults = append(faults, fmt.Errorf("clickhouse.addrs[%d]: %q, must be host:port", i, a))
		}
	}
	if c.Protocol != Native && c.Protocol != HTTP {
		faults = append(faults, fmt.Errorf("clickhouse.protocol: %q, must be %s or %s", c.Protocol, Native, HTTP))
	}
	if _, err := tables.Migrations(tables.Target{Database: c.Database, Cluster: c.Cluster}); err != nil {
		faults = append(faults, fmt.Errorf("clickhouse: %w", err))
	}
	if c.User == "" {
		faults = append(faults, errors.New("clickhouse.user: is empty, must be a name"))
	}
	if c.Writers < 1 || c.Writers > maxWriters {
		faults = append(faults, fmt.Errorf("clickhouse.writers: %d, must be 1 to %d", c.Writers, maxWriters))
	}
	if c.DialTimeout <= 0 || c.InsertTimeout <= 0 {
		faults = append(faults, fmt.Errorf("clickhouse.dial_timeout, insert_timeout: %v, %v, must be more than 0", c.DialTimeout, c.InsertTimeout))
	}
	return faults
}
