package gen

import (
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
)

// Event is one record of the stream. Nothing of it is used again by the generator.
type Event struct {
	Kind      schemas.Kind // of the topic it goes to, for a bad record too
	Key       []byte
	Value     []byte // a piece of a chunk that other events share: who keeps one of many clones it
	Headers   []record.Header
	TimeMs    int64 // the record's timestamp, Unix ms
	Partition int32 // of the key, by the murmur2 partitioner that Kafka's clients share
	Bad       bool
	Field     string // of a bad record: the field that the dead letter's reason must name
}

// world is what all orders share.
type world struct {
	o       Options
	sellers []seller
	sites   []schemas.SellerSite
}

func newWorld(o Options) *world {
	w := &world{o: o.withDefaults()}
	w.sellers = makeSellers(w.o.Seed)
	for i := range w.sellers {
		if e, ok := w.sellers[i].event(); ok {
			w.sites = append(w.sites, e)
		}
	}
	return w
}

// Generator makes the stream of one set of options. One goroutine uses it.
type Generator struct {
	w       *world
	next    int // the order to plan next
	pending heap
	arena   []byte
	scratch []byte
}

// New builds a generator. It holds at most the records of Options.WindowOrders orders
// and the skew.
func New(o Options) *Generator { return &Generator{w: newWorld(o)} }

// Sites are the records of the seller-sites topic, which must be there before the
// first order is scored. Their timestamp is a day before the first order.
func (g *Generator) Sites() []Event {
	events := make([]Event, len(g.w.sites))
	for i := range g.w.sites {
		s := &g.w.sites[i]
		events[i] = Event{Kind: schemas.KindSellerSite, Key: []byte(s.SellerID), Value: g.siteValue(s), TimeMs: int64(g.w.o.Start) - dayMs}
		events[i].Partition = partition(events[i].Key, g.w.o.Partitions)
	}
	return events
}

// Next is the next record, ok false after the last. Record timestamps are in order up
// to a displacement of two seconds.
func (g *Generator) Next() (ev Event, ok bool) {
	for g.next < g.w.o.Orders && (len(g.pending) == 0 || g.w.o.base(g.next) <= g.pending[0].at()) {
		p := g.w.makePlan(g.next)
		g.next++
		if len(p.sends) > 0 {
			g.pending.push(cursor{p: p})
		}
	}
	if len(g.pending) == 0 {
		return Event{}, false
	}
	c := &g.pending[0]
	ev = g.event(c.p, &c.p.sends[c.i])
	if c.i++; c.i == len(c.p.sends) {
		g.pending.pop()
	} else {
		g.pending.down(0)
	}
	return ev, true
}

// event encodes one record.
func (g *Generator) event(p *plan, s *send) Event {
	if s.bad {
		b := &p.bad[s.index]
		return Event{
			Kind: b.sort.kind, Key: b.key, Value: b.value(s.timeMs), TimeMs: s.timeMs,
			Partition: partition(b.key, g.w.o.Partitions), Bad: true, Field: b.sort.field,
		}
	}
	ev := Event{Kind: s.kind, Key: []byte(p.key), TimeMs: s.timeMs}
	ev.Value = g.value(p, s)
	ev.Partition = partition(ev.Key, g.w.o.Partitions)
	return ev
}

// cursor is an order with records to send, from the i-th on.
type cursor struct {
	p *plan
	i int
}

func (c *cursor) at() int64 { return c.p.sends[c.i].at }

// before orders the heap: by time, then by order number, so that the stream is a
// function of the seed.
func (c *cursor) before(d *cursor) bool {
	if a, b := c.at(), d.at(); a != b {
		return a < b
	}
	return c.p.n < d.p.n
}

// heap is a binary heap of orders by their next record. It is written out because
// container/heap costs an interface call per comparison.
type heap []cursor

func (h *heap) push(c cursor) {
	*h = append(*h, c)
	q := *h
	for i := len(q) - 1; i > 0; {
		up := (i - 1) / 2
		if !q[i].before(&q[up]) {
			return
		}
		q[i], q[up] = q[up], q[i]
		i = up
	}
}

func (h *heap) pop() {
	q := *h
	last := len(q) - 1
	q[0] = q[last]
	q[last] = cursor{}
	*h = q[:last]
	h.down(0)
}

func (h heap) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if child+1 < len(h) && h[child+1].before(&h[child]) {
			child++
		}
		if !h[child].before(&h[i]) {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}

// partition is what Kafka's default partitioner says of a key: murmur2, sign bit off.
// A record without a key goes to partition 0 here.
func partition(key []byte, partitions int) int32 {
	if len(key) == 0 {
		return 0
	}
	return int32(murmur2(key)&0x7fffffff) % int32(partitions)
}

// murmur2 is the variant in Kafka's Utils.java.
func murmur2(b []byte) uint32 {
	const m = 0x5bd1e995
	h := uint32(0x9747b28c) ^ uint32(len(b))
	for len(b) >= 4 {
		k := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
		k *= m
		k ^= k >> 24
		h = h*m ^ k*m
		b = b[4:]
	}
	switch len(b) {
	case 3:
		h ^= uint32(b[2]) << 16
		fallthrough
	case 2:
		h ^= uint32(b[1]) << 8
		fallthrough
	case 1:
		h = (h ^ uint32(b[0])) * m
	}
	h = (h ^ h>>13) * m
	return h ^ h>>15
}
