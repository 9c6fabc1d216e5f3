package land

import (
	"context"

	"github.com/ClickHouse/ch-go/proto"
)

// Faults are the places at which tests come between a lander and what it talks to. Each is
// given what it stands in front of.
type Faults struct {
	Insert func(ctx context.Context, writer int, table string, rows int, insert func() error) error
	Commit func(ctx context.Context, commit func() error) error
}

// NewWithFaults is New with them.
func NewWithFaults(cfg Config, deps Deps, f Faults) (*Lander, error) {
	l, err := newLander(cfg, deps, func(writer int) inserter {
		return &faultyInserter{inserter: newInserter(&cfg.ClickHouse), writer: writer, fault: f.Insert}
	})
	if err == nil && f.Commit != nil {
		send := l.committer.send
		l.committer.send = func(ctx context.Context, at offsets) error {
			return f.Commit(ctx, func() error { return send(ctx, at) })
		}
	}
	return l, err
}

type faultyInserter struct {
	inserter
	writer int
	fault  func(context.Context, int, string, int, func() error) error
}

func (i *faultyInserter) insert(ctx context.Context, table string, rows int, in proto.Input) error {
	return i.fault(ctx, i.writer, table, rows, func() error { return i.inserter.insert(ctx, table, rows, in) })
}

// IsRefusal is true of the server's no to rows.
func IsRefusal(err error) bool { return refusalOf(err) != nil }
