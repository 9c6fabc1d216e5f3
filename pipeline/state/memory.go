package state

import (
	"sync"
	"sync/atomic"
)

// Memory is what the stores of a process share: the bounds of the memory that they take,
// of which each open store has an equal share, and the memory that one of them has let go
// of, for whichever needs some next. Memory that is new to the process costs more than
// filling it. Safe for concurrent use.
type Memory struct {
	dirty, clean int64 // bounds of all stores, bytes

	dirtyShare, cleanShare atomic.Int64 // of one store

	mu     sync.Mutex
	stores int
	chunks [][]byte // free ones, all of chunkBytes
	pages  []*page  // free ones
}

// NewMemory makes the memory of any number of stores. dirty bounds the changes that are not
// on disk, in bytes: a store whose share is half taken is Full, the other half is for those
// being flushed. clean bounds what is kept after it was flushed. However many stores there
// are, the share of each is at least leastDirty, or nothing could be put between two flushes.
func NewMemory(dirty, clean int64) *Memory {
	m := &Memory{dirty: dirty, clean: clean}
	m.share()
	return m
}

// leastDirty is the least share of a store, bytes: 256 of them may take as much as 256 MiB.
const leastDirty = 1 << 20

// share works out the shares. Its caller holds mu, or has m alone.
func (m *Memory) share() {
	n := int64(max(m.stores, 1))
	m.dirtyShare.Store(max(m.dirty/n, min(m.dirty, leastDirty)))
	m.cleanShare.Store(m.clean / n)
}

// join and leave tell that a store has been opened and closed.
func (m *Memory) join()  { m.count(1) }
func (m *Memory) leave() { m.count(-1) }

func (m *Memory) count(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stores += n
	m.share()
	if m.stores == 0 {
		m.chunks, m.pages = nil, nil
	}
}

// full is how many bytes of changes make a store Full.
func (m *Memory) full() int64 { return max(m.dirtyShare.Load()/2, 1) }

// free is how many chunks are kept for the next use: what one generation of all stores
// takes. More would be left of a burst.
func (m *Memory) free() int { return int(m.dirty/2/chunkBytes) + 1 }

func (m *Memory) takeChunk() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := len(m.chunks); n > 0 {
		c := m.chunks[n-1]
		m.chunks = m.chunks[:n-1]
		return c
	}
	return make([]byte, chunkBytes)
}

func (m *Memory) takePage() *page {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := len(m.pages); n > 0 {
		p := m.pages[n-1]
		m.pages = m.pages[:n-1]
		return p
	}
	return new(page)
}

// release takes the memory of a generation that nobody reads any more.
func (m *Memory) release(g *generation) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range g.chunks {
		if len(c) == chunkBytes && len(m.chunks) < m.free() {
			m.chunks = append(m.chunks, c)
		}
	}
	for _, p := range g.pages {
		if len(m.pages) < m.free() {
			m.pages = append(m.pages, p)
		}
	}
	*g = generation{}
}
