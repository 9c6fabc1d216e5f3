package main

import (
	"fmt"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/land"
)

// landConfig is the lander of this configuration. Its error names a TLS file that
// cannot be used.
func landConfig(c *config.Config) (land.Config, error) {
	h, topics := &c.ClickHouse, kafkaTopics(&c.Kafka)
	lc := land.Default()
	lc.Group = c.Kafka.LandGroup()
	lc.Topics = land.Topics{
		Decisions:    topics.Decisions,
		PreReviews:   topics.PreReviews,
		Rollups:      topics.Rollups,
		DeadLetters:  topics.DeadLetters,
		Shadow:       topics.Shadow,
		Dispositions: topics.Dispositions,
	}
	lc.ClickHouse = land.ClickHouse{
		Addrs:         h.Addrs,
		Protocol:      land.Protocol(h.Protocol),
		Database:      h.Database,
		Cluster:       h.Cluster,
		User:          h.User,
		Password:      h.Password.Reveal(),
		DialTimeout:   h.DialTimeout,
		InsertTimeout: h.InsertTimeout,
		Writers:       h.Writers,

		DeadLetterBytes: h.DeadLetterBytes,
	}
	lc.SessionTimeout, lc.Heartbeat = c.Kafka.SessionTimeout, c.Kafka.Heartbeat
	lc.StopTimeout = c.StopTimeout
	lc.BatchRows = h.BatchRows
	lc.BatchBytes = int(h.BatchBytes)
	lc.BatchInterval = h.BatchInterval
	lc.MaxRetryInterval = h.MaxRetryInterval
	var err error
	secured := kafka.TLS(h.TLS)
	if lc.ClickHouse.TLS, err = secured.Client(); err != nil {
		return lc, fmt.Errorf("clickhouse: %w", err)
	}
	return lc, nil
}
