package join

// Contribution is what one case adds to the funnel: a function of the records that the
// case holds, and of the time of its newest. So it needs not be kept anywhere: what a case
// contributed before a record came is what its state said before.
type Contribution struct {
	Clicks    int
	Shipments int
	HasOrder  bool
	// Order is the order's payload, which says whose the case is, and Rank its rank.
	Order []byte
	Rank  Rank
	// TimeMs is the order's event time; without an order, the earliest event time of the
	// clicks and shipments. Unix ms.
	TimeMs int64
	// LastMs is the record time of the case's newest record, Unix ms.
	LastMs int64
}

// Counts is false of a case that holds nothing the funnel counts: an answer about an
// e-Cert, or a disposition.
func (c *Contribution) Counts() bool { return c.HasOrder || c.Clicks > 0 || c.Shipments > 0 }

// Joined is how many of the shipments have their order and a click.
func (c *Contribution) Joined() int {
	if c.HasOrder && c.Clicks > 0 {
		return c.Shipments
	}
	return 0
}

// Contribution is what the case adds to the funnel. It aliases the case's payload.
func (c *Case) Contribution() Contribution {
	x := Contribution{Clicks: len(c.lists[clicks]), Shipments: len(c.lists[shipments]), LastMs: c.LastMs}
	if e, ok := c.Order(); ok {
		x.HasOrder, x.Order, x.Rank, x.TimeMs = true, e.Payload, e.Rank, e.Rank.EventMs
		return x
	}
	first := true
	for _, k := range [...]kind{clicks, shipments} {
		for i := range c.lists[k] {
			if at := c.lists[k][i].Rank.EventMs; first || at < x.TimeMs {
				x.TimeMs, first = at, false
			}
		}
	}
	return x
}

// Contributions appends those of all remembered cases that count.
func (s *State) Contributions(dst []Contribution) []Contribution {
	for i := range s.cases {
		if c := s.cases[i].Contribution(); c.Counts() {
			dst = append(dst, c)
		}
	}
	return dst
}

// Left are the last contributions of the cases that records applied since the state was
// decoded have made it forget: they stay counted.
func (s *State) Left() []Contribution { return s.left }

// leave notes what a case contributed that is about to be forgotten.
func (s *State) leave(c *Case) {
	if x := c.Contribution(); x.Counts() {
		s.left = append(s.left, x)
	}
}

// Counted tells whether the contributions of the state stand in the funnel: those of
// states that a release before it has written do not.
func (s *State) Counted() bool { return s.counted }

// SetCounted notes that they do.
func (s *State) SetCounted() { s.counted = true }
