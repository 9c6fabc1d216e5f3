package state

// generation is the set of entries that became dirty between two flushes. It is active
// (the owner writes it), then frozen (the flush reads it, nobody writes), then clean.
// It holds no pointers but its chunks, so a hundred thousand hot orders cost the
// garbage collector nothing, and it is used again as a whole.
type generation struct {
	id      uint16
	entries []entry
	chunks  [][]byte // keys and values
	chunk   int      // the one that is appended to
	fill    int      // bytes used of it
	behind  int64    // bytes of the chunks before it
	bytes   int64    // bytes of all chunks in use
	dead    [][]byte // timer rows found out of date, to be deleted by the flush
	deadRaw int64    // bytes of dead
}

// entry is one key of a generation.
type entry struct {
	hash     uint64
	newestMs int64
	// timer is the bucket that the database already has a timer row of for this key;
	// noTimer when that is not known.
	timer int64
	tag   uint64 // which the order stands under, 0 for none
	was   uint64 // the tag of which the database has an index row for this key, 0 for none
	key   span
	value span
	cap   uint32 // bytes that value may grow to in place
	space space
	gone  bool // forgotten: a deletion
	fresh bool // not in the database before this generation
}

// span is a run of bytes of a chunk.
type span struct {
	chunk uint32
	off   uint32
	len   uint32
}

const noTimer = -1 << 63

// chunkBytes is the unit in which a generation takes memory. A larger entry has a chunk
// of its own.
const chunkBytes = 1 << 20

func (g *generation) at(s span) []byte {
	return g.chunks[s.chunk][s.off : s.off+s.len : s.off+s.len]
}

// alloc reserves n bytes.
func (g *generation) alloc(n int) span {
	for {
		if g.chunk == len(g.chunks) {
			c := make([]byte, max(n, chunkBytes))
			g.chunks = append(g.chunks, c)
			g.bytes += int64(len(c))
		}
		if n <= len(g.chunks[g.chunk])-g.fill {
			break
		}
		g.behind += int64(len(g.chunks[g.chunk]))
		g.chunk++
		g.fill = 0
	}
	s := span{chunk: uint32(g.chunk), off: uint32(g.fill), len: uint32(n)}
	g.fill += n
	return s
}

// used is how many bytes the entries take, wasted room included.
func (g *generation) used() int64 { return g.behind + int64(g.fill) + g.deadRaw }

// room is how much a value is given: an order grows as its events come, by about a
// third each, and is overwritten in place when it fits.
func room(n int) int { return n + n/2 + 16 }

func (g *generation) setValue(e *entry, value []byte) {
	if uint32(len(value)) > e.cap || e.cap == 0 {
		r := room(len(value))
		s := g.alloc(r)
		e.value, e.cap = s, uint32(r)
	}
	e.value.len = uint32(len(value))
	copy(g.at(e.value), value)
}

// reset empties the generation for another use. Chunks beyond the usual size are given
// back, so that one burst does not stay.
func (g *generation) reset(keepBytes int64) {
	kept := g.chunks[:0]
	var bytes int64
	for _, c := range g.chunks {
		if len(c) == chunkBytes && bytes+chunkBytes <= keepBytes {
			kept = append(kept, c)
			bytes += chunkBytes
		}
	}
	clear(g.chunks[len(kept):])
	g.chunks, g.bytes = kept, bytes
	g.entries = g.entries[:0]
	g.chunk, g.fill, g.behind = 0, 0, 0
	g.dead, g.deadRaw = nil, 0
}

// entryBytes is what one entry takes beside its key and value.
const entryBytes = 80

// size is the memory that the generation holds.
func (g *generation) size() int64 { return g.bytes + int64(cap(g.entries))*entryBytes }
