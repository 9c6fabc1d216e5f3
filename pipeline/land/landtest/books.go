package landtest

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/rollup"
	"github.com/clearlane/clearlane/schemas"
)

// perCommit is how many decisions one commit of a partition has.
const perCommit = 25

// books are the roll-ups of all partitions, as their tasks would keep them.
type books [Partitions]partitionBook

type partitionBook struct {
	book    *rollup.Book
	marks   map[schemas.DecisionID][]byte // what is counted of each subject
	commits uint64
	open    int // decisions since the last commit
}

func newBooks() *books {
	b := &books{}
	for i := range b {
		const forEver = 1 << 50
		b[i] = partitionBook{book: rollup.New(cells{}, forEver), marks: map[schemas.DecisionID][]byte{}}
	}
	return b
}

// count counts a decision, and returns the rows of its partition's commit if it is due.
func (b *books) count(t testing.TB, d *schemas.Decision) []*kgo.Record {
	p := PartitionOf(d.OrderKey)
	k := &b[p]
	mark := rollup.AppendMark(nil, &d.Verdict, d.Version)
	was := k.marks[d.ID]
	if d.Supersedes == 0 {
		was = nil // its order was forgotten and came back: what was counted before stays
	}
	must(t, k.book.Move(was, mark, int64(d.Evidence.InputTime)))
	k.marks[d.ID] = mark
	if k.open++; k.open < perCommit {
		return nil
	}
	return k.commit(t, p)
}

// commit is the rows of the last commit of every partition.
func (b *books) commit(t testing.TB) (rows []*kgo.Record) {
	for p := range b {
		rows = append(rows, b[p].commit(t, int32(p))...)
	}
	return rows
}

func (k *partitionBook) commit(t testing.TB, partition int32) (rows []*kgo.Record) {
	k.commits++
	k.open = 0
	must(t, k.book.Emit(func(_ []byte, row *schemas.RollupRow) error {
		row.Layout, row.Partition, row.Version = Partitions, partition, k.commits
		rows = append(rows, RollupRecord(row))
		return nil
	}))
	return rows
}

// cells keeps a book's cells in memory.
type cells map[string][]byte

func (c cells) AheadCells([][]byte) {}

func (c cells) GetCell(key []byte) ([]byte, error) { return c[string(key)], nil }

func (c cells) PutCell(key, value []byte, _, _ int64) error {
	c[string(key)] = append([]byte(nil), value...)
	return nil
}
