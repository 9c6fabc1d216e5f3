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

// keep copies b.
func (a *arena) keep(b []byte) []byte {
	if len(b) > arenaChunk {
		return append([]byte(nil), b...)
	}
	if a.last == nil || arenaChunk-a.used < len(b) {
		if a.last != nil {
			a.full = append(a.full, a.last)
		}
		a.last, a.used = chunks.Get().(*[arenaChunk]byte), 0
	}
	from := a.used
	a.used += copy(a.last[from:], b)
	return a.last[from:a.used:a.used]
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
