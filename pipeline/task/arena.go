package task

import "sync"

// arenaChunk is the size of one chunk of an arena, bytes: a few dozen outputs, so that an
// idle partition holds none and a quiet one little.
const arenaChunk = 64 << 10

// chunks is the memory of all arenas of the process that is not in use: of many partitions
// few have long transactions at a time. The garbage collector takes what stays unused.
var chunks = sync.Pool{New: func() any { return new([arenaChunk]byte) }}

// arena hands out byte slices that live until it is reset: the outputs of one
// transaction. A slice larger than a chunk gets memory of its own.
type arena struct {
	full []*[arenaChunk]byte
	last *[arenaChunk]byte // the one being filled, nil for none
	used int               // bytes of it
}

// arenaRoom is what room has at least, bytes: more than most outputs.
const arenaRoom = 2 << 10

// keep copies b.
func (a *arena) keep(b []byte) []byte {
	if len(b) > arenaChunk {
		return append([]byte(nil), b...)
	}
	a.need(len(b))
	from := a.used
	a.used += copy(a.last[from:], b)
	return a.last[from:a.used:a.used]
}

// room is where an output may be appended to; written then keeps it. Nothing may be kept
// between the two.
func (a *arena) room() []byte {
	a.need(arenaRoom)
	return a.last[a.used:a.used]
}

// written keeps what was appended to room: where it stands, if it has found room there.
func (a *arena) written(b []byte) []byte {
	if len(b) == 0 || a.used == arenaChunk || &b[0] != &a.last[a.used] {
		return a.keep(b)
	}
	a.used += len(b)
	return b[:len(b):len(b)]
}

// need begins a chunk where the last one has no room for n bytes.
func (a *arena) need(n int) {
	if a.last != nil && arenaChunk-a.used >= n {
		return
	}
	if a.last != nil {
		a.full = append(a.full, a.last)
	}
	a.last, a.used = chunks.Get().(*[arenaChunk]byte), 0
}

// reset ends the life of what was handed out: others may have its memory.
func (a *arena) reset() {
	if a.last != nil {
		chunks.Put(a.last)
		a.last = nil
	}
	for i, c := range a.full {
		chunks.Put(c)
		a.full[i] = nil
	}
	a.full = a.full[:0]
}
