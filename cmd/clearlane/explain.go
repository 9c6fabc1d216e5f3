package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/offline"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/explain"
)

func newExplain(a *app) *cobra.Command {
	var o explainOptions
	cmd := &cobra.Command{
		Use:   "explain FILE|-",
		Short: "Say in words what a decision is made of, and what would change it",
		Long: `Reads decisions, or the events that decisions are made of, as lines of JSON from a file
(unpacked if its name ends in .gz) or from standard input, and says of each shipment and
pre-review: its route and what that follows from; each reason in a sentence, with its rule,
source and how sure it is; what is not known; and the smallest changes that would have led
to a milder route. Nothing of it is legal advice.

DECISIONS are records of the topics decisions, high-risk and pre-reviews, or lines of
'clearlane score'. Of campaign identifiers they name the network and the campaign only, and
they say nothing of what order and shipment say in full, or of which facts would do away
with a reason; the record says so. What would change the route is worked out of the reasons
by the pack that the decision was made by: give it with --policy where it is not the one of
the configuration.

EVENTS are lines as 'clearlane score' takes them. They are joined and scored first, and the
record then holds the whole case: the campaign identifiers of the click, how it links to
the order, what the shipment says, the links of the origin claim. Changes are tried on
copies of the case. Click ids, addresses, user agents and browser ids are in no record.

A record as JSON has the members subject, route, preference, reasons, unknowns, missing,
counterfactuals, sections (tables of name, label and value), limits and disclaimer.

Which of both a file holds, its first line tells. --format html writes one page without
outside parts, to be printed or filed.

Exit status: 1 when a line is refused, or nothing is there to explain.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("explain: %d arguments; one file, or - for standard input, is allowed", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.explain(cmd.Context(), args[0], &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.policy, "policy", "", "policy pack; default: the configuration's, else the one built in")
	f.StringVar(&o.geo, "geo", "", "country database in GeoIP2-Country form, for events; default: the configuration's, else none")
	f.StringVar(&o.format, "format", "text", "text, json (one record a line) or html")
	f.StringVar(&o.out, "out", "", "`FILE` to write to; default: standard output")
	f.StringVar(&o.order, "order", "", "only subjects of the order of this order_key")
	f.StringVar(&o.shipment, "shipment", "", "only the shipment of this shipment_id")
	f.StringVar(&o.decisionID, "decision-id", "", "only the subject of this decision_id")
	return cmd
}

type explainOptions struct {
	policy, geo                 string
	format, out                 string
	order, shipment, decisionID string
}

// wants is true of a subject that was asked for.
func (o *explainOptions) wants(in *explain.Input) bool {
	d := in.Decision
	return (o.order == "" || o.order == d.OrderKey) &&
		(o.shipment == "" || o.shipment == d.ShipmentID) &&
		(o.decisionID == "" || o.decisionID == d.ID.String())
}

func (o *explainOptions) check() error {
	if _, ok := renderers[o.format]; !ok {
		return usagef("explain: --format %q; allowed: text, json, html", o.format)
	}
	if o.decisionID != "" {
		if _, err := schemas.ParseDecisionID(o.decisionID); err != nil {
			return usagef("explain: --decision-id %q: %w", o.decisionID, err)
		}
	}
	return nil
}

func (a *app) explain(ctx context.Context, file string, o *explainOptions) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	var own []string
	if o.policy != "" {
		own = append(own, "policy.file="+o.policy)
	}
	if o.geo != "" {
		own = append(own, "geo.file="+o.geo)
	}
	cfg, err := a.config(own...)
	if err != nil {
		return err
	}
	log, err := a.logger(&cfg)
	if err != nil {
		return err
	}
	refs, err := loadReferences(cfg.Policy, cfg.Geo, cfg.Limits.Event(), log)
	if err != nil {
		return usagef("explain: %w", err)
	}
	in, name, err := openLines(a.in, file)
	if err != nil {
		return usagef("explain: %w", err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := newOutput(a.out, o.out)
	if err != nil {
		return usagef("explain: %w", err)
	}
	render, err := renderers[o.format](out)
	if err != nil {
		return out.finish(err)
	}
	x := explaining{o: o, refs: refs.current(), render: render, report: scoreReport{w: a.err, name: name, clock: time.Now}}
	err = x.run(ctx, in, &offline.Options{Name: name, Events: cfg.Limits.Event(), Join: joinLimits(&cfg), PreReviews: true})
	return out.finish(err)
}

// explaining is one run of the command.
type explaining struct {
	o      *explainOptions
	refs   *decide.References
	render renderer
	report scoreReport
	done   int
}

func (x *explaining) run(ctx context.Context, in io.Reader, opts *offline.Options) error {
	head, decisions, err := firstLine(in, opts.Events.RecordBytes)
	if err != nil {
		return fmt.Errorf("explain: %s: %w", opts.Name, err)
	}
	in = io.MultiReader(strings.NewReader(head), in)
	bad, lines := int64(0), int64(0)
	if decisions {
		lines, bad, err = x.decisions(ctx, in, opts)
	} else {
		lines, bad, err = x.events(ctx, in, opts)
	}
	if err != nil {
		return fmt.Errorf("explain: %s: %w", opts.Name, err)
	}
	if err := x.render.end(); err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	switch {
	case bad > 0:
		return fmt.Errorf("explain: %d of %d lines are bad", bad, lines)
	case x.done == 0:
		return fmt.Errorf("explain: none of %d lines is about what was asked for; allowed: an order, a shipment or a decision that is in the file", lines)
	}
	return nil
}

// events joins and scores first.
func (x *explaining) events(ctx context.Context, in io.Reader, opts *offline.Options) (lines, bad int64, err error) {
	s := offline.New(*opts, offline.Deps{Policy: x.refs.Policy, Geo: x.refs.Geo, Out: io.Discard, Bad: x.report.bad,
		Each: func(f *offline.Final) error {
			subject := explain.OfFinal(f.Decision, f.PreReview, f.Verdict)
			subject.Case, subject.Pack = f.Case, f.Pack
			return x.one(&subject)
		}})
	sum, err := s.Run(ctx, in)
	return sum.Lines, sum.Bad, err
}

// decisions explains published decisions by themselves.
func (x *explaining) decisions(ctx context.Context, in io.Reader, opts *offline.Options) (lines, bad int64, err error) {
	reader := explain.NewReader()
	err = offline.EachLine(ctx, in, opts.Events.RecordBytes, func(n int64, line []byte, fault error) error {
		lines++
		var subject explain.Input
		if fault == nil {
			subject, fault = reader.Read(line)
		}
		if fault != nil {
			bad++
			_, err := fmt.Fprintf(x.report.w, "%s:%d: %v\n", opts.Name, n, fault)
			return err
		}
		if subject.Pack = x.refs.Policy.ByHash(subject.Decision.Evidence.PolicyHash); subject.Pack == nil {
			subject.Pack, _ = x.refs.Policy.At(0) // it did not decide, and the record says so
		}
		return x.one(&subject)
	})
	return lines, bad, err
}

func (x *explaining) one(in *explain.Input) error {
	if !x.o.wants(in) {
		return nil
	}
	x.done++
	return x.render.record(explain.Of(*in))
}

// firstLine reads up to the end of the first line that is not blank, and says whether that
// is a decision; else the lines are events. What was read is to be read again.
func firstLine(in io.Reader, most int) (head string, decisions bool, err error) {
	var b []byte
	chunk := make([]byte, 4096)
	for err == nil && len(b) <= most {
		if text := strings.TrimLeft(string(b), "\r\n\t "); strings.Contains(text, "\n") {
			break
		}
		var n int
		n, err = in.Read(chunk)
		b = append(b, chunk[:n]...)
	}
	if err != nil && err != io.EOF {
		return "", false, err
	}
	text := strings.TrimLeft(strings.TrimPrefix(string(b), "\ufeff"), "\r\n\t ")
	line, _, _ := strings.Cut(text, "\n")
	if kind, err := codec.TypeOf([]byte(line)); err == nil && kind != schemas.KindUnknown {
		return string(b), false, nil
	}
	_, err = explain.NewReader().Read([]byte(line))
	return string(b), err == nil, nil
}

// output is where records go: the file, whole or not at all, or standard output.
type output struct {
	io.Writer
	file *os.File // nil: standard output
	name string
}

func newOutput(stdout io.Writer, name string) (*output, error) {
	if name == "" {
		return &output{Writer: stdout}, nil
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return nil, fmt.Errorf("--out: %w", err)
	}
	return &output{Writer: f, file: f, name: name}, nil
}

// finish puts the file where it was asked for, unless nothing was explained or writing failed.
func (w *output) finish(err error) error {
	if w.file == nil {
		return err
	}
	info, statErr := w.file.Stat()
	closing := errors.Join(statErr, w.file.Close())
	if closing != nil || info.Size() == 0 {
		return errors.Join(err, closing, os.Remove(w.file.Name()))
	}
	return errors.Join(err, os.Chmod(w.file.Name(), 0o644), os.Rename(w.file.Name(), w.name))
}
