// Package brokers starts brokers for the length of a test.
package brokers

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
)

// Fake starts a cluster in this process.
func Fake(t testing.TB, n int, opts ...kfake.Opt) *kafkatest.Fake {
	t.Helper()
	f, err := kafkatest.StartFake(n, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Stop() })
	return f
}

// Real starts a real Apache Kafka. Where there is none the test is skipped, or fails
// when CLEARLANE_REQUIRE_KAFKA is 1.
func Real(t testing.TB, opts kafkatest.Options) *kafkatest.Broker {
	t.Helper()
	b, err := kafkatest.Start(context.Background(), opts)
	if errors.Is(err, kafkatest.ErrNotInstalled) {
		if os.Getenv("CLEARLANE_REQUIRE_KAFKA") == "1" {
			t.Fatalf("CLEARLANE_REQUIRE_KAFKA=1, and %v", err)
		}
		t.Skipf("SKIPPED, NOT TESTED AGAINST A REAL KAFKA: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("Kafka's log:\n%s", b.Log())
		}
		_ = b.Stop()
	})
	return b
}
