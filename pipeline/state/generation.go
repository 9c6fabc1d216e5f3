package state

import (
	"encoding/binary"
	"math/bits"
)

// generation is the set of entries that became dirty between two flushes. It is active
// (the owner writes it), then frozen (the flush reads it, nobody writes), then clean.
// It holds no pointers but its chunks and pages, so a hundred thousand hot orders cost the
// garbage collector nothing. What it is made of is taken from Memory, and goes back there.
type generation struct {
	id      uint8 // 1 and up
	memory  *Memory
	pages   []*page // of entries
	n       int     // entries
	chunks  [][]byte
	fill    int           // bytes used of the last chunk
	bytes   int64         // bytes of all chunks
	spare   [classes]span // runs by class that their entries have outgrown, each naming the next
	dead    [][]byte      // timer rows found out of date, to be deleted by the flush
	deadRaw int64         // bytes of dead
}

// entry is one key of a generation: a line of the processor's cache. What it holds stands
// in one run: a byte for the space, the key, the value.
type entry struct {
	hash     uint64
	newestMs int64
	// timer is the bucket that the database already has a timer row of for this key;
	// noTimer when that is not known.
	timer int64
	tag   uint64 // which the order stands under, 0 for none
	was   uint64 // the tag of which the database has an index row for this key, 0 for none
	run   span
	key   uint32 // bytes of the key, the byte for the space included
	value uint32 // bytes of the value
	class uint8  // of the run
	space space
	gone  bool // forgotten: a deletion
	fresh bool // not in the database before this generation
}

// entryBytes is what one entry takes beside its run.
const entryBytes = 64

// page is the unit in which entries are taken. They never move.
type page [pageEntries]entry

const (
	pageBits    = 10
	pageEntries = 1 << pageBits
)

// span is where a run begins: the number of its chunk from 1 on, zero for none, and the
// offset in it.
type span struct{ chunk, off uint32 }

const noTimer = -1 << 63

// chunkBytes is the unit in which a generation takes memory for its runs: small enough
// for hundreds of partitions. A larger run has a chunk of its own.
const chunkBytes = 64 << 10

// Runs are of some sizes only, so that one that is outgrown fits another entry: an order
// grows as its events come, by about a third each. Small ones go in steps of grain, those
// above smallRun in eighths of a power of two.
const (
	grain      = 32
	smallRun   = 2 << 10
	smallBits  = 11
	classes    = smallRun/grain + 1 + 8*(16-smallBits)
	classAlone = 255 // has a chunk of its own
)

// sized is the class of the smallest run that holds n bytes, and its size.
func sized(n int) (class uint8, size int) {
	if n <= smallRun {
		c := (n + grain - 1) / grain
		return uint8(c), c * grain
	}
	if n > chunkBytes {
		return classAlone, n + n/4
	}
	top := bits.Len(uint(n-1)) - 1 // n is in (2^top, 2^(top+1)]
	step := 1 << (top - 3)
	eighth := (n - 1<<top + step - 1) / step // 1 to 8
	return uint8(smallRun/grain + 8*(top-smallBits) + eighth), 1<<top + eighth*step
}

// entry is the entry of a number below n.
func (g *generation) entry(i int) *entry { return &g.pages[i>>pageBits][i&(pageEntries-1)] }

// add takes one more entry.
func (g *generation) add() (int, *entry) {
	i := g.n
	if i>>pageBits == len(g.pages) {
		g.pages = append(g.pages, g.memory.takePage())
	}
	g.n++
	e := g.entry(i)
	*e = entry{}
	return i, e
}

// row is the key of an entry as the database has it: the byte for the space first.
func (g *generation) row(e *entry) []byte {
	at := g.chunks[e.run.chunk-1][e.run.off:]
	return at[:e.key:e.key]
}

// valueOf is the value of an entry.
func (g *generation) valueOf(e *entry) []byte {
	at := g.chunks[e.run.chunk-1][e.run.off+e.key:]
	return at[:e.value:e.value]
}

// holds tells whether an entry is of a key.
func (g *generation) holds(e *entry, sp space, key []byte) bool {
	return e.space == sp && int(e.key) == len(key)+1 && string(g.row(e)[1:]) == string(key)
}

// alloc takes a run of n bytes or more.
func (g *generation) alloc(n int) (span, uint8) {
	class, size := sized(n)
	if class == classAlone {
		g.chunks = append(g.chunks, make([]byte, size))
		g.bytes += int64(size)
		at := span{chunk: uint32(len(g.chunks))}
		g.fill = size // the next run begins a chunk
		return at, class
	}
	if s := g.spare[class]; s.chunk != 0 {
		next := g.chunks[s.chunk-1][s.off:]
		g.spare[class] = span{binary.LittleEndian.Uint32(next), binary.LittleEndian.Uint32(next[4:])}
		return s, class
	}
	if len(g.chunks) == 0 || size > len(g.chunks[len(g.chunks)-1])-g.fill {
		g.chunks = append(g.chunks, g.memory.takeChunk())
		g.bytes += chunkBytes
		g.fill = 0
	}
	at := span{chunk: uint32(len(g.chunks)), off: uint32(g.fill)}
	g.fill += size
	return at, class
}

// outgrown gives a run back to its class.
func (g *generation) outgrown(s span, class uint8) {
	if class == classAlone {
		g.bytes -= int64(len(g.chunks[s.chunk-1]))
		g.chunks[s.chunk-1] = nil
		if int(s.chunk) == len(g.chunks) {
			g.fill = 0
		}
		return
	}
	next := g.chunks[s.chunk-1][s.off:]
	binary.LittleEndian.PutUint32(next, g.spare[class].chunk)
	binary.LittleEndian.PutUint32(next[4:], g.spare[class].off)
	g.spare[class] = s
}

// set gives an entry its key and value, whatever it had before. A run that is large enough
// is used again. The value may lie in another run of the generation, not in this one.
func (g *generation) set(e *entry, sp space, key, value []byte) {
	was, class := e.run, e.class
	if _, size := sized(1 + len(key) + len(value)); was.chunk == 0 || size > g.room(e) {
		e.run, e.class = g.alloc(1 + len(key) + len(value))
	}
	run := g.chunks[e.run.chunk-1][e.run.off:]
	copy(run[1+len(key):], value)
	e.value = uint32(len(value))
	if e.run != was {
		run[0] = byte(sp)
		copy(run[1:], key)
		e.space, e.key = sp, uint32(1+len(key))
		if was.chunk != 0 {
			g.outgrown(was, class)
		}
	}
}

// room is the size of an entry's run.
func (g *generation) room(e *entry) int {
	if e.class == classAlone {
		return len(g.chunks[e.run.chunk-1])
	}
	if c := int(e.class); c <= smallRun/grain {
		return c * grain
	}
	c := int(e.class) - smallRun/grain - 1
	return (9 + c%8) << (c/8 + smallBits - 3)
}

// used is how many bytes the entries take, wasted room included.
func (g *generation) used() int64 {
	n := g.bytes + int64(g.n)*entryBytes + g.deadRaw
	if len(g.chunks) > 0 {
		n -= int64(len(g.chunks[len(g.chunks)-1]) - g.fill)
	}
	return n
}

// size is the memory that the generation holds.
func (g *generation) size() int64 { return g.bytes + int64(len(g.pages))*pageEntries*entryBytes }
