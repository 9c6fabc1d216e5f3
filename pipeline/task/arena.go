package task

// arenaChunk is the size of one chunk of an arena, bytes.
const arenaChunk = 1 << 20

// arena hands out byte slices that live until it is reset: the outputs of one
// transaction. A slice larger than a chunk gets memory of its own.
type arena struct {
	chunks [][]byte // all of capacity arenaChunk
	used   int      // chunks in use; the last of them is being filled
}

// keep copies b.
func (a *arena) keep(b []byte) []byte {
	if len(b) > arenaChunk {
		return append([]byte(nil), b...)
	}
	if a.used == 0 || arenaChunk-len(a.chunks[a.used-1]) < len(b) {
		if a.used == len(a.chunks) {
			a.chunks = append(a.chunks, make([]byte, 0, arenaChunk))
		}
		a.used++
		a.chunks[a.used-1] = a.chunks[a.used-1][:0]
	}
	c := a.chunks[a.used-1]
	from := len(c)
	c = append(c, b...)
	a.chunks[a.used-1] = c
	return c[from:len(c):len(c)]
}

// arenaSpare is how many chunks a reset arena keeps for the next transaction: most of
// what transactions take while catching up. Memory that is new to the process costs more
// than filling it.
const arenaSpare = 16

func (a *arena) reset() {
	a.used = 0
	if len(a.chunks) > arenaSpare {
		clear(a.chunks[arenaSpare:])
		a.chunks = a.chunks[:arenaSpare]
	}
}
