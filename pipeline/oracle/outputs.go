package oracle

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// Log reads committed records; the Kafka reader does.
type Log interface {
	ReadAll(ctx context.Context, topic string, fn func(partition int32, r *record.Record) error) ([]int64, error)
}

// Topics are the names of the output topics.
type Topics struct {
	Decisions, HighRisk, PreReviews, Rollups, DeadLetters string
}

// Outputs is what stands in the output topics, as a committed reader sees it.
type Outputs struct {
	decisions  map[subject]standing
	preReviews map[string]standing // by order key
	high       map[subject]bool
	cells      map[gen.Cell]gen.CellTotal
	reasons    map[string]int // decisions by reason code, as the roll-ups count them
	dead       map[string]int // by field

	Records      int // decision records read, of all versions
	duplicates   int // a version of a subject that had been read before
	disorders    int // a version smaller than the one before it
	strays       int // a subject's records in two partitions
	superseding  int // a version that does not name the one before it
	doubleDead   int // a dead letter of a record that has one already
	retractions  int
	unretracting int // a retraction of what did not stand
}

type subject struct{ order, shipment string }

type standing struct {
	route     schemas.Route
	status    schemas.PreferenceStatus
	reasons   []string
	complete  bool
	cancelled bool
	click     string
	network   string
	campaign  string
	ecert     schemas.Ecert
	version   uint64
	partition int32
}

// Read reads the output topics to their present ends.
func Read(ctx context.Context, log Log, t Topics) (*Outputs, error) {
	o := &Outputs{decisions: map[subject]standing{}, preReviews: map[string]standing{}, high: map[subject]bool{},
		cells: map[gen.Cell]gen.CellTotal{}, reasons: map[string]int{}, dead: map[string]int{}}
	steps := []struct {
		topic string
		read  func(partition int32, r *record.Record) error
	}{
		{t.Decisions, o.decision}, {t.HighRisk, o.highRisk}, {t.PreReviews, o.preReview},
		{t.Rollups, o.rollups()}, {t.DeadLetters, o.deadLetters()},
	}
	for _, s := range steps {
		if _, err := log.ReadAll(ctx, s.topic, func(p int32, r *record.Record) error {
			if err := s.read(p, r); err != nil {
				return fmt.Errorf("partition %d, offset %d: %w", p, r.Offset, err)
			}
			return nil
		}); err != nil {
			return nil, fmt.Errorf("topic %s: %w", s.topic, err)
		}
	}
	return o, nil
}

func (o *Outputs) decision(partition int32, r *record.Record) error {
	var d schemas.Decision
	if err := codec.ParseDecision(r.Value, &d); err != nil {
		return err
	}
	if string(r.Key) != string(d.ID[:]) || d.ID != schemas.MakeDecisionID(d.OrderKey, d.ShipmentID) {
		return errors.New("the key is not the decision's id")
	}
	k := subject{clone(d.OrderKey), clone(d.ShipmentID)}
	o.Records++
	o.decisions[k] = o.next(o.decisions[k], partition, d.Version, d.Supersedes, &d.Verdict)
	return nil
}

func (o *Outputs) preReview(partition int32, r *record.Record) error {
	var p schemas.PreReview
	if err := codec.ParsePreReview(r.Value, &p); err != nil {
		return err
	}
	k := clone(p.OrderKey)
	o.preReviews[k] = o.next(o.preReviews[k], partition, p.Version, p.Supersedes, &p.Verdict)
	return nil
}

// next is what stands once a further version is read; it counts what may not be.
func (o *Outputs) next(before standing, partition int32, version, supersedes uint64, v *schemas.Verdict) standing {
	switch {
	case version == before.version:
		o.duplicates++
	case version < before.version:
		o.disorders++
	}
	if supersedes != before.version {
		o.superseding++
	}
	if before.version != 0 && before.partition != partition {
		o.strays++
	}
	s := standing{route: v.Route, status: v.PreferenceStatus, complete: v.Complete, cancelled: v.Cancelled,
		click: clone(v.AttributedClick), network: clone(v.Dimensions.AdNetwork), campaign: clone(v.Dimensions.Campaign), ecert: v.Ecert, version: version, partition: partition}
	s.ecert.ID, s.ecert.Platform = clone(v.Ecert.ID), clone(v.Ecert.Platform)
	for i := range v.Reasons {
		if v.Reasons[i].Severity != schemas.SeverityInfo && !slices.Contains(s.reasons, v.Reasons[i].Code) {
			s.reasons = append(s.reasons, clone(v.Reasons[i].Code))
		}
	}
	slices.Sort(s.reasons)
	return s
}

func (o *Outputs) highRisk(_ int32, r *record.Record) error {
	var d schemas.Decision
	if err := codec.ParseDecision(r.Value, &d); err != nil {
		return err
	}
	k := subject{clone(d.OrderKey), clone(d.ShipmentID)}
	if d.Retracted == (d.Verdict.Route == schemas.RouteHighRisk) {
		return fmt.Errorf("retracted is %t with route %s", d.Retracted, d.Verdict.Route)
	}
	if !d.Retracted {
		o.high[k] = true
		return nil
	}
	o.retractions++
	if !o.high[k] {
		o.unretracting++
	}
	delete(o.high, k)
	return nil
}

// rollups takes the newest row of each cell of each partition, and adds up over times
// and partitions.
func (o *Outputs) rollups() func(int32, *record.Record) error {
	type cell struct {
		partition int32
		key       string
	}
	type row struct {
		version uint64
		count   int
		value   int64
	}
	last := map[cell]row{}
	return func(_ int32, r *record.Record) error {
		var x schemas.RollupRow
		if err := codec.ParseRollup(r.Value, &x); err != nil {
			return err
		}
		at := cell{x.Partition, string(r.Key)}
		before := last[at]
		if x.Version < before.version {
			return fmt.Errorf("row of version %d behind one of version %d", x.Version, before.version)
		}
		now := row{x.Version, int(x.Count), int64(x.Value.Lo)}
		last[at] = now
		switch x.Cell.Grain {
		case schemas.GrainMinuteRoute:
			k := gen.Cell{Port: clone(x.Cell.Port), Route: x.Cell.Route, Status: x.Cell.PreferenceStatus, Currency: clone(x.Cell.Currency)}
			t := o.cells[k]
			t.Count += now.count - before.count
			t.ValueE4 += now.value - before.value
			o.cells[k] = t
		case schemas.GrainHourReason:
			o.reasons[clone(x.Cell.Reason)] += now.count - before.count
		}
		return nil
	}
}

func (o *Outputs) deadLetters() func(int32, *record.Record) error {
	seen := map[string]bool{}
	return func(_ int32, r *record.Record) error {
		at, field := "", ""
		for _, h := range r.Headers {
			switch h.Key {
			case "clearlane-topic", "clearlane-partition", "clearlane-offset":
				at += string(h.Value) + "/"
			case "clearlane-field":
				field = string(h.Value)
			}
		}
		if seen[at] {
			o.doubleDead++
		}
		seen[at] = true
		o.dead[field]++
		return nil
	}
}

// clone lets go of the record that s aliases.
func clone(s string) string { return string(append([]byte(nil), s...)) }
