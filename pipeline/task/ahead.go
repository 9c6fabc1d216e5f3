package task

const (
	// ahead is how many orders of a micro-batch are looked at before the first of them is
	// taken up. The lines of memory that they lie in are then on their way at the same time.
	ahead     = 8
	cacheLine = 64 // bytes
	// aheadBytes of a record are looked at: behind a few lines the processor sees where it goes.
	aheadBytes = 512
)

// ahead looks at the records and the stored states of the orders that are next.
func (t *Task) ahead(list []group) {
	s := &t.scratch
	s.next = s.next[:0]
	touched := s.touched
	for i := range list {
		g := &list[i]
		s.next = append(s.next, g.key)
		for it := g.first; it != none; it = t.groups.items[it].next {
			v := t.groups.items[it].rec.Value
			for at := 0; at < min(len(v), aheadBytes); at += cacheLine {
				touched += v[at]
			}
		}
	}
	s.touched = touched
	t.store.Ahead(s.next)
}
