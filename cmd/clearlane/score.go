package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/offline"
	"github.com/clearlane/clearlane/pipeline/truth/measure"
	"github.com/clearlane/clearlane/schemas"
)

func newScore(a *app) *cobra.Command {
	var o scoreOptions
	cmd := &cobra.Command{
		Use:   "score FILE|-",
		Short: "Score the events of a file, without Kafka or ClickHouse",
		Long: `Reads events as lines of JSON, from a file (unpacked if its name ends in .gz) or
from standard input, joins and scores them as 'clearlane run' does, and writes the
final decision of every shipment as a line of JSON, ordered by order_key and
shipment_id: the form that the topic decisions has.

A line is one event with its kind in "type": ad_click, order, shipment,
ecert_verification, disposition or seller_site. The sequence of the lines does not
matter; of two lines about one seller site the later one holds. An event's record
time is its own time. Limits and retention are those of the configuration.

With --answers nothing is written but how the decisions compare to the right answers,
as 'clearlane gen' writes them beside events: for every reason code how often it was
planted and found, precision and recall, the routes, and the first subjects that
differ. The exit status is 1 when a code of the class certain has a precision or
recall under 0.99, when a shipment without a planted cause has such a reason, or when
subjects and answers are not the same ones.

In the evidence the topic is the file's name, the partition 0, the offset the number
of the line, from 1. decided_at and version are the time of the newest event used.

A line that is refused is reported on standard error with its number and the field at
fault; the rest is scored, and the exit status is 1. It is 2 when nothing was read.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("score: %d arguments; one file, or - for standard input, is allowed", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if f := cmd.Flags(); o.answers == "" && (f.Changed("report") || f.Changed("examples")) {
				return usagef("score: --report and --examples go with --answers")
			}
			return a.score(cmd.Context(), args[0], &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.policy, "policy", "", "policy pack; default: the configuration's, else the one built in")
	f.StringVar(&o.geo, "geo", "", "country database in GeoIP2-Country form; default: the configuration's, else none")
	f.BoolVar(&o.allVersions, "all-versions", false, "write a new version whenever a line changes a verdict, in the order of the lines, with the seller sites read so far")
	f.BoolVar(&o.preReviews, "pre-reviews", false, "write the pre-reviews of orders too; one stands before the shipments of its order")
	f.StringVar(&o.answers, "answers", "", "compare to the right answers in this `file`, and write a report instead of decisions")
	f.StringVar(&o.report, "report", reportText, "with --answers: text or json")
	f.IntVar(&o.examples, "examples", 2, "with --answers: how many subjects to show of each difference")
	return cmd
}

type scoreOptions struct {
	policy, geo             string
	allVersions, preReviews bool
	answers, report         string
	examples                int
}

func (a *app) score(ctx context.Context, file string, o *scoreOptions) (err error) {
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
		return usagef("score: %w", err)
	}
	now := refs.current()
	deps := offline.Deps{Policy: now.Policy, Geo: now.Geo, Out: a.out}
	var answers *measure.Tally
	if o.answers != "" {
		if answers, err = o.loadAnswers(now.Geo); err != nil {
			return err
		}
		deps.Out, deps.Each = io.Discard, compareTo(answers)
	}
	in, name, err := openLines(a.in, file)
	if err != nil {
		return usagef("score: %w", err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	r := scoreReport{w: a.err, command: "score", name: name, clock: time.Now, began: time.Now(), live: isTerminal(a.err)}
	deps.Bad, deps.Progress = r.bad, r.progress
	s := offline.New(offline.Options{
		Name: name, Events: cfg.Limits.Event(), Join: joinLimits(&cfg),
		PreReviews: o.preReviews || answers != nil, AllVersions: o.allVersions,
	}, deps)
	sum, err := s.Run(ctx, in)
	r.clear()
	if err != nil {
		return fmt.Errorf("score: %s: %w", name, err)
	}
	fmt.Fprintf(a.err, "score: %s\n", sum.String())
	if answers != nil {
		if err := o.writeReport(a.out, answers); err != nil {
			return err
		}
	}
	if sum.Bad > 0 {
		return fmt.Errorf("score: %d of %d lines are bad", sum.Bad, sum.Lines)
	}
	return nil
}

// openLines opens a file, or standard input for "-". The name is the file's own,
// without its folder, so that the output does not depend on where it lies.
func openLines(stdin io.Reader, file string) (in io.ReadCloser, name string, err error) {
	if file == "-" {
		return io.NopCloser(stdin), file, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, "", err
	}
	name = filepath.Base(file)
	if !strings.HasSuffix(file, ".gz") {
		return f, name, nil
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, "", errors.Join(fmt.Errorf("%s: %w", file, err), f.Close())
	}
	return &packed{z, f}, name, nil
}

// packed is an open file and what it unpacks to.
type packed struct {
	*gzip.Reader
	file *os.File
}

// Close closes both.
func (p *packed) Close() error { return errors.Join(p.Reader.Close(), p.file.Close()) }

// scoreReport writes what people follow a run by.
type scoreReport struct {
	w       io.Writer
	command string
	name    string // of the file or topic being read
	clock   func() time.Time
	began   time.Time
	last    time.Time // of the line of progress that stands, zero when none does
	live    bool      // w is a terminal
}

// Progress is shown of a run that takes longer than quiet, twice a second.
const (
	quiet         = 2 * time.Second
	progressEvery = 500 * time.Millisecond
)

func (r *scoreReport) bad(b *offline.BadLine) {
	r.clear()
	kind := ""
	if b.Kind != schemas.KindUnknown {
		kind = b.Kind.String() + ": "
	}
	fmt.Fprintf(r.w, "%s:%d: %s%v\n", r.name, b.Line, kind, b.Reject)
}

func (r *scoreReport) progress(stage string, done int) {
	now := r.clock()
	if !r.live || now.Sub(r.began) < quiet || now.Sub(r.last) < progressEvery {
		return
	}
	r.last = now
	fmt.Fprintf(r.w, "\r\x1b[K%s: %d %s, %.0f s", r.command, done, stage, now.Sub(r.began).Seconds())
}

// clear takes the line of progress away.
func (r *scoreReport) clear() {
	if !r.last.IsZero() {
		fmt.Fprint(r.w, "\r\x1b[K")
		r.last = time.Time{}
	}
}

// isTerminal is true of a stream that a person may be looking at.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&fs.ModeCharDevice != 0
}
