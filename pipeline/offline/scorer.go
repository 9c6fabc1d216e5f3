package offline

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/geo"
	"github.com/clearlane/clearlane/scoring/policy"
)

// Options say how a file is read and what is written.
type Options struct {
	Name        string         // of the file, as the evidence has it for a topic
	Events      schemas.Limits // RecordBytes bounds a line
	Join        join.Limits
	PreReviews  bool // write the pre-reviews of orders too
	AllVersions bool // write every version in the order of the lines
}

// Deps is what a Scorer works with. Each, Bad and Progress may be nil.
type Deps struct {
	Policy *policy.Set
	Geo    *geo.DB // nil: click countries are unknown
	Out    io.Writer
	// Each is told of every final decision and pre-review before it is written. nil: nobody asks.
	// An error of it ends the run.
	Each func(*Final) error
	// Bad is told of every line that is refused.
	Bad func(*BadLine)
	// Progress is told how many lines are read, or orders judged, every now and then.
	Progress func(stage string, done int)
}

// The stages that Progress is told of.
const (
	StageRead  = "lines read"
	StageJudge = "orders judged"
)

// often is how many lines or orders pass between two looks at ctx and Progress.
const often = 4096

// BadLine is a line that is not taken in.
type BadLine struct {
	Line   int64        // from 1
	Kind   schemas.Kind // KindUnknown where the line does not tell
	Reject *decide.Reject
}

// Scorer reads one file.
type Scorer struct {
	opts    Options
	deps    Deps
	refs    decide.References
	sites   *decide.SiteTable
	intake  *decide.Intake
	siteIn  *decide.SiteIntake
	decider *decide.Decider
	table   *table
	orders  int // that were forgotten
	out     writer
	sum     Summary

	// Of the line or the order under way.
	line    int64
	state   join.State
	record  join.Record
	encoded []byte
	changes []decide.SiteChange // read and not yet in sites
	parts   []subject

	forgotten []join.Published // when the record under way began the order anew

	watermark int64 // greatest record time so far, Unix ms
}

// New makes a Scorer that has read nothing.
func New(opts Options, deps Deps) *Scorer {
	if deps.Bad == nil {
		deps.Bad = func(*BadLine) {}
	}
	if deps.Each == nil {
		deps.Each = func(*Final) error { return nil }
	}
	if deps.Progress == nil {
		deps.Progress = func(string, int) {}
	}
	if !opts.AllVersions {
		opts.Join.SlackMs = join.NeverForget
	}
	topics := map[schemas.Kind]string{}
	for kind := schemas.KindAdClick; kind <= schemas.KindSellerSite; kind++ {
		topics[kind] = opts.Name
	}
	s := &Scorer{
		opts: opts, deps: deps,
		refs:   decide.References{Policy: deps.Policy, Geo: deps.Geo, Sites: &decide.SiteTable{}},
		sites:  &decide.SiteTable{},
		intake: decide.NewIntake(decide.Bounds{Events: opts.Events, MaxAheadMs: math.MaxInt64, Keyless: true}, deps.Geo),
		siteIn: decide.NewSiteIntake(opts.Events),
		table:  newTable(),
		out:    newWriter(deps.Out),
	}
	s.decider = decide.NewDecider(&s.refs, topics, 0)
	return s
}

// Run reads src to its end and writes what is decided. It fails when src can't be read,
// the output can't be written or ctx ends; bad lines are no failure. Of a file that
// can't be read to its end no final decision is written.
func (s *Scorer) Run(ctx context.Context, src io.Reader) (Summary, error) {
	if err := s.read(ctx, newLines(src, s.opts.Events.RecordBytes)); err != nil {
		return s.summary(), err
	}
	if !s.opts.AllVersions {
		s.takeUpSites()
		if err := s.final(ctx); err != nil {
			return s.summary(), err
		}
	}
	return s.summary(), s.out.flush()
}

func (s *Scorer) read(ctx context.Context, in *lines) error {
	for {
		line, err := in.next()
		if err == io.EOF {
			return nil
		}
		s.line = in.n
		if in.n%often == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			s.deps.Progress(StageRead, int(in.n))
		}
		if long, ok := err.(*longLineError); ok {
			s.sum.Lines++
			s.bad(schemas.KindUnknown, &decide.Reject{Code: decide.RejectOversized, Field: "value", Err: long})
			continue
		}
		if err != nil {
			return fmt.Errorf("after line %d: %w", in.n, err)
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if err := s.take(line); err != nil {
			return fmt.Errorf("line %d: %w", in.n, err)
		}
	}
}

// take takes in one event. An error is a fault of ours, not of the line.
func (s *Scorer) take(line []byte) error {
	s.sum.Lines++
	kind, err := codec.TypeOf(line)
	if err != nil {
		s.bad(schemas.KindUnknown, decide.RejectOf(err))
		return nil
	}
	if kind == schemas.KindSellerSite {
		return s.takeSite(line)
	}
	return s.takeEvent(kind, &record.Record{Value: line, Offset: s.line}, true)
}

// takeEvent joins one event of an order. Its time is its own, or that of its record.
func (s *Scorer) takeEvent(kind schemas.Kind, r *record.Record, own bool) error {
	s.intake.Reset()
	key, err := s.intake.Take(kind, r, &s.record)
	if err != nil {
		return s.refuse(kind, err)
	}
	if own {
		s.record.TimeMs = s.record.Rank.EventMs
	}
	s.watermark = max(s.watermark, s.record.TimeMs)
	if err := s.state.Decode(s.table.get(key)); err != nil {
		return err
	}
	s.begin()
	outcome := s.state.Apply(&s.opts.Join, &s.record)
	if s.count(kind, outcome) && s.opts.AllVersions {
		if err := s.judge(string(key), outcome); err != nil {
			return err
		}
	}
	s.encoded = s.state.Append(s.encoded[:0])
	s.table.put(key, s.encoded)
	return nil
}

// count counts what became of a record, and reports one that is refused.
func (s *Scorer) count(kind schemas.Kind, outcome join.Outcome) (joined bool) {
	switch outcome {
	case join.OverLimit:
		s.bad(kind, &decide.Reject{Code: decide.RejectOverLimit, Field: "shipment_id",
			Err: fmt.Errorf("one more shipment of its order; allowed: at most %d (those of the smallest ids)", s.opts.Join.Shipments)})
		return false
	case join.Expired:
		s.bad(kind, &decide.Reject{Code: decide.RejectOutOfWindow, Field: "event_time",
			Err: fmt.Errorf("the order's case of that time is forgotten; allowed: at most %d ms before its newest record", s.opts.Join.RetentionMs+s.opts.Join.SlackMs)})
		return false
	}
	s.sum.Events[kind]++
	switch outcome {
	case join.Duplicate:
		s.sum.Duplicates++
	case join.Stale:
		s.sum.Stale++
	case join.Evicted:
		s.sum.Evicted++
	}
	s.sum.Dropped += int64(len(s.state.Dropped()))
	return true
}

// takeSite takes in what is registered about a site. It decides nothing by itself.
func (s *Scorer) takeSite(line []byte) error {
	change, err := s.siteIn.Site(line)
	if err != nil {
		return s.refuse(schemas.KindSellerSite, err)
	}
	s.sum.Events[schemas.KindSellerSite]++
	s.changes = append(s.changes, change)
	return nil
}

// takeUpSites makes what was read of sites the reference data of verdicts.
func (s *Scorer) takeUpSites() {
	if len(s.changes) == 0 {
		return
	}
	s.sites = s.sites.With(s.changes)
	s.refs.Sites, s.changes = s.sites, s.changes[:0]
	clear(s.changes[:cap(s.changes)])
}

// refuse reports a line that the intake does not take.
func (s *Scorer) refuse(kind schemas.Kind, err error) error {
	rej, ok := err.(*decide.Reject)
	if !ok {
		return err
	}
	s.bad(kind, rej)
	return nil
}

func (s *Scorer) bad(kind schemas.Kind, rej *decide.Reject) {
	s.sum.Bad++
	s.deps.Bad(&BadLine{Line: s.line, Kind: kind, Reject: rej})
}
