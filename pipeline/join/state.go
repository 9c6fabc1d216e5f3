package join

// State is what is held of one order key: its cases, nearly always one, and what was
// last published of its subjects. It is a scratch object: Decode fills it anew in
// memory that it keeps. The zero value is the state of a key never seen.
type State struct {
	cases     []Case // oldest first, more than RetentionMs apart; memory beyond len is reused
	published []Published
	touched   int // index of the case that the last Apply changed
	dropped   []string
	left      []Contribution // of cases forgotten since Decode
	counted   bool           // the contributions stand in the funnel
	empty     Case
}

// maxCases bounds the cases of one key. With SlackMs <= RetentionMs, two pauses longer
// than the retention reach further back than anything is remembered. Who reads a whole
// history and sets SlackMs to NeverForget has as many cases as there are such pauses.
const maxCases = 2

// Reset makes the state that of a key never seen.
func (s *State) Reset() {
	s.cases = s.cases[:0]
	s.published = s.published[:0]
	s.dropped = s.dropped[:0]
	s.left = s.left[:0]
	s.counted = false
	s.touched = 0
}

// Newest is the greatest record time of all cases, Unix ms; 0 when there is none.
func (s *State) Newest() int64 { return s.Current().LastMs }

// Current is the newest case: the one that is scored. It is empty, never nil, when
// no record was applied.
func (s *State) Current() *Case {
	if len(s.cases) == 0 {
		s.empty.reset()
		return &s.empty
	}
	return &s.cases[len(s.cases)-1]
}

// Touched is the case that the last Apply joined its record to: the current one but
// for a record that came late, after a newer case had begun.
func (s *State) Touched() *Case {
	if s.touched >= len(s.cases) {
		return s.Current()
	}
	return &s.cases[s.touched]
}

// Cases are all cases that are remembered, the oldest first.
func (s *State) Cases() []Case { return s.cases }

// Order is the order of the current case, see Case.Order.
func (s *State) Order() (*Entry, bool) { return s.Current().Order() }

// Clicks are those of the current case, the newest first.
func (s *State) Clicks() []Entry { return s.Current().Clicks() }

// Shipments are those of the current case, in the sequence of their ids.
func (s *State) Shipments() []Entry { return s.Current().Shipments() }

// Verifications are those of the current case, the newest first.
func (s *State) Verifications() []Entry { return s.Current().Verifications() }

// Dispositions are those of the current case, the newest first.
func (s *State) Dispositions() []Entry { return s.Current().Dispositions() }

// Dropped are the ids of shipments that the last Apply pushed out, and that no case
// holds any more: their subjects are to be closed.
func (s *State) Dropped() []string { return s.dropped }

// Apply joins one record to its case. What it changed may be read until the next call.
func (s *State) Apply(l *Limits, r *Record) Outcome {
	s.dropped = s.dropped[:0]
	k, ok := kindOf(r.Kind)
	if !ok {
		return NotJoined
	}
	if !s.enter(l, r.TimeMs) {
		return Expired
	}
	e := Entry{ID: r.ID, Rank: r.Rank, TimeMs: r.TimeMs, Offset: r.Offset, Payload: r.Payload}
	if k == orders {
		e.ID = ""
	}
	out := s.cases[s.touched].join(k, l.of(k), &e, s.cut)
	s.forget(l)
	if len(s.dropped) > 0 {
		s.keepDropped()
	}
	return out
}
