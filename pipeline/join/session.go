package join

import "slices"

// enter finds or opens the case that a record time belongs to, extends it, and leaves
// its index in touched. It is false when the time belongs to no case that is
// remembered, and too far back for one of its own.
func (s *State) enter(l *Limits, t int64) bool {
	i := len(s.cases) - 1
	for i >= 0 && !s.cases[i].reaches(t, l.RetentionMs) {
		i--
	}
	if i < 0 {
		if s.forgotten(l, t) {
			return false
		}
		i = s.open(t)
	}
	c := &s.cases[i]
	c.FirstMs, c.LastMs = min(c.FirstMs, t), max(c.LastMs, t)
	s.touched = i
	if len(s.cases) > 1 {
		s.bridge(l)
	}
	return true
}

// reaches says whether a record time chains to the case.
func (c *Case) reaches(t, retention int64) bool {
	return gap(c.LastMs, t) <= uint64(retention) && gap(t, c.FirstMs) <= uint64(retention)
}

// gap is how far to lies behind from, 0 when it does not. It is unsigned, because the
// distance of two instants may exceed an int64.
func gap(from, to int64) uint64 {
	if to <= from {
		return 0
	}
	return uint64(to) - uint64(from)
}

// open inserts an empty case at a time.
func (s *State) open(t int64) int {
	i := len(s.cases)
	if i < cap(s.cases) {
		s.cases = s.cases[:i+1]
	} else {
		s.cases = append(s.cases, Case{})
	}
	s.cases[i].reset()
	s.cases[i].FirstMs, s.cases[i].LastMs = t, t
	for ; i > 0 && s.cases[i-1].FirstMs > t; i-- {
		s.cases[i-1], s.cases[i] = s.cases[i], s.cases[i-1]
	}
	return i
}

// bridge merges neighbours that are no longer apart: a record came between them, or
// the retention was raised since they were stored.
func (s *State) bridge(l *Limits) {
	for i := 0; i+1 < len(s.cases); {
		a, b := &s.cases[i], &s.cases[i+1]
		if gap(a.LastMs, b.FirstMs) > uint64(l.RetentionMs) {
			i++
			continue
		}
		for k := range b.lists {
			for j := range b.lists[k] {
				e := &b.lists[k][j]
				if a.join(kind(k), l.of(kind(k)), e, s.cut) == OverLimit {
					s.cut(kind(k), e)
				}
			}
		}
		a.LastMs = max(a.LastMs, b.LastMs)
		s.remove(i + 1)
		if s.touched > i {
			s.touched--
		}
	}
}

// forget drops the cases that the newest record has left behind.
func (s *State) forget(l *Limits) {
	for len(s.cases) > 1 && s.forgotten(l, s.cases[0].LastMs) {
		s.leave(&s.cases[0])
		s.remove(0)
		if s.touched > 0 {
			s.touched--
		}
	}
}

// forgotten says whether a case that ended at a time is remembered no more. Whatever
// arrives later is displaced by at most the slack, so it is newer than the newest
// record minus the slack, and lies more than a retention behind such a case.
func (s *State) forgotten(l *Limits, lastMs int64) bool {
	return len(s.cases) > 0 && gap(lastMs, s.Newest()) > uint64(l.RetentionMs)+uint64(l.SlackMs)
}

// remove takes a case out and keeps its memory behind the last one.
func (s *State) remove(i int) {
	gone := s.cases[i]
	copy(s.cases[i:], s.cases[i+1:])
	last := len(s.cases) - 1
	s.cases[last] = gone
	s.cases = s.cases[:last]
}

// cut notes a shipment that the limit pushed out.
func (s *State) cut(k kind, e *Entry) {
	if k == shipments {
		s.dropped = append(s.dropped, e.ID)
	}
}

// keepDropped leaves in dropped only what no case holds any more, each id once.
func (s *State) keepDropped() {
	slices.Sort(s.dropped)
	s.dropped = slices.DeleteFunc(slices.Compact(s.dropped), s.holdsShipment)
}

func (s *State) holdsShipment(id string) bool {
	for i := range s.cases {
		if _, ok := s.cases[i].Shipment(id); ok {
			return true
		}
	}
	return false
}
