package land

import (
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// The partitions of a lander that has died are taken over after the session timeout that
// is configured, not after the client's own of 45 s.
func TestDeadLanderIsReplacedAfterItsSession(t *testing.T) {
	cfg := Default()
	cfg.ClickHouse.Addrs = []string{"127.0.0.1:9000"}
	cfg.SessionTimeout, cfg.Heartbeat = 4*time.Second, time.Second
	l, err := New(cfg, Deps{Kafka: []kgo.Opt{kgo.SeedBrokers("127.0.0.1:1")}})
	if err != nil {
		t.Fatal(err)
	}
	client, err := kgo.NewClient(l.options()...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if session, heartbeat := client.OptValue(kgo.SessionTimeout), client.OptValue(kgo.HeartbeatInterval); session != cfg.SessionTimeout || heartbeat != cfg.Heartbeat {
		t.Errorf("session %v, heartbeat %v", session, heartbeat)
	}
}
