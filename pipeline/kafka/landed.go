package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrBehind is a group that has not come so far in time.
var ErrBehind = errors.New("the group is behind")

// landedPoll is how often a group's offsets are asked for.
const landedPoll = 250 * time.Millisecond

// AwaitGroup returns once a group has committed all that is stable on some topics now.
// It waits at most patience, and then fails with ErrBehind and how much is left.
func (a *Admin) AwaitGroup(ctx context.Context, group string, patience time.Duration, topics ...string) error {
	ends, err := a.adm.ListCommittedOffsets(ctx, topics...)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return fmt.Errorf("ends of %v: %w", topics, err)
	}
	starts, err := a.adm.ListStartOffsets(ctx, topics...)
	if err == nil {
		err = starts.Error()
	}
	if err != nil {
		return fmt.Errorf("starts of %v: %w", topics, err)
	}
	for until := time.Now().Add(patience); ; {
		at, err := a.adm.FetchOffsets(ctx, group)
		if err != nil {
			return fmt.Errorf("group %s: %w", group, err)
		}
		left := int64(0)
		for topic, partitions := range ends.Offsets() {
			for partition, end := range partitions {
				from := int64(0)
				if s, ok := starts.Lookup(topic, partition); ok {
					from = s.Offset
				}
				if c, ok := at.Lookup(topic, partition); ok {
					from = max(from, c.At)
				}
				left += max(0, end.At-from)
			}
		}
		if left == 0 {
			return nil
		}
		if time.Now().After(until) {
			return fmt.Errorf("group %s: %w: %d records of %v after %v", group, ErrBehind, left, topics, patience)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(landedPoll):
		}
	}
}
