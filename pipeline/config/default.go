package config

import (
	"time"

	"github.com/clearlane/clearlane/schemas"
)

// Default is the configuration of a process that is told nothing: a broker and a
// ClickHouse on this machine.
func Default() Config {
	return Config{
		Roles:       []string{RoleScore, RoleLand, RoleServe},
		DataDir:     "data",
		StopTimeout: 30 * time.Second,
		Kafka: Kafka{
			Brokers:  []string{"localhost:9092"},
			ClientID: "clearlane",
			Group:    "clearlane",
			Topics: Topics{
				AdClicks:           "ad-clicks",
				Orders:             "orders",
				Shipments:          "shipments",
				EcertVerifications: "ecert-verifications",
				Dispositions:       "dispositions",
				SellerSites:        "seller-sites",
				Decisions:          "decisions",
				HighRisk:           "high-risk",
				PreReviews:         "pre-reviews",
				Rollups:            "rollups",
				Progress:           "progress",
				DeadLetters:        "dead-letters",
				Shadow:             Off,
			},
			SASL:            SASL{Mechanism: Off},
			DialTimeout:     10 * time.Second,
			Static:          true,
			SessionTimeout:  10 * time.Second,
			Heartbeat:       time.Second,
			RebalanceWindow: 10 * time.Second,
			Fetch: Fetch{
				MaxBytes:          32 * MiB,
				MaxPartitionBytes: 512 * KiB,
				MaxWait:           250 * time.Millisecond,
				MaxBufferedBytes:  2 * MiB,
			},
			Produce: Produce{
				Compression:        "snappy",
				MaxBufferedRecords: 50_000,
				MaxBufferedBytes:   32 * MiB,
				MaxRecordBytes:     1000 * KiB,
				CommitTimeout:      30 * time.Second,
				TransactionTimeout: time.Minute,
			},
			OutputFormat: "json",
		},
		Task: Task{
			CommitInterval:  25 * time.Millisecond,
			CatchUpInterval: time.Second,
			MaxCommits:      500,
			MaxBatch:        2500,
			MaxTransaction:  20_000,
			SweepOrders:     128,
			ReferenceWait:   30 * time.Second,
			MaxLateness:     0,
			MaxAhead:        24 * time.Hour,
			Retention:       30 * 24 * time.Hour,
			ExpirySlack:     time.Hour,
		},
		Limits: limits(schemas.DefaultLimits()),
		State: State{
			FlushInterval:    10 * time.Second,
			ParallelFlushes:  0,
			MaxDirtyOrders:   100_000,
			MaxDirtyBytes:    192 * MiB,
			CacheBytes:       64 * MiB,
			MinFreeBytes:     128 * MiB,
			PebbleCacheBytes: 64 * MiB,
		},
		Policy: Policy{ReloadEach: 5 * time.Second, Redecide: RedecideNone},
		Geo:    Geo{ReloadEach: 5 * time.Second},
		ClickHouse: ClickHouse{
			Addrs:            []string{"localhost:9000"},
			Protocol:         "native",
			Database:         "clearlane",
			User:             "default",
			Writers:          2,
			BatchRows:        50_000,
			BatchBytes:       64 * MiB,
			BatchInterval:    time.Second,
			DialTimeout:      5 * time.Second,
			InsertTimeout:    time.Minute,
			QueryTimeout:     30 * time.Second,
			MaxRetryInterval: 5 * time.Second,
		},
		Serve: Serve{
			Listen:          "127.0.0.1:9464",
			ShutdownTimeout: 10 * time.Second,
		},
		Log: Log{Level: "info", Format: "text"},
	}
}
