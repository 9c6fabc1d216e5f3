package oracle

import (
	"context"
	"fmt"
	"time"

	"github.com/clearlane/clearlane/schemas"
)

// Positions tells how far a group has come; the Kafka reader does, wired by cmd.
type Positions struct {
	Partitions int32
	// Progress is the last committed progress record of a partition, nil for none.
	Progress func(ctx context.Context, partition int32) (*schemas.Progress, error)
	// Ends are the last stable offsets of a partition of each input topic, by name.
	Ends func(ctx context.Context, partition int32) (map[string]int64, error)
}

// Left is how many records no committed progress covers yet.
func (p *Positions) Left(ctx context.Context) (left int64, err error) {
	for part := range p.Partitions {
		ends, err := p.Ends(ctx, part)
		if err != nil {
			return 0, err
		}
		progress, err := p.Progress(ctx, part)
		if err != nil {
			return 0, err
		}
		for topic, end := range ends {
			var done int64
			if progress != nil {
				done = progress.Offsets[topic]
			}
			left += max(end-done, 0)
		}
	}
	return left, nil
}

// Await waits until every record is covered. It gives up when nothing has moved for
// stall.
func (p *Positions) Await(ctx context.Context, stall time.Duration, step func(left int64)) error {
	last, moved := int64(-1), time.Now()
	for {
		left, err := p.Left(ctx)
		if err != nil {
			return err
		}
		if step != nil {
			step(left)
		}
		if left == 0 {
			return nil
		}
		if left != last {
			last, moved = left, time.Now()
		} else if time.Since(moved) > stall {
			return fmt.Errorf("%d records are not processed, and nothing has moved for %v", left, stall)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}
