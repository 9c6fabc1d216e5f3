package config

import (
	"strings"
	"time"

	"github.com/clearlane/clearlane/schemas"
)

// Kafka is the settings of the connection to Kafka.
type Kafka struct {
	Brokers         []string      `yaml:"brokers" doc:"Brokers to start from, host:port."`
	ClientID        string        `yaml:"client_id" doc:"client.id of all connections: the name in the brokers' quotas and logs."`
	Group           string        `yaml:"group" doc:"Consumer group. Processes of one group share the partitions. transactional.id is group and partition, so two deployments on the same inputs need two groups, and output topics of their own."`
	TopicPrefix     string        `yaml:"topic_prefix" doc:"Put before every topic name below."`
	Topics          Topics        `yaml:"topics" doc:"Names of the topics. All but seller_sites have the same number of partitions."`
	TLS             TLS           `yaml:"tls" doc:"Encryption of connections to the brokers."`
	SASL            SASL          `yaml:"sasl" doc:"Authentication to the brokers."`
	DialTimeout     time.Duration `yaml:"dial_timeout" min:"100ms" max:"5m" doc:"Longest time to connect to a broker."`
	Static          bool          `yaml:"static_membership" doc:"A process with a name of its own (instance) keeps its partitions when it stops or dies, and gets them back at once when a process of that name returns within session_timeout; only then do others take them. Off, or without instance: a process that stops hands over at once. For names that change with each start, off."`
	SessionTimeout  time.Duration `yaml:"session_timeout" min:"1s" max:"30m" doc:"A process that the group has not heard of for this long loses its partitions."`
	Heartbeat       time.Duration `yaml:"heartbeat_interval" min:"100ms" max:"10m" doc:"How often the group hears of this process. At most a third of session_timeout."`
	RebalanceWindow time.Duration `yaml:"rebalance_timeout" min:"1s" max:"30m" doc:"How long the group waits for its members when it shares out partitions anew."`
	Fetch           Fetch         `yaml:"fetch" doc:"Reading."`
	Produce         Produce       `yaml:"produce" doc:"Writing."`
	OutputFormat    string        `yaml:"output_format" of:"json protobuf" doc:"Encoding of the values of the output topics, progress apart, which is JSON."`
}

// Topics is the names of the topics, without Kafka.TopicPrefix. An input named ""
// or "off" is not read; Shadow may be off too.
type Topics struct {
	AdClicks           string `yaml:"ad_clicks" off:"true" doc:"Input. off: not read."`
	Orders             string `yaml:"orders" off:"true" doc:"Input. off: not read."`
	Shipments          string `yaml:"shipments" off:"true" doc:"Input. off: not read."`
	EcertVerifications string `yaml:"ecert_verifications" off:"true" doc:"Input. off: not read."`
	Dispositions       string `yaml:"dispositions" off:"true" doc:"Input. off: not read."`
	SellerSites        string `yaml:"seller_sites" off:"true" doc:"Input, compacted, keyed by seller. off: every site is unknown."`
	Decisions          string `yaml:"decisions" doc:"Output: every version of every decision."`
	HighRisk           string `yaml:"high_risk" doc:"Output: decisions for high-risk control, and their retractions."`
	PreReviews         string `yaml:"pre_reviews" doc:"Output: pre-reviews of orders that claim a preference."`
	Rollups            string `yaml:"rollups" doc:"Output: absolute values of roll-up cells."`
	Progress           string `yaml:"progress" doc:"Output, compacted: what every commit reflects."`
	DeadLetters        string `yaml:"dead_letters" doc:"Output: records that could not be used, as they were, with the reason in headers."`
	Shadow             string `yaml:"shadow" off:"true" doc:"Output: what the pack of policy.shadow says differently. off: it is neither written nor landed."`
}

// Off is the name of an input topic that is not read; so is an empty one.
const Off = "off"

// Input is one input topic of the tasks: its events are keyed by order.
type Input struct {
	Kind  schemas.Kind
	Topic string // with the prefix
}

// Inputs are the co-partitioned input topics that are read, in the order of the
// kinds. seller_sites is not among them.
func (k *Kafka) Inputs() []Input {
	t := &k.Topics
	all := [...]Input{
		{schemas.KindAdClick, t.AdClicks},
		{schemas.KindOrder, t.Orders},
		{schemas.KindShipment, t.Shipments},
		{schemas.KindEcertVerification, t.EcertVerifications},
		{schemas.KindDisposition, t.Dispositions},
	}
	var in []Input
	for _, i := range all {
		if i.Topic = k.Name(i.Topic); i.Topic != "" {
			in = append(in, i)
		}
	}
	return in
}

// Name is a topic's name with the prefix, empty for a topic that is off.
func (k *Kafka) Name(topic string) string {
	if topic == "" || strings.EqualFold(topic, Off) {
		return ""
	}
	return k.TopicPrefix + topic
}

// NamedTopic is one topic in use.
type NamedTopic struct {
	Key  string // of the section kafka.topics
	Name string // with the prefix
}

// Used are all topics in use, inputs and outputs, in the order of the section.
func (k *Kafka) Used() []NamedTopic {
	all := Config{Kafka: *k}
	var used []NamedTopic
	for _, f := range fields(&all) {
		if !strings.HasPrefix(f.path, "kafka.topics.") {
			continue
		}
		if name := k.Name(f.value.String()); name != "" {
			used = append(used, NamedTopic{f.key(), name})
		}
	}
	return used
}

// LandGroup is the consumer group of the role land.
func (k *Kafka) LandGroup() string { return k.Group + "-land" }

// Fetch is how input is read.
type Fetch struct {
	MaxBytes          Size          `yaml:"max_bytes" min:"64KiB" max:"1GiB" doc:"Most bytes of one answer of a broker, over all partitions."`
	MaxPartitionBytes Size          `yaml:"max_partition_bytes" min:"16KiB" max:"256MiB" doc:"Most bytes of one partition in one answer of a broker."`
	MaxWait           time.Duration `yaml:"max_wait" min:"1ms" max:"1m" doc:"Longest time that a broker keeps a request waiting for new records."`
	MaxBufferedBytes  Size          `yaml:"max_buffered_bytes" min:"64KiB" max:"1GiB" doc:"Most bytes of one partition of one topic that wait in memory; above it the partition is not fetched."`
}

// Produce is how output is written.
type Produce struct {
	Compression        string        `yaml:"compression" of:"none gzip snappy lz4 zstd" doc:"Compression of the batches."`
	MaxBufferedRecords int           `yaml:"max_buffered_records" min:"100" max:"1000000" doc:"Most records of one partition written and not yet acknowledged; above it the task waits."`
	MaxBufferedBytes   Size          `yaml:"max_buffered_bytes" min:"1MiB" max:"1GiB" doc:"Most bytes of one partition written and not yet acknowledged; above it the task waits."`
	MaxRecordBytes     Size          `yaml:"max_record_bytes" min:"64KiB" max:"64MiB" doc:"Most bytes of one batch. Not above the topics' max.message.bytes."`
	CommitTimeout      time.Duration `yaml:"commit_timeout" min:"1s" max:"15m" doc:"Longest time of one commit. Then its outcome is unknown, and the partition is recovered from its progress record."`
	TransactionTimeout time.Duration `yaml:"transaction_timeout" min:"1s" max:"15m" doc:"A transaction open for longer is aborted by the broker. Not above transaction.max.timeout.ms of the brokers (15 minutes)."`
}

// TLS is encryption of a connection.
type TLS struct {
	Enabled    bool   `yaml:"enabled" doc:"Connect with TLS."`
	CAFile     string `yaml:"ca_file" doc:"Certificates (PEM) of the authorities trusted. Empty: those of the system."`
	CertFile   string `yaml:"cert_file" doc:"Client certificate (PEM), with key_file."`
	KeyFile    string `yaml:"key_file" doc:"Key (PEM) of cert_file."`
	ServerName string `yaml:"server_name" doc:"Name that the server's certificate must have. Empty: the host connected to."`
}

// SASL is authentication of a connection to Kafka.
type SASL struct {
	Mechanism    string `yaml:"mechanism" of:"PLAIN SCRAM-SHA-256 SCRAM-SHA-512" off:"true" doc:"How to sign in. off: not at all."`
	User         string `yaml:"user" doc:"User to sign in as."`
	Password     Secret `yaml:"password" doc:"The user's password. Better: password_file, or the environment."`
	PasswordFile string `yaml:"password_file" doc:"File that holds password, instead of password itself; a line break at its end is cut off."`
}
