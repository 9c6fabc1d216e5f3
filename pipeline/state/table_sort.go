package state

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// sequence is the entries of a generation by their keys, cells and orders apart. The keys of
// scattered orders lie all over the generation, each a line of memory that no cache holds, so
// they are gathered once, in the sequence they were put in.
type sequence struct {
	cells, orders []ranked
	rows          []byte // the keys as the database has them
}

// ranked is an entry in the sequence of keys.
type ranked struct {
	prefix uint64 // the eight bytes behind what all keys begin with
	entry  uint32
	at     uint32 // of its key in rows
	len    uint32
}

func (q *sequence) row(r *ranked) []byte { return q.rows[r.at : r.at+r.len] }

// sorted puts the entries in sequence. Most keys are told apart by eight of their bytes, so
// the keys themselves are hardly compared.
func sorted(g *generation) *sequence {
	bytes := 0
	for i := range g.n {
		bytes += int(g.entry(i).key)
	}
	q := &sequence{orders: make([]ranked, 0, g.n), rows: make([]byte, 0, bytes)}
	for i := range g.n {
		e := g.entry(i)
		r := ranked{entry: uint32(i), at: uint32(len(q.rows)), len: e.key}
		q.rows = append(q.rows, g.row(e)...)
		if e.space == spaceCell {
			q.cells = append(q.cells, r)
		} else {
			q.orders = append(q.orders, r)
		}
	}
	q.rank(q.cells)
	q.rank(q.orders)
	return q
}

func (q *sequence) rank(list []ranked) {
	if len(list) == 0 {
		return
	}
	common := q.row(&list[0])
	for i := range list {
		k := q.row(&list[i])
		n := 0
		for n < min(len(common), len(k)) && common[n] == k[n] {
			n++
		}
		common = common[:n]
	}
	for i := range list {
		var prefix [8]byte
		copy(prefix[:], q.row(&list[i])[len(common):])
		list[i].prefix = binary.BigEndian.Uint64(prefix[:])
	}
	slices.SortFunc(list, func(a, b ranked) int {
		if a.prefix != b.prefix {
			return cmp.Compare(a.prefix, b.prefix)
		}
		return bytes.Compare(q.row(&a), q.row(&b))
	})
}

// tagged is an index row that a flush has to change.
type tagged struct {
	tag uint64
	at  uint32 // of the orders in the sequence of their keys
	set bool
}

// tags writes the index rows that differ from the database's.
func (t *tableWriter) tags(g *generation, q *sequence) {
	rows := make([]tagged, 0, len(q.orders))
	for at := range q.orders {
		e := g.entry(int(q.orders[at].entry))
		now := e.tag
		if e.gone {
			now = 0
		}
		if now == e.was {
			continue
		}
		if e.was != 0 {
			rows = append(rows, tagged{e.was, uint32(at), false})
		}
		if now != 0 {
			rows = append(rows, tagged{now, uint32(at), true})
		}
	}
	slices.SortFunc(rows, func(a, b tagged) int {
		if a.tag != b.tag {
			return cmp.Compare(a.tag, b.tag)
		}
		return int(a.at) - int(b.at)
	})
	for _, r := range rows {
		t.key = appendTag(t.key[:0], r.tag, q.row(&q.orders[r.at])[1:])
		if r.set {
			t.set(t.key, nil)
		} else {
			t.delete(t.key)
		}
	}
}

// due is a timer row that a flush writes.
type due struct {
	bucket int64
	at     uint32 // of the entries in the sequence of their keys
}

// timers writes the timer rows that the database lacks, and deletes those that were found
// out of date but for the ones that are written anew.
func (t *tableWriter) timers(s *Store, g *generation, q *sequence) {
	order := slices.Concat(q.cells, q.orders) // as a timer row names the space before the key
	rows := make([]due, 0, len(order))
	for at := range order {
		e := g.entry(int(order[at].entry))
		if bucket := s.bucketOf(e.newestMs); !e.gone && e.timer != bucket {
			rows = append(rows, due{bucket, uint32(at)})
		}
	}
	slices.SortFunc(rows, func(a, b due) int {
		if a.bucket != b.bucket {
			return cmp.Compare(a.bucket, b.bucket)
		}
		return int(a.at) - int(b.at)
	})
	slices.SortFunc(g.dead, bytes.Compare)
	dead := g.dead
	for _, r := range rows {
		t.key = append(appendTimerBucket(t.key[:0], r.bucket), q.row(&order[r.at])...)
		dead = t.deleteBefore(dead, t.key)
		t.set(t.key, nil)
	}
	t.deleteBefore(dead, nil)
}

// deleteBefore deletes the rows before a key, nil for all, once each. It returns those behind it.
func (t *tableWriter) deleteBefore(rows [][]byte, key []byte) [][]byte {
	for i, row := range rows {
		c := -1
		if key != nil {
			c = bytes.Compare(row, key)
		}
		if c > 0 {
			return rows[i:]
		}
		if c < 0 && (i == 0 || !bytes.Equal(row, rows[i-1])) {
			t.delete(row)
		}
	}
	return nil
}
