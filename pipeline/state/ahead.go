package state

// aheadKeys is how many keys Ahead takes at most. Their lines of memory are then on their
// way at the same time; more of them would push each other out of the nearest cache.
const aheadKeys = 8

// upcoming is what Ahead has worked out: the hashes of the keys that come next. The keys are
// copies.
type upcoming struct {
	keys   [aheadKeys][]byte
	hashes [aheadKeys]uint64
	n, at  int // how many, and the first that has not come

	touched byte // keeps what is only looked at from being left out
}

// Ahead looks at what Get and Put of these order keys will need: what a million orders have
// lies in no cache, and each look at it depends on the one before. So the looks are done key
// beside key. It changes nothing; of more than aheadKeys it takes the first ones.
func (s *Store) Ahead(keys [][]byte) { s.ahead(&s.next, spaceOrder, keys) }

// AheadCells does the same for GetCell and PutCell.
func (s *Store) AheadCells(keys [][]byte) { s.ahead(&s.nextCells, spaceCell, keys) }

func (s *Store) ahead(a *upcoming, sp space, keys [][]byte) {
	a.n, a.at = min(len(keys), aheadKeys), 0
	if len(s.index.slots) == 0 || s.standing() != nil {
		a.n = 0
		return
	}
	last := &s.filter.tables[len(s.filter.tables)-1]
	touched := a.touched
	for i := range a.n {
		hash := s.hash(sp, keys[i])
		a.keys[i], a.hashes[i] = append(a.keys[i][:0], keys[i]...), hash
		fp, b := last.place(hash)
		touched += byte(s.index.slots[s.index.home(hash)]) + byte(last.buckets[b][0]) + byte(last.buckets[last.other(b, fp)][0])
	}
	var entries [aheadKeys]*entry
	var from [aheadKeys]*generation
	for i := range a.n {
		if at := s.index.find(a.hashes[i], s.index.home(a.hashes[i])); at >= 0 {
			l := s.index.slots[at].loc()
			from[i] = s.gens[l.gen]
			entries[i] = from[i].entry(int(l.entry))
			touched += byte(entries[i].hash)
		}
	}
	for i := range a.n {
		if e := entries[i]; e != nil {
			run := from[i].chunks[e.run.chunk-1][e.run.off:]
			for at := 0; at < min(int(e.key+e.value), aheadBytes); at += cacheLine {
				touched += run[at]
			}
		}
	}
	a.touched = touched
}

const (
	cacheLine  = 64  // bytes
	aheadBytes = 512 // of a key and its state that are looked at: those of most orders are no longer
)

// hashOf is the hash of a key, which Ahead may have worked out.
func (s *Store) hashOf(sp space, key []byte) uint64 {
	a := &s.next
	if sp == spaceCell {
		a = &s.nextCells
	}
	for i := a.at; i < a.n; i++ {
		if string(a.keys[i]) == string(key) {
			a.at = i + 1
			return a.hashes[i]
		}
	}
	return s.hash(sp, key)
}
