package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
)

// A process that can't keep its state says so and ends before it joins the group: it
// would take partitions from those that can work on them.
func TestRunRefusesAFolderThatItCannotWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	brokers := fakeKafka(t)
	if code, out, errs := command(t, nil, "topics", "--create", "--partitions", "1", "--set", "kafka.brokers="+brokers); code != exitOK {
		t.Fatalf("topics: exit %d\n%s%s", code, out, errs)
	}
	code, _, errs := command(t, nil, "run", "--set", "roles=score", "--set", "kafka.brokers="+brokers, "--set", "data_dir="+filepath.Join(file, "below"))
	if code != exitFault || !strings.Contains(errs, "data_dir "+file) || strings.Contains(errs, "assigned") {
		t.Errorf("exit %d\n%s", code, errs)
	}
}

// A broker that is killed under load makes the process wait and say so, in readiness
// and in a few lines of its log; when it is back, the answers come out right.
func TestBrokerAwayIsSaidAndSurvived(t *testing.T) {
	b := brokers.Real(t, kafkatest.Options{Heap: "768m"})
	s := newSetup(t, b.Addr)
	g := gen.Options{Seed: 13, Orders: e2eOrders(t), Bad: 10, OrdersPerSecond: 50, Partitions: 4}
	c := s.run("one")
	eventually(t, "four partitions", func() bool { return c.owned() == 4 })
	s.send(g)
	must(t, b.Kill())
	eventually(t, "not ready without a broker", func() bool { return c.owned() == -1 })
	time.Sleep(5 * time.Second)
	if n := strings.Count(c.output.String(), "level=WARN"); n > 20 {
		t.Errorf("%d warnings of one fault", n)
	}
	must(t, b.Restart(t.Context()))
	eventually(t, "four partitions again", func() bool { return c.owned() == 4 })
	s.agree(g)
	c.stop(t)
}
