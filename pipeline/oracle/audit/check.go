package audit

import (
	"bytes"

	"github.com/clearlane/clearlane/pipeline/oracle/naive"
)

// Check holds the outputs against what has to stand there, every input record being
// processed.
func (o *Outputs) Check(x *naive.Expected) *Findings {
	f := &Findings{}
	chain(f, "decision", o.decisions)
	chain(f, "pre-review", o.preReviews)
	compare(f, "decision", last(o.decisions), x.Decisions, nil)
	compare(f, "pre-review", last(o.preReviews), x.PreReviews, x.TakenBack)
	o.highRisk(f)
	o.rollups(f, x)
	o.shadow(f, x)
	o.flow(f, x)
	o.deadLetters(f, x)
	o.positions(f, x)
	return f
}

// deadLetters: each refused record has one, with its own bytes.
func (o *Outputs) deadLetters(f *Findings, x *naive.Expected) {
	seen := map[naive.Place]bool{}
	for i := range o.letters {
		l := &o.letters[i]
		want, known := x.Letters[l.of]
		switch {
		case seen[l.of]:
			f.add(Duplicate, "dead letter of %v: a second one at %v", l.of, l.at)
		case !known:
			f.add(Wrong, "dead letter of %v, which is a good record or none: %s in %s", l.of, l.Code, l.Field)
		case l.Code != want.Code || l.Field != want.Field:
			f.add(Wrong, "dead letter of %v: %s in %s, not %s in %s", l.of, l.Code, l.Field, want.Code, want.Field)
		case !same(l.Key, want.Key) || !same(l.Value, want.Value):
			f.add(Wrong, "dead letter of %v: other bytes than the record's", l.of)
		case l.at.Partition != l.of.Partition:
			f.add(Wrong, "dead letter of %v stands in partition %d", l.of, l.at.Partition)
		}
		seen[l.of] = true
	}
	for at, want := range x.Letters {
		if !seen[at] {
			f.add(Missing, "dead letter of %v: %s in %s", at, want.Code, want.Field)
		}
	}
}

// same tells null from empty.
func same(a, b []byte) bool { return bytes.Equal(a, b) && (a == nil) == (b == nil) }

// positions: commits are numbered without a repetition, nothing goes back, and the last
// one covers the inputs to their ends.
func (o *Outputs) positions(f *Findings, x *naive.Expected) {
	for partition, commits := range o.progress {
		for i := 1; i < len(commits); i++ {
			was, is := &commits[i-1], &commits[i]
			switch {
			case is.Commit == was.Commit:
				f.add(Duplicate, "progress of partition %d: commit %d twice, by %q and %q", partition, is.Commit, was.Instance, is.Instance)
			case is.Commit < was.Commit:
				f.add(Disorder, "progress of partition %d: commit %d of %q behind %d of %q", partition, is.Commit, is.Instance, was.Commit, was.Instance)
			case is.Watermark < was.Watermark:
				f.add(Disorder, "progress of partition %d: the watermark of commit %d is before that of commit %d", partition, is.Commit, was.Commit)
			}
			for topic, next := range is.Offsets {
				if next < was.Offsets[topic] {
					f.add(Disorder, "progress of partition %d: commit %d goes back in %s from %d to %d", partition, is.Commit, topic, was.Offsets[topic], next)
				}
			}
		}
	}
	for topic, ends := range x.Ends {
		for p, end := range ends {
			next := int64(0)
			if commits := o.progress[int32(p)]; len(commits) > 0 {
				next = commits[len(commits)-1].Offsets[topic]
			}
			switch {
			case next < end:
				f.add(Missing, "progress of partition %d: %s up to %d, its end is %d", p, topic, next, end)
			case next > end:
				f.add(Wrong, "progress of partition %d: %s up to %d, its end is %d", p, topic, next, end)
			}
		}
	}
}
