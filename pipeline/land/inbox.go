package land

import (
	"context"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// chunk is records of one partition in their order, as they were fetched.
type chunk struct {
	from    *assignment
	records []*kgo.Record
	bytes   int
	at      time.Time // when they were read
}

// limits bound one batch of a writer, and what waits for it while one is under way: a
// writer holds at most twice as much, and one poll.
type limits struct {
	rows, bytes int
	wait        time.Duration // longest time that a record waits for its batch
}

// inbox is what has been read for one writer and is not in its batch. The reader puts, the
// writer takes.
type inbox struct {
	limits limits
	hold   func() // stops fetching for this writer
	resume func() // goes on
	came   chan struct{}

	mu          sync.Mutex
	chunks      []chunk
	rows, bytes int
	inHand      [2]int // rows and bytes of the batch taken last
	full        bool   // hold has been called
	closed      bool   // nothing comes any more
}

func newInbox(l limits, hold, resume func()) *inbox {
	return &inbox{limits: l, hold: hold, resume: resume, came: make(chan struct{}, 1)}
}

// put never waits: when there is a batch's worth, it has the fetching of this writer's
// partitions stopped, and theirs alone.
func (b *inbox) put(c chunk) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.chunks = append(b.chunks, c)
	b.rows += len(c.records)
	b.bytes += c.bytes
	if b.worth() {
		b.full = true
		b.hold() // again with each put: partitions may have come since
	}
	b.wake()
}

func (b *inbox) worth() bool { return b.rows >= b.limits.rows || b.bytes >= b.limits.bytes }

func (b *inbox) wake() {
	select {
	case b.came <- struct{}{}:
	default:
	}
}

func (b *inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.wake()
}

// take waits until there is a batch: enough rows, enough bytes, or a record that has waited
// long enough. It is empty when the inbox is closed and empty, or ctx has ended.
func (b *inbox) take(ctx context.Context) []chunk {
	for {
		batch, wait := b.cut()
		if batch != nil || wait == 0 || ctx.Err() != nil {
			return batch
		}
		timer := time.NewTimer(wait)
		select {
		case <-b.came:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// cut is the batch that is due, or how long to wait for one; neither when none will come.
func (b *inbox) cut() (batch []chunk, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.inHand = [2]int{} // who asks for a batch has landed the last one
	if len(b.chunks) == 0 {
		if b.closed {
			return nil, 0
		}
		return nil, time.Hour
	}
	if wait = time.Until(b.chunks[0].at.Add(b.limits.wait)); wait > 0 && !b.worth() && !b.closed {
		return nil, wait
	}
	batch = b.first()
	if b.full && !b.worth() {
		b.full = false
		b.resume()
	}
	return batch, 0
}

// first takes the chunks of one batch out, the last of them cut where the batch is full.
func (b *inbox) first() []chunk {
	rows, bytes, n := 0, 0, 0
	for n < len(b.chunks) && rows < b.limits.rows && bytes < b.limits.bytes {
		rows += len(b.chunks[n].records)
		bytes += b.chunks[n].bytes
		n++
	}
	batch := append([]chunk(nil), b.chunks[:n]...)
	rest := b.chunks[n:]
	if over := rows - b.limits.rows; over > 0 {
		last := &batch[n-1]
		left := *last
		cut := len(last.records) - over
		last.records, left.records = last.records[:cut:cut], last.records[cut:]
		left.bytes = bytesOf(left.records)
		last.bytes -= left.bytes
		rows, bytes = rows-over, bytes-left.bytes
		rest = append([]chunk{left}, rest...)
	}
	b.chunks = append([]chunk(nil), rest...) // lets go of what has been taken
	b.rows -= rows
	b.bytes -= bytes
	b.inHand = [2]int{rows, bytes}
	return batch
}

// held is what waits and what is in hand.
func (b *inbox) held() (rows, bytes int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rows + b.inHand[0], b.bytes + b.inHand[1]
}

// bytesOf is what records hold that batch_bytes bounds.
func bytesOf(records []*kgo.Record) (n int) {
	for _, r := range records {
		n += len(r.Key) + len(r.Value)
	}
	return n
}
