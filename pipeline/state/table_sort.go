package state

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// ranked is an entry in the sequence of keys.
type ranked struct {
	prefix uint64 // the eight bytes behind what all keys begin with
	entry  uint32
}

// sorted is the entries of a generation by their keys, cells and orders apart. Most keys are
// told apart by eight of their bytes, so the keys themselves are hardly looked at.
func sorted(g *generation) (cells, orders []ranked) {
	orders = make([]ranked, 0, g.n)
	for i := range g.n {
		if r := (ranked{entry: uint32(i)}); g.entry(i).space == spaceCell {
			cells = append(cells, r)
		} else {
			orders = append(orders, r)
		}
	}
	for _, list := range [][]ranked{cells, orders} {
		rank(g, list)
	}
	return cells, orders
}

func rank(g *generation, list []ranked) {
	if len(list) == 0 {
		return
	}
	row := func(r ranked) []byte { return g.row(g.entry(int(r.entry))) }
	common := row(list[0])
	for _, r := range list {
		k := row(r)
		n := 0
		for n < min(len(common), len(k)) && common[n] == k[n] {
			n++
		}
		common = common[:n]
	}
	for i := range list {
		var prefix [8]byte
		copy(prefix[:], row(list[i])[len(common):])
		list[i].prefix = binary.BigEndian.Uint64(prefix[:])
	}
	slices.SortFunc(list, func(a, b ranked) int {
		if a.prefix != b.prefix {
			return cmp.Compare(a.prefix, b.prefix)
		}
		return bytes.Compare(row(a), row(b))
	})
}

// tagged is an index row that a flush has to change.
type tagged struct {
	tag uint64
	at  uint32 // of the orders in the sequence of their keys
	set bool
}

// tags writes the index rows that differ from the database's.
func (t *tableWriter) tags(g *generation, orders []ranked) {
	rows := make([]tagged, 0, len(orders))
	for at := range orders {
		e := g.entry(int(orders[at].entry))
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
		t.key = appendTag(t.key[:0], r.tag, g.row(g.entry(int(orders[r.at].entry)))[1:])
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
func (t *tableWriter) timers(s *Store, g *generation, cells, orders []ranked) {
	order := slices.Concat(cells, orders) // as a timer row names the space before the key
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
		e := g.entry(int(order[r.at].entry))
		t.key = append(appendTimerBucket(t.key[:0], r.bucket), g.row(e)...)
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
