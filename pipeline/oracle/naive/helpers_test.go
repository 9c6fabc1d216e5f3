package naive

import (
	"context"
	"slices"
	"testing"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
)

// fatal is what *testing.T and *rapid.T have.
type fatal interface {
	Helper()
	Fatal(args ...any)
}

func must(t fatal, err error) {
	if err != nil {
		t.Helper()
		t.Fatal(err)
	}
}

// memory is topics in memory: records by topic and partition.
type memory map[string][][]record.Record

// ReadAll implements Log.
func (m memory) ReadAll(_ context.Context, topic string, fn func(partition int32, r *record.Record) error) ([]int64, error) {
	ends := make([]int64, len(m[topic]))
	for p, records := range m[topic] {
		ends[p] = int64(len(records))
		for i := range records {
			if err := fn(int32(p), &records[i]); err != nil {
				return nil, err
			}
		}
	}
	return ends, nil
}

func (m memory) add(topic string, partition int32, r record.Record) Place {
	for int(partition) >= len(m[topic]) {
		m[topic] = append(m[topic], nil)
	}
	r.Offset = int64(len(m[topic][partition]))
	m[topic][partition] = append(m[topic][partition], r)
	return Place{topic, partition, r.Offset}
}

const sitesTopic = "seller_site"

func settings(t fatal) *Settings {
	pack, err := policy.Default()
	must(t, err)
	s := &Settings{Inputs: map[string]schemas.Kind{}, SellerSites: sitesTopic, Events: schemas.DefaultLimits(), MaxAheadMs: 86_400_000,
		RetentionMs: 30 * 86_400_000, Clicks: 16, Verifications: 16, Dispositions: 64, Shipments: 256, Policy: policy.Alone(pack)}
	for kind := schemas.KindAdClick; kind <= schemas.KindDisposition; kind++ {
		s.Inputs[kind.String()] = kind
	}
	return s
}

// generated is a generator's stream, and where its bad records stand.
func generated(g gen.Options) (log memory, bad map[Place]gen.Event) {
	log, bad = memory{}, map[Place]gen.Event{}
	source := gen.New(g)
	for _, e := range source.Sites() {
		log.add(sitesTopic, 0, record.Record{Key: e.Key, Value: e.Value, TimeMs: e.TimeMs})
	}
	for e, ok := source.Next(); ok; e, ok = source.Next() {
		at := log.add(e.Kind.String(), e.Partition, record.Record{Key: e.Key, Value: e.Value, TimeMs: e.TimeMs})
		if e.Bad {
			bad[at] = e
		}
	}
	return log, bad
}

func expect(t fatal, log Log, s *Settings) *Expected {
	t.Helper()
	x, err := Expect(context.Background(), log, s)
	must(t, err)
	return x
}

// codes are the hard and soft reasons of a verdict, sorted, each once.
func codes(v *schemas.Verdict) (all []string) {
	for i := range v.Reasons {
		if v.Reasons[i].Severity != schemas.SeverityInfo {
			all = append(all, v.Reasons[i].Code)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// find is the only subject of an order key and shipment id, whatever its partition.
func find(t *testing.T, all map[Subject]*schemas.Verdict, order, shipment string) *schemas.Verdict {
	t.Helper()
	for p := range int32(16) {
		if v := all[Subject{p, order, shipment}]; v != nil {
			return v
		}
	}
	return nil
}
