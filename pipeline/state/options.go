package state

import (
	"errors"
	"fmt"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Options are the settings of one partition's store. Start from DefaultOptions.
type Options struct {
	// DirtyEntries bounds the set of changes, beside its share of Memory: at either one Full is
	// true. Twice of it makes Put wait for a flush under way, four times of it, or of what
	// Memory has for all, is ErrNotFlushed.
	DirtyEntries int
	// Memory is shared between partitions; nil: one of its own of twice DirtyBytes, for what is
	// changed and what is being flushed, and of CleanBytes.
	Memory                 *Memory
	DirtyBytes, CleanBytes int64
	// ExpiryBucket is the step in which keys expire: a key is forgotten up to so much
	// later than asked for. One timer row is written a key and bucket.
	ExpiryBucket time.Duration
	// FilterKeys is how many keys a new store's filter is laid out for. It grows.
	FilterKeys int
	// Cache is Pebble's block cache, shared between partitions; nil: one of its own of
	// CacheBytes.
	Cache      *pebble.Cache
	CacheBytes int64
	// Flushing bounds how many flushes are written at a time by all stores that share it:
	// its capacity. nil: those of other stores are not waited for.
	Flushing chan struct{}
	// MinFree is how many bytes a flush leaves free on the disk: with less, Room says so.
	MinFree int64
	// FS is the file system, vfs.Default when nil.
	FS vfs.FS

	// Background is told of each write of a flush and of each compaction that has ended, by
	// the goroutine that did it; nil: nobody asks.
	Background func(what Background, began time.Time, took time.Duration)

	tune func(*pebble.Options) // for measuring other settings of Pebble
}

// DefaultOptions suit a partition that takes 50,000 changes a second on a small machine.
func DefaultOptions() Options {
	return Options{
		DirtyEntries: 100_000,
		DirtyBytes:   48 << 20,
		CleanBytes:   64 << 20,
		ExpiryBucket: time.Hour,
		FilterKeys:   1 << 17,
		CacheBytes:   16 << 20,
	}
}

// maxDirtyBytes keeps a flush, of up to four times of it, to one table of a size that a
// compaction can read.
const maxDirtyBytes = 512 << 20

// Validate names every setting that is out of bounds.
func (o *Options) Validate() error {
	var errs []error
	check := func(name string, v, lo, hi int64) {
		if v < lo || v > hi {
			errs = append(errs, fmt.Errorf("%s: %d: allowed are %d to %d", name, v, lo, hi))
		}
	}
	check("dirty_entries", int64(o.DirtyEntries), 1, maxEntries/8)
	check("dirty_bytes", o.DirtyBytes, 1, maxDirtyBytes)
	check("clean_bytes", o.CleanBytes, 0, 1<<40)
	check("expiry_bucket (ms)", o.ExpiryBucket.Milliseconds(), 1, (31 * 24 * time.Hour).Milliseconds())
	check("filter_keys", int64(o.FilterKeys), 1, 1<<32)
	check("cache_bytes", o.CacheBytes, 0, 1<<40)
	check("min_free", o.MinFree, 0, 1<<50)
	return errors.Join(errs...)
}
