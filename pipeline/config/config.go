// Package config is Clearlane's configuration: one plain struct with its defaults
// in one literal (Default), read from a strict YAML file, then the environment,
// then flags (Load), and judged as a whole (Validate: every fault at once, each
// with the key's path, its value and what is allowed).
//
// The struct is the only source: a field's tags say its key (yaml), what it means
// (doc) and what is allowed (min, max, of, off); the reader, the environment's names, the
// validation of single values and the annotated reference are all derived from
// them. The package imports schemas and a YAML parser, and nothing else of Clearlane.
package config

import (
	"time"
)

// Config is the whole configuration. A Config is a value: after Load nobody
// changes it. Its slices are shared by copies.
type Config struct {
	Roles       []string      `yaml:"roles" of:"score land serve" doc:"What this process does: score joins and decides, land writes ClickHouse, serve answers /metrics, /healthz and /readyz."`
	Instance    string        `yaml:"instance" doc:"Name of this process in logs, metrics and progress records. Empty: host name and process id."`
	DataDir     string        `yaml:"data_dir" doc:"Folder of the local state, one database per partition below it. It may be lost: it is then built anew from Kafka."`
	StopTimeout time.Duration `yaml:"stop_timeout" min:"1s" max:"10m" doc:"Longest time to finish and commit the work in hand when the process is asked to stop. What is not finished is done again by whoever takes over."`
	Kafka       Kafka         `yaml:"kafka" doc:"Where events come from and decisions go to."`
	Task        Task          `yaml:"task" doc:"How one partition is worked on."`
	Limits      Limits        `yaml:"limits" doc:"Bounds of events and orders. An event over a bound goes to the dead-letter topic; of an order over a bound the newest are kept and the rest is counted."`
	State       State         `yaml:"state" doc:"The local state of the partitions."`
	Policy      Policy        `yaml:"policy" doc:"The rules."`
	Geo         Geo           `yaml:"geo" doc:"The country database."`
	ClickHouse  ClickHouse    `yaml:"clickhouse" doc:"Where the role land writes to."`
	Serve       Serve         `yaml:"serve" doc:"The HTTP server of the role serve."`
	Log         Log           `yaml:"log" doc:"Logging, to standard error."`
}

// The roles of a process.
const (
	RoleScore = "score"
	RoleLand  = "land"
	RoleServe = "serve"
)

// Has is true when the process has the role.
func (c *Config) Has(role string) bool {
	for _, r := range c.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// Task is the settings of a partition's task.
type Task struct {
	CommitInterval  time.Duration `yaml:"commit_interval" min:"1ms" max:"1m" doc:"Longest time between two commits while there is something to commit. A read_committed reader sees a decision this much later."`
	CatchUpInterval time.Duration `yaml:"catch_up_interval" min:"1ms" max:"1m" doc:"The same while the inputs have a backlog, where it is longer than commit_interval: fewer commits, each for more records."`
	MaxCommits      int           `yaml:"max_commits" min:"1" max:"1000000" doc:"Most commits a second of the process: with so many partitions that commit_interval would bring more, each of them waits longer, a second at most."`
	MaxBatch        int           `yaml:"max_batch" min:"1" max:"1000000" doc:"Most records in one micro-batch, and so in one commit."`
	MaxTransaction  int           `yaml:"max_transaction" min:"1" max:"1000000" doc:"Output records that end a transaction before commit_interval does."`
	SweepOrders     int           `yaml:"sweep_orders" min:"1" max:"1000000" doc:"Open orders decided anew, after a change of seller-sites or rules, between two micro-batches: how long a record that comes then may wait."`
	ReferenceWait   time.Duration `yaml:"reference_wait" min:"1s" max:"1h" doc:"How long a partition that is taken over waits for this process to have read seller-sites as far as its last owner had."`
	MaxLateness     time.Duration `yaml:"max_lateness" off:"true" min:"1s" doc:"A record whose Kafka timestamp is this much after its event_time goes to the dead-letter topic. off: history may be loaded."`
	MaxAhead        time.Duration `yaml:"max_ahead" min:"1m" doc:"An event_time further than this after the record's Kafka timestamp is invalid."`
	Retention       time.Duration `yaml:"retention" min:"1h" doc:"A record later than this after the newest of its order starts a new case. The decisions and rollups topics must keep at least this plus expiry_slack."`
	ExpirySlack     time.Duration `yaml:"expiry_slack" min:"1m" doc:"How much longer the store remembers an order, so that records out of order within it change nothing."`
}

// State is the settings of the local state.
type State struct {
	FlushInterval    time.Duration `yaml:"flush_interval" min:"100ms" max:"10m" doc:"How often changes are written to disk. After a crash, input from the last flush on is read again."`
	ParallelFlushes  int           `yaml:"parallel_flushes" min:"0" max:"1024" doc:"How many partitions of the process write their changes at a time; the others wait, and the cores are left to live records. 0: half as many as there are cores."`
	MaxDirtyOrders   int           `yaml:"max_dirty_orders" min:"100" doc:"Changed orders of one partition in memory that start a flush at once; as many changed roll-up cells do, too."`
	MaxDirtyBytes    Size          `yaml:"max_dirty_bytes" min:"1MiB" doc:"Memory of the process for changed orders and cells that are not on disk, in equal shares for its partitions, at least 1 MiB each. Half of a share starts a flush at once; the other half is for those being written."`
	CacheBytes       Size          `yaml:"cache_bytes" min:"1MiB" doc:"Memory of the process for orders and cells that are on disk already, in equal shares for its partitions."`
	MinFreeBytes     Size          `yaml:"min_free_bytes" min:"0B" doc:"Bytes that stay free on the disk of data_dir. With less, changes wait in memory up to their bound, then the partition takes nothing in; it goes on by itself once there is room."`
	PebbleCacheBytes Size          `yaml:"pebble_cache_bytes" min:"1MiB" doc:"Memory of the process for blocks of its databases, shared by the partitions."`
}

// Values of Policy.Redecide.
const (
	RedecideNone = "none"
	RedecideOpen = "open"
)

// Policy is where the rules come from.
type Policy struct {
	File       string        `yaml:"file" doc:"Policy pack (YAML), or a folder of packs (*.yaml) that live together: the date of a case chooses one. Empty: the pack built into the program."`
	ReloadEach time.Duration `yaml:"reload_interval" off:"true" min:"100ms" max:"1h" doc:"How often the file is looked at for a change, which takes effect at the next commit. SIGHUP looks at once. A pack that is refused changes nothing. off: on SIGHUP only."`
	Shadow     string        `yaml:"shadow" doc:"A second pack that scores beside the one in force and decides nothing: what it says differently goes to the topic shadow. Read again like file; needs kafka.topics.shadow, of the landing processes too. Empty: none."`
	Redecide   string        `yaml:"redecide" of:"none open" doc:"What a new pack, or a new shadow pack, decides anew, whether it comes while running or with a restart. none: orders that are touched afterwards. open: all open orders, in the background."`
}

// Geo is where the country of an IP address comes from.
type Geo struct {
	File       string        `yaml:"file" doc:"Country database in GeoIP2 or GeoLite2 Country format (mmdb). Empty: the country of a click's IP is unknown."`
	ASNFile    string        `yaml:"asn_file" doc:"Database of networks (GeoLite2-ASN, GeoIP2-ISP or another mmdb that holds autonomous_system_number). Empty: whether a click's IP stands in a hosting network is unknown."`
	ReloadEach time.Duration `yaml:"reload_interval" off:"true" min:"100ms" max:"1h" doc:"How often the files are looked at for a change, as policy.reload_interval. A new database holds for clicks read afterwards: of those read before, the country is known and the address is gone."`
}

// ClickHouse is the settings of the role land.
type ClickHouse struct {
	Addrs            []string      `yaml:"addrs" doc:"Servers, host:port. They are tried in this order."`
	Protocol         string        `yaml:"protocol" of:"native http" doc:"Protocol of these ports: 9000 and 9440 are native, 8123 and 8443 http by default."`
	Database         string        `yaml:"database" doc:"Database of the tables; created when it is missing."`
	Cluster          string        `yaml:"cluster" doc:"Name of the cluster that the tables are made on, replicated and distributed. Empty: a single server."`
	User             string        `yaml:"user" doc:"User to sign in as."`
	Password         Secret        `yaml:"password" doc:"The user's password. Better: password_file, or the environment."`
	PasswordFile     string        `yaml:"password_file" doc:"File that holds password, instead of password itself; a line break at its end is cut off."`
	TLS              TLS           `yaml:"tls" doc:"Encryption of connections to ClickHouse."`
	Writers          int           `yaml:"writers" min:"1" max:"16" doc:"How many inserts run at once, each writer with partitions of its own."`
	BatchRows        int           `yaml:"batch_rows" min:"1" max:"1000000" doc:"Most rows in one insert of a writer."`
	BatchBytes       Size          `yaml:"batch_bytes" min:"64KiB" max:"1GiB" doc:"Most bytes of Kafka records in one insert of a writer. As many again are read ahead for the next one."`
	BatchInterval    time.Duration `yaml:"batch_interval" min:"10ms" max:"10m" doc:"Longest time that a row waits for its insert."`
	DialTimeout      time.Duration `yaml:"dial_timeout" min:"100ms" max:"5m" doc:"Longest time to connect."`
	InsertTimeout    time.Duration `yaml:"insert_timeout" min:"1s" max:"1h" doc:"Longest time of one insert; then it is tried again."`
	QueryTimeout     time.Duration `yaml:"query_timeout" min:"1s" max:"1h" doc:"Longest time of one statement of 'clearlane query' and 'clearlane rebuild'; they only read."`
	MaxRetryInterval time.Duration `yaml:"max_retry_interval" min:"100ms" max:"10m" doc:"Longest pause between two tries while ClickHouse is away. It tries for ever: nothing is dropped."`
	DeadLetterBytes  bool          `yaml:"dead_letter_bytes" doc:"Land refused records whole, with values and headers as they came. They may hold addresses, user agents and names. Off: the table says why, and where on the dead-letter topic the record stands."`
}

// Serve is the settings of the HTTP server.
type Serve struct {
	Listen          string        `yaml:"listen" doc:"Address of /metrics, /healthz and /readyz, host:port. An empty host listens on all interfaces."`
	ShutdownTimeout time.Duration `yaml:"shutdown_timeout" min:"1s" max:"10m" doc:"Longest time to finish running requests when the process ends."`
}

// Log is the settings of logging.
type Log struct {
	Level  string `yaml:"level" of:"debug info warn error" doc:"Least severe level that is written."`
	Format string `yaml:"format" of:"text json" doc:"text for people, json for collectors."`
}
