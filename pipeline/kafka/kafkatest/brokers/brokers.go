// Package brokers starts brokers for the length of a test.
package brokers

import (
	"context"
	"errors"
	"os"
	"strings"
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
	needed(t, err)
	endWith(t, b)
	return b
}

// Cluster starts n nodes of a real Apache Kafka, as Real starts one.
func Cluster(t testing.TB, n int, opts kafkatest.Options) *kafkatest.Cluster {
	t.Helper()
	c, err := kafkatest.StartCluster(context.Background(), n, opts)
	needed(t, err)
	endWith(t, c)
	return c
}

// needed skips a test for which there is no Kafka, unless it is required.
func needed(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, kafkatest.ErrNotInstalled) {
		if os.Getenv("CLEARLANE_REQUIRE_KAFKA") == "1" {
			t.Fatalf("CLEARLANE_REQUIRE_KAFKA=1, and %v", err)
		}
		t.Skipf("SKIPPED, NOT TESTED AGAINST A REAL KAFKA: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// endWith stops a broker or a cluster with the test. If that failed it prints the log, without
// the stack traces, in which the test's own message is not found.
func endWith(t testing.TB, b interface {
	Log() string
	Stop() error
}) {
	t.Cleanup(func() {
		if t.Failed() {
			var lines []string
			for line := range strings.Lines(b.Log()) {
				if !strings.HasPrefix(line, "\tat ") {
					lines = append(lines, line)
				}
			}
			t.Logf("Kafka's log:\n%s", strings.Join(lines, ""))
		}
		_ = b.Stop()
	})
}
