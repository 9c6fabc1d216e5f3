package state

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/twmb/murmur3"
)

// ErrCorrupt: the directory does not hold a store that can be used. It can be moved
// away or deleted: an empty store is filled again from Kafka.
var ErrCorrupt = errors.New("corrupt or foreign state")

// formatVersion is that of rows.go. A store of another one is refused.
const formatVersion = 2

// formatName begins the format row; the version and the hash seed follow.
const formatName = "clearlane state "

// Open opens the store in dir, which is created when it does not exist. Who opens it
// closes it. An error that is ErrCorrupt is about the contents of the directory, every
// other one about reaching it (another process holds it, no permission).
func Open(dir string, opts Options) (*Store, error) {
	return open(dir, opts, nil)
}

func open(dir string, opts Options, hash func(seed uint64, sp space, key []byte) uint64) (*Store, error) {
	if err := opts.Validate(); err != nil {
		return nil, fmt.Errorf("state %s: options: %w", dir, err)
	}
	if opts.FS == nil {
		opts.FS = vfs.Default
	}
	s := &Store{
		opts:     opts,
		dir:      dir,
		fs:       newFailStopFS(opts.FS),
		bucketMs: opts.ExpiryBucket.Milliseconds(),
		flushing: make(chan flushed, 1),
		memory:   opts.Memory,
		epoch:    1,
	}
	if s.memory == nil {
		s.memory = NewMemory(2*opts.DirtyBytes, opts.CleanBytes)
	}
	s.active = s.newGeneration()
	if err := s.open(hash); err != nil {
		if DiskFull(err) {
			// Whatever else it looks like: what could not be written is not damage.
			return nil, fmt.Errorf("state %s: %w: %w", dir, ErrDiskFull, err)
		}
		if damaged(err) {
			err = fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		if errors.Is(err, ErrCorrupt) {
			return nil, fmt.Errorf("state %s: %w: move the directory away or delete it; the state is then rebuilt from Kafka", dir, err)
		}
		return nil, fmt.Errorf("state %s: %w", dir, err)
	}
	s.memory.join()
	return s, nil
}

// damaged tells whether an error is about what lies in the directory. A lost format
// marker makes Pebble take the database for a stranger's, and a table of another size
// than its manifest says it reports in words only.
func damaged(err error) bool {
	return pebble.IsCorruptionError(err) || errors.Is(err, fs.ErrNotExist) ||
		errors.Is(err, pebble.ErrDBNotPristine) || strings.Contains(err.Error(), "object size mismatch")
}

func (s *Store) open(hash func(seed uint64, sp space, key []byte) uint64) error {
	if err := s.refuseForeign(); err != nil {
		return err
	}
	s.pebble = s.pebbleOptions()
	db, err := pebble.Open(s.dir, s.pebble)
	if err == nil {
		s.db = db
		err = s.fs.failure()
	}
	var seed uint64
	if err == nil {
		seed, err = s.format()
	}
	if err == nil {
		if hash == nil {
			hash = hashKey
		}
		s.hash = func(sp space, key []byte) uint64 { return hash(seed, sp, key) }
		err = s.loadMeta()
	}
	if err == nil {
		err = s.loadFilter()
	}
	if err != nil {
		if s.db != nil {
			err = errors.Join(err, s.db.Close())
		}
		return err
	}
	s.counters.filterBytes.Store(s.filter.bytes())
	s.counters.keys.Store(int64(s.filter.keys))
	s.counters.db = s.db
	return nil
}

// hashKey is seeded with the store's own number, so that nobody can make keys that
// collide in it.
func hashKey(seed uint64, sp space, key []byte) uint64 {
	return murmur3.SeedSum64(seed^uint64(sp), key)
}

// refuseForeign keeps a directory with something else in it from becoming a database.
func (s *Store) refuseForeign() error {
	names, err := s.opts.FS.List(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	desc, err := pebble.Peek(s.dir, s.opts.FS)
	if err != nil {
		return err
	}
	if desc.Exists {
		return nil
	}
	for _, name := range names {
		if !beginsDatabase(name) {
			return fmt.Errorf("%w: no database, but %d other files (%q is one)", ErrCorrupt, len(names), name)
		}
	}
	return nil
}

// beginsDatabase says whether a file is one of those that stand in the directory when
// the creation of a database was cut short. None of them holds data.
func beginsDatabase(name string) bool {
	for _, prefix := range []string{"LOCK", "MANIFEST-", "OPTIONS-", "marker.", "temporary."} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// format reads the format row, or writes it to a new database.
func (s *Store) format() (seed uint64, err error) {
	row, err := s.row(keyFormat)
	if err != nil {
		return 0, err
	}
	if row == nil {
		return s.create()
	}
	if len(row) != len(formatName)+1+8 || string(row[:len(formatName)]) != formatName {
		return 0, fmt.Errorf("%w: the format row is %q, want %q", ErrCorrupt, row, formatName)
	}
	if v := row[len(formatName)]; v != formatVersion {
		return 0, fmt.Errorf("%w: format version %d, this program reads %d", ErrCorrupt, v, formatVersion)
	}
	return binary.BigEndian.Uint64(row[len(formatName)+1:]), nil
}

func (s *Store) create() (seed uint64, err error) {
	it, err := s.db.NewIter(nil)
	if err != nil {
		return 0, err
	}
	empty := !it.First()
	if err := it.Close(); err != nil {
		return 0, err
	}
	if !empty {
		return 0, fmt.Errorf("%w: a database without format row %q: another program's", ErrCorrupt, keyFormat)
	}
	row := append([]byte(formatName), formatVersion)
	row = append(row, make([]byte, 8)...)
	if _, err := rand.Read(row[len(formatName)+1:]); err != nil {
		return 0, err
	}
	if err := s.db.Set(keyFormat, row, pebble.NoSync); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(row[len(formatName)+1:]), s.settle()
}

// settle waits until the memtable is on disk, or something in the background failed:
// Pebble itself would try again for ever.
func (s *Store) settle() error {
	if err := s.fs.failure(); err != nil {
		return err
	}
	ended, err := s.db.AsyncFlush()
	if err != nil {
		return err
	}
	select {
	case <-ended:
		return s.fs.failure()
	case <-s.fs.failed:
		return s.fs.failure()
	}
}

func (s *Store) loadMeta() (err error) {
	if s.meta, err = s.row(keyMeta); err != nil {
		return err
	}
	sequence, err := s.row(keySequence)
	if err != nil || sequence == nil {
		return err
	}
	if len(sequence) != 8 {
		return fmt.Errorf("%w: row %q of %d bytes, want 8", ErrCorrupt, keySequence, len(sequence))
	}
	s.sequence = binary.BigEndian.Uint64(sequence)
	return nil
}

// row is a copy of a row's value, or nil.
func (s *Store) row(key []byte) ([]byte, error) {
	v, closer, err := s.db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return append([]byte{}, slices.Clone(v)...), closer.Close()
}

func corruptRow(row []byte) error {
	return fmt.Errorf("%w: row %q", ErrCorrupt, row)
}

// pebbleOptions are for rows that are written once or a few times, seldom read, and
// deleted in the sequence of time.
func (s *Store) pebbleOptions() *pebble.Options {
	o := &pebble.Options{
		FS:         s.fs,
		Logger:     logger{s.fs},
		DisableWAL: true, // what a crash takes away is replayed from Kafka
		Cache:      s.opts.Cache,
		CacheSize:  s.opts.CacheBytes,
		// Only the format row of a new database goes through the memtable.
		MemTableSize: 256 << 10,
		// Pebble never stalls a write: one that is stalled while flushes or compactions
		// fail could not be interrupted.
		MemTableStopWritesThreshold: 1 << 20,
		L0StopWritesThreshold:       1 << 20,
		// Compacting is half of what an order costs. Its keys are scattered, so that each
		// merge out of L0 rewrites the level below: few and large merges, into one level up
		// to a gigabyte, take a third less CPU time than Pebble's defaults, 4 and 64 MiB. Forty
		// are twenty tables (Pebble counts twice): a backlog of a million orders in four
		// partitions is taken in before the first merge, at 0.87 of the CPU time of ten tables;
		// at three million orders in one partition it is 0.96.
		L0CompactionThreshold: 40,
		LBaseMaxBytes:         1 << 30,
		FormatMajorVersion:    pebble.FormatNewest,
		EventListener:         s.listener(),
	}
	// By BenchmarkTune, together: an order costs 2.9 us of CPU in its life against 4.0 with
	// snappy, twelve tables in L0 and no filters, and reading one that is on disk only 26 us
	// against 140. L0 lives shortly, so it is not compressed; below, MinLZ takes less time and
	// less disk than snappy, zstd half as much time again. Bloom filters are for the tables
	// of L0 alone, each of which spans all keys; that a key was never stored, the store knows
	// without asking Pebble.
	o.Levels[0].FilterPolicy = bloom.FilterPolicy(10)
	o.ApplyCompressionSettings(func() pebble.DBCompressionSettings {
		c := pebble.UniformDBCompressionSettings(sstable.FastestCompression)
		c.Levels[0] = sstable.NoCompression
		return c
	})
	// Blocks of rows, not of columns, which are for keys with versions in them: 0.8 of an
	// order's CPU time in its life, the same for reading one. Tables of either kind are read.
	o.Experimental.EnableColumnarBlocks = func() bool { return false }
	if s.opts.tune != nil {
		s.opts.tune(o)
	}
	o.EnsureDefaults()
	return o
}
