package land_test

import (
	"strings"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/land"
)

func TestValidateReportsEveryFault(t *testing.T) {
	ok := land.Default()
	ok.ClickHouse.Addrs = []string{"localhost:9000"}
	if err := ok.Validate(); err != nil {
		t.Fatalf("defaults: %v", err)
	}
	bad := land.Config{Topics: land.Topics{Decisions: "a", Rollups: "a"}, BatchInterval: time.Millisecond, StopTimeout: -1}
	bad.ClickHouse = land.ClickHouse{Addrs: []string{"nowhere"}, Protocol: "grpc", Database: "a-b"}
	err := bad.Validate()
	if err == nil {
		t.Fatal("no fault found")
	}
	for _, want := range []string{
		"group: is empty", `topics.rollups: "a", must differ from topics.decisions`, "topics.pre_reviews: is empty", "topics.dead_letters: is empty",
		`clickhouse.addrs[0]: "nowhere"`, `clickhouse.protocol: "grpc"`, `"a-b"`, "clickhouse.user: is empty", "dial_timeout", "heartbeat: 0s", "batch_rows: 0", "batch_bytes: 0",
		"batch_interval: 1ms", "max_retry_interval: 0s", "lag_interval: 0s", "stop_timeout: -1ns",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in: %v", want, err)
		}
	}
}
