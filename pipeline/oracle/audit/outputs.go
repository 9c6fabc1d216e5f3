package audit

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"github.com/clearlane/clearlane/pipeline/oracle/naive"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// Topics are the names of the output topics, and the group whose progress is meant.
type Topics struct {
	Decisions, HighRisk, PreReviews, Rollups, DeadLetters, Progress string
	Shadow                                                          string // empty: no shadow pack, none is read
	Group                                                           string
}

// ours is true of a progress record of the group.
func (t *Topics) ours(partition int32, r *record.Record) bool {
	return string(r.Key) == t.Group+"/"+strconv.Itoa(int(partition))
}

// published is one version of a verdict, as a topic has it.
type published struct {
	subject             naive.Subject
	version, supersedes uint64
	hash                uint64
	verdict             *schemas.Verdict
	decision            *schemas.Decision // nil: a pre-review
	keyed               bool              // the record's key, the id and the subject agree
	at                  naive.Place
}

type row struct {
	schemas.RollupRow
	at naive.Place
}

type letter struct {
	of, at naive.Place
	naive.Letter
}

// Outputs is everything that stands in the output topics, each topic's records in the
// order of their partition.
type Outputs struct {
	decisions, high, preReviews []published
	rows                        []row
	letters                     []letter
	told                        []told
	progress                    map[int32][]schemas.Progress
	records                     map[naive.Day]int64 // how many there are, by topic and partition
}

// Decisions is how many decision records there are, of all versions.
func (o *Outputs) Decisions() int { return len(o.decisions) }

// Read reads the output topics to their present ends.
func Read(ctx context.Context, log naive.Log, t Topics) (*Outputs, error) {
	o := &Outputs{progress: map[int32][]schemas.Progress{}, records: map[naive.Day]int64{}}
	topics := map[string]func(naive.Place, *record.Record) error{
		t.Decisions:   func(at naive.Place, r *record.Record) error { return readDecision(&o.decisions, at, r) },
		t.HighRisk:    func(at naive.Place, r *record.Record) error { return readDecision(&o.high, at, r) },
		t.PreReviews:  o.readPreReview,
		t.Rollups:     o.readRow,
		t.DeadLetters: o.readLetter,
		t.Progress: func(at naive.Place, r *record.Record) error {
			if !t.ours(at.Partition, r) {
				return nil
			}
			var p schemas.Progress
			if err := codec.ParseProgress(r.Value, &p); err != nil {
				return err
			}
			o.progress[at.Partition] = append(o.progress[at.Partition], p)
			return nil
		},
	}
	if t.Shadow != "" {
		topics[t.Shadow] = o.readDifference
	}
	for topic, read := range topics {
		_, err := log.ReadAll(ctx, topic, func(partition int32, r *record.Record) error {
			own := *r
			own.Key, own.Value = bytes.Clone(r.Key), bytes.Clone(r.Value) // what is parsed aliases it
			if err := read(naive.Place{Topic: topic, Partition: partition, Offset: r.Offset}, &own); err != nil {
				return fmt.Errorf("partition %d, offset %d: %w", partition, r.Offset, err)
			}
			if topic != t.Progress || t.ours(partition, r) {
				o.records[naive.Day{Topic: topic, Partition: partition}]++
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("topic %s: %w", topic, err)
		}
	}
	return o, nil
}

func readDecision(to *[]published, at naive.Place, r *record.Record) error {
	d := &schemas.Decision{}
	if err := codec.ParseDecision(r.Value, d); err != nil {
		return err
	}
	id := schemas.MakeDecisionID(d.OrderKey, d.ShipmentID)
	*to = append(*to, published{naive.Subject{Partition: at.Partition, OrderKey: d.OrderKey, ShipmentID: d.ShipmentID}, d.Version, d.Supersedes,
		d.VerdictHash, &d.Verdict, d, d.ID == id && string(r.Key) == string(id[:]), at})
	return nil
}

func (o *Outputs) readPreReview(at naive.Place, r *record.Record) error {
	p := &schemas.PreReview{}
	if err := codec.ParsePreReview(r.Value, p); err != nil {
		return err
	}
	id := schemas.MakePreReviewID(p.OrderKey)
	o.preReviews = append(o.preReviews, published{naive.Subject{Partition: at.Partition, OrderKey: p.OrderKey}, p.Version, p.Supersedes,
		p.VerdictHash, &p.Verdict, nil, p.ID == id && string(r.Key) == string(id[:]), at})
	return nil
}

func (o *Outputs) readRow(at naive.Place, r *record.Record) error {
	x := row{at: at}
	err := codec.ParseRollup(r.Value, &x.RollupRow)
	o.rows = append(o.rows, x)
	return err
}

func (o *Outputs) readLetter(at naive.Place, r *record.Record) (err error) {
	l := letter{at: at, Letter: naive.Letter{Key: r.Key, Value: r.Value}}
	for _, h := range r.Headers {
		switch v := string(h.Value); h.Key {
		case "clearlane-code":
			l.Code = v
		case "clearlane-field":
			l.Field = v
		case "clearlane-topic":
			l.of.Topic = v
		case "clearlane-partition":
			var p int64
			p, err = strconv.ParseInt(v, 10, 32)
			l.of.Partition = int32(p)
		case "clearlane-offset":
			l.of.Offset, err = strconv.ParseInt(v, 10, 64)
		}
		if err != nil {
			return fmt.Errorf("header %s: %w", h.Key, err)
		}
	}
	o.letters = append(o.letters, l)
	return nil
}
