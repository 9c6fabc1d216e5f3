package state

import (
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// Background is work of a store beside its owner's.
type Background uint8

// What goes on in the background.
const (
	WritingFlush Background = iota // a flush, from its turn until it is on disk
	Compacting
)

// told tells of what has ended.
func (s *Store) told(what Background, began time.Time, took time.Duration) {
	if s.opts.Background != nil {
		s.opts.Background(what, began, took)
	}
}

// listener reports faults in the background, and the end of each compaction.
func (s *Store) listener() *pebble.EventListener {
	l := s.fs.listener()
	if s.opts.Background != nil {
		l.CompactionEnd = func(info pebble.CompactionInfo) {
			s.told(Compacting, time.Now().Add(-info.TotalDuration), info.TotalDuration)
		}
	}
	return l
}
