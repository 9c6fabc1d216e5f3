package main

import (
	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/task"
	"github.com/clearlane/clearlane/schemas/codec"
)

// kafkaConn is how this configuration connects to Kafka.
func kafkaConn(k *config.Kafka) kafka.Config {
	kc := kafka.Config{Brokers: k.Brokers, ClientID: k.ClientID, DialTimeout: k.DialTimeout, TLS: kafka.TLS(k.TLS)}
	if m := k.SASL.Mechanism; m != "" && m != config.Off {
		kc.SASL = kafka.SASL{Mechanism: m, User: k.SASL.User, Password: k.SASL.Password.Reveal()}
	}
	return kc
}

// kafkaTopics are the topics' names with their prefix, empty for those that are off.
func kafkaTopics(k *config.Kafka) kafka.Topics {
	t := &k.Topics
	return kafka.Topics{
		AdClicks: k.Name(t.AdClicks), Orders: k.Name(t.Orders), Shipments: k.Name(t.Shipments),
		EcertVerifications: k.Name(t.EcertVerifications), Dispositions: k.Name(t.Dispositions), SellerSites: k.Name(t.SellerSites),
		Decisions: k.Name(t.Decisions), HighRisk: k.Name(t.HighRisk), PreReviews: k.Name(t.PreReviews),
		Rollups: k.Name(t.Rollups), Progress: k.Name(t.Progress), DeadLetters: k.Name(t.DeadLetters),
		Shadow: k.Name(t.Shadow),
	}
}

// topicRules is what topics are held against, and made with.
func topicRules(c *config.Config) kafka.TopicRules {
	keep := c.Task.Retention + c.Task.ExpirySlack
	return kafka.TopicRules{Keep: keep, KeepInput: keep, ReplicationFactor: -1}
}

// writerConfig is how a task writes.
func writerConfig(c *config.Config, outputs [task.NumOutputs]string) kafka.WriterConfig {
	w := kafka.DefaultWriter()
	p := &c.Kafka.Produce
	w.Config, w.Group, w.Topics = kafkaConn(&c.Kafka), c.Kafka.Group, outputs
	w.Compression, w.MaxBufferedBytes = p.Compression, int(p.MaxBufferedBytes)
	w.MaxRecordBytes, w.TransactionTimeout = int(p.MaxRecordBytes), p.TransactionTimeout
	w.CommitTimeout, w.MaxBufferedRecords = p.CommitTimeout, p.MaxBufferedRecords
	return w
}

// taskConfig is the settings of the task of one partition.
func taskConfig(c *config.Config, inputs []config.Input, partition int32, layout uint32) task.Config {
	t := task.Config{
		Partition: partition, Layout: layout, Instance: c.Instance, Group: c.Kafka.Group,
		CommitInterval: c.Task.CommitInterval, CatchUpInterval: c.Task.CatchUpInterval, MaxCommits: c.Task.MaxCommits, MaxBatch: c.Task.MaxBatch, MaxTransaction: c.Task.MaxTransaction,
		FlushInterval: c.State.FlushInterval, MaxDirtyCells: c.State.MaxDirtyOrders, StopTimeout: c.StopTimeout,
		SweepOrders: c.Task.SweepOrders, ReferenceWait: c.Task.ReferenceWait, Redecide: c.Policy.Redecide == config.RedecideOpen,
		Shadow: c.Kafka.Name(c.Kafka.Topics.Shadow) != "",
		Bounds: bounds(c), Join: joinLimits(c),
	}
	if c.Kafka.OutputFormat == "protobuf" {
		t.Format = codec.FormatProtobuf
	}
	for _, in := range inputs {
		t.Topics = append(t.Topics, task.Topic{Name: in.Topic, Kind: in.Kind})
	}
	return t
}

func bounds(c *config.Config) decide.Bounds {
	return decide.Bounds{Events: c.Limits.Event(), MaxAheadMs: c.Task.MaxAhead.Milliseconds(), MaxLatenessMs: c.Task.MaxLateness.Milliseconds()}
}

func joinLimits(c *config.Config) join.Limits {
	return join.Limits{
		Clicks: c.Limits.ClicksPerOrder, Shipments: c.Limits.ShipmentsPerOrder,
		Verifications: c.Limits.VerificationsPerOrder, Dispositions: c.Limits.DispositionsPerOrder,
		RetentionMs: c.Task.Retention.Milliseconds(), SlackMs: c.Task.ExpirySlack.Milliseconds(),
	}
}
