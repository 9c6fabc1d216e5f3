package landtest

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
)

// Letter is a record that was refused.
type Letter struct {
	Topic     string // of the refused record
	Partition int32
	Offset    int64
	TimeMs    int64
	Code      string
	Field     string
	Reason    string
	Shown     string // the reason as the table has it: without a value that may be personal
	Key       []byte
	Value     []byte // nil: it had none
}

// inputTopics are the default names of the event topics.
var inputTopics = map[schemas.Kind]string{
	schemas.KindAdClick: "ad-clicks", schemas.KindOrder: "orders", schemas.KindShipment: "shipments",
	schemas.KindEcertVerification: "ecert-verifications", schemas.KindDisposition: "dispositions",
}

// letters are the bad records of the stream, each refused by the real intake.
func letters(t testing.TB, o Options) (all []Letter) {
	t.Helper()
	g := gen.New(gen.Options{Seed: o.Seed, Orders: o.Stream, OrdersPerSecond: float64(o.Stream) / (3 * 86_400), WindowOrders: max(o.Stream/20, 1), Bad: o.Bad, Partitions: Partitions})
	const anHour = 3_600_000
	intake := decide.NewIntake(decide.Bounds{Events: schemas.DefaultLimits(), MaxAheadMs: anHour}, nil)
	offsets := map[string]int64{}
	for e, ok := g.Next(); ok; e, ok = g.Next() {
		topic := inputTopics[e.Kind]
		at := topic + strconv.Itoa(int(e.Partition))
		offset := offsets[at]
		offsets[at]++
		if !e.Bad {
			continue
		}
		intake.Reset()
		_, err := intake.Take(e.Kind, &record.Record{Key: e.Key, Value: e.Value, TimeMs: e.TimeMs, Offset: offset}, new(join.Record))
		reject, ok := err.(*decide.Reject)
		if !ok {
			t.Fatalf("landtest: a bad record of %s is not refused: %v", topic, err)
		}
		all = append(all, Letter{Topic: topic, Partition: e.Partition, Offset: offset, TimeMs: e.TimeMs, Code: reject.Code, Field: reject.Field,
			Reason: reject.Error(), Shown: shown(reject), Key: bytes.Clone(e.Key), Value: bytes.Clone(e.Value)})
	}
	return all
}

// shown makes the text of a refusal without the value, unless the field is plain.
func shown(reject *decide.Reject) string {
	var fault *schemas.FieldError
	if !errors.As(reject, &fault) || schemas.Plain(fault.Field) || !strings.HasPrefix(fault.Value, `"`) {
		return reject.Error()
	}
	without := *fault
	without.Value = "(left out)"
	return (&decide.Reject{Code: reject.Code, Field: reject.Field, Err: &without}).Error()
}

// record is a letter as a task writes it.
func (l *Letter) record() *kgo.Record {
	text := func(key, value string) kgo.RecordHeader {
		return kgo.RecordHeader{Key: "clearlane-" + key, Value: []byte(value)}
	}
	return &kgo.Record{Topic: "dead-letters", Partition: l.Partition, Key: l.Key, Value: l.Value, Headers: []kgo.RecordHeader{
		text("reason", l.Reason), text("code", l.Code), text("field", l.Field), text("topic", l.Topic),
		text("partition", strconv.Itoa(int(l.Partition))), text("offset", strconv.FormatInt(l.Offset, 10)),
		text("time", strconv.FormatInt(l.TimeMs, 10)),
	}}
}
