package kafka

import (
	"log/slog"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
)

// deleteRecords moves the log start of partition 0.
func deleteRecords(t testing.TB, a *Admin, topic string, before int64) {
	t.Helper()
	var to kadm.Offsets
	to.Add(kadm.Offset{Topic: topic, Partition: 0, At: before})
	r, err := a.adm.DeleteRecords(t.Context(), to)
	if err == nil {
		err = r.Error()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }
