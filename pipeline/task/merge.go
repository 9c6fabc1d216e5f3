package task

import (
	"github.com/clearlane/clearlane/pipeline/record"
)

// merge takes the records of several topics in the order of their timestamps. A topic
// is waited for only while it is behind what was stable at its last fetch; one that
// is read to its end is never waited for. So catching up makes no storm of
// half-joined decisions, and live records wait for nothing.
type merge struct {
	feed  Feed
	heads []head
	spent []*record.Batch // read to their end; released when the micro-batch is done
	waits bool            // the last take found nothing because a topic is waited for

	touched byte // keeps what is only looked at from being left out
}

// head is the batch of one topic that is being read.
type head struct {
	batch *record.Batch
	at    int   // index of the next record
	next  int64 // offset after the last record taken
}

func newMerge(feed Feed, offsets []int64) *merge {
	m := &merge{feed: feed, heads: make([]head, len(offsets))}
	for t, o := range offsets {
		m.heads[t].next = o
	}
	return m
}

// fill makes sure that a topic has a record to offer; it reports whether it has, and
// whether the topic must be waited for.
func (m *merge) fill(t int) (offers, wait bool) {
	h := &m.heads[t]
	for {
		if h.batch != nil {
			if h.at < len(h.batch.Records) {
				return true, false
			}
			h.next = max(h.next, h.batch.Next)
			m.spent = append(m.spent, h.batch)
			h.batch = nil
		}
		// Caught up is asked first: what arrives between the two questions is taken.
		caught := m.feed.CaughtUp(t)
		if h.batch = m.feed.Poll(t); h.batch == nil {
			return false, !caught
		}
		h.at = 0
	}
}

// take is the next record by timestamp, of equal ones that of the lower topic number.
// With nothing to take, or a topic to wait for, it returns nil.
func (m *merge) take() (topic int, r *record.Record) {
	topic, m.waits = -1, false
	for t := range m.heads {
		h := &m.heads[t]
		if h.batch == nil || h.at >= len(h.batch.Records) {
			offers, wait := m.fill(t)
			if wait {
				m.waits = true
				return -1, nil
			}
			if !offers {
				continue
			}
		}
		if c := &h.batch.Records[h.at]; r == nil || c.TimeMs < r.TimeMs {
			topic, r = t, c
		}
	}
	if r == nil {
		return -1, nil
	}
	h := &m.heads[topic]
	if h.at%aheadKeys == 0 {
		m.ahead(h.batch.Records[h.at:])
	}
	h.at++
	h.next = r.Offset + 1
	return topic, r
}

// aheadKeys is how many records of a topic have their keys looked at before the first of
// them is taken: the lines of memory of all are then on their way at the same time.
const aheadKeys = 16

// ahead looks at the keys of the records that a topic offers next.
func (m *merge) ahead(records []record.Record) {
	touched := m.touched
	for i := range records[:min(aheadKeys, len(records))] {
		if k := records[i].Key; len(k) > 0 {
			touched += k[0]
		}
	}
	m.touched = touched
}

// takeBefore is the next record by timestamp among those with an offset below their
// topic's goal. A topic that has not come to its goal is waited for, even one that is
// caught up: the records below the goal were there before. With nothing to take it
// returns nil; done is then true when every topic is at its goal or beyond.
func (m *merge) takeBefore(goals []int64) (topic int, r *record.Record, done bool) {
	topic, done = -1, true
	for t := range m.heads {
		h := &m.heads[t]
		if h.next >= goals[t] {
			continue
		}
		if h.batch == nil || h.at >= len(h.batch.Records) {
			if offers, _ := m.fill(t); !offers {
				// Control records may be all that was left below the goal.
				done = done && h.next >= goals[t]
				continue
			}
		}
		c := &h.batch.Records[h.at]
		if c.Offset >= goals[t] {
			h.next = goals[t]
			continue
		}
		if r == nil || c.TimeMs < r.TimeMs {
			topic, r = t, c
		}
	}
	if !done || r == nil {
		return -1, nil, done
	}
	h := &m.heads[topic]
	h.at++
	h.next = r.Offset + 1
	if h.at == len(h.batch.Records) {
		h.next = max(h.next, h.batch.Next)
	}
	return topic, r, false
}

// release hands back the memory of batches read to their end. Records taken so far
// are not valid any more, except those of batches still being read.
func (m *merge) release() {
	for i, b := range m.spent {
		b.Release()
		m.spent[i] = nil
	}
	m.spent = m.spent[:0]
}

// offsets are the offsets to go on reading at, by topic.
func (m *merge) offsets(dst []int64) []int64 {
	dst = dst[:0]
	for t := range m.heads {
		h := &m.heads[t]
		if h.batch != nil && h.at >= len(h.batch.Records) {
			h.next = max(h.next, h.batch.Next)
		}
		dst = append(dst, h.next)
	}
	return dst
}

// close ends the feed and hands back everything.
func (m *merge) close() {
	m.feed.Close()
	for t := range m.heads {
		if b := m.heads[t].batch; b != nil {
			b.Release()
			m.heads[t].batch = nil
		}
	}
	m.release()
}
