package state

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// The filter stands in a file of its own beside the database: as of some flush, its base,
// or as of the close. What the flushes since have changed stands in the database, see
// filter_journal.go. Where the file or a part of the journal is missing, the filter is
// built from the keys, which takes about two seconds of CPU time a million.
//
//	8 magic, 8 sequence, 8 keys, 4 tables, 4 overflow
//	tables x (8 buckets, 8 used, buckets x 8) , overflow x (8 hash, 8 count), 4 crc32c
const (
	filterFile  = "clearlane.filter"
	filterMagic = "clfilter"
	filterHead  = 8 + 8 + 8 + 4 + 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// filterCategory is how Pebble accounts for writes to the file.
const filterCategory = vfs.DiskWriteCategory("clearlane-filter")

func (s *Store) filterPath() string { return s.fs.PathJoin(s.dir, filterFile) }

// saveFilter writes the filter under a temporary name first: a file cut short by a
// crash would have to be found out by its checksum alone.
func (s *Store) saveFilter(f *filter, sequence uint64) error {
	path := s.filterPath()
	file, err := s.fs.Create(path+".tmp", filterCategory)
	if err != nil {
		return s.fault("filter", err)
	}
	_, err = file.Write(f.encode(sequence))
	if err == nil {
		err = file.Sync()
	}
	if cerr := file.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = s.fs.Rename(path+".tmp", path)
	}
	if err == nil {
		err = s.syncDir()
	}
	if err != nil {
		return s.fault("filter", err)
	}
	return nil
}

// syncDir makes a rename outlive a power cut: the journal before the file is deleted.
func (s *Store) syncDir() error {
	dir, err := s.fs.OpenDir(s.dir)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// maxTables is how long a chain may be when the store opens. A longer one, which a store
// has that has grown sixteenfold, is laid out anew: every key never seen is looked for in
// all of its tables.
const maxTables = 5

func (s *Store) loadFilter() error {
	b, err := s.readFilterFile()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil {
		f, base, err := decodeFilter(b)
		if err == nil && len(f.tables) <= maxTables {
			matches, err := s.replayJournal(f, base)
			if err != nil {
				return err
			}
			if matches {
				s.filter = f
				return nil
			}
		}
	}
	s.journal.rebase = true
	return s.buildFilter()
}

func (s *Store) readFilterFile() ([]byte, error) {
	f, err := s.fs.Open(s.filterPath())
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(f)
	return b, errors.Join(err, f.Close())
}

// buildFilter reads all keys of orders and cells.
func (s *Store) buildFilter() error {
	var hashes []uint64
	for _, sp := range []space{spaceCell, spaceOrder} {
		it, err := s.db.NewIter(&pebble.IterOptions{
			LowerBound: []byte{byte(sp)}, UpperBound: []byte{byte(sp) + 1},
		})
		if err != nil {
			return err
		}
		for ok := it.First(); ok; ok = it.Next() {
			hashes = append(hashes, s.hash(sp, it.Key()[1:]))
		}
		if err := it.Close(); err != nil {
			return err
		}
	}
	s.filter = newFilter(max(s.opts.FilterKeys, len(hashes)+len(hashes)/4))
	for _, h := range hashes {
		s.filter.add(h)
	}
	return nil
}

func (f *filter) encode(sequence uint64) []byte {
	b := make([]byte, 0, filterHead+int(f.bytes())+len(f.tables)*16+4)
	b = append(b, filterMagic...)
	b = binary.LittleEndian.AppendUint64(b, sequence)
	b = binary.LittleEndian.AppendUint64(b, uint64(f.keys))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(f.tables)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(f.overflow)))
	for i := range f.tables {
		c := &f.tables[i]
		b = binary.LittleEndian.AppendUint64(b, uint64(len(c.buckets)))
		b = binary.LittleEndian.AppendUint64(b, uint64(c.n))
		for j := range c.buckets {
			for _, fp := range &c.buckets[j] {
				b = binary.LittleEndian.AppendUint16(b, fp)
			}
		}
	}
	for hash, n := range f.overflow {
		b = binary.LittleEndian.AppendUint64(b, hash)
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

var errFilterFile = errors.New("filter file does not match")

// decodeFilter reads a filter, and the number of the flush that it was written after.
func decodeFilter(b []byte) (f *filter, sequence uint64, err error) {
	if len(b) < filterHead+4 || string(b[:8]) != filterMagic {
		return nil, 0, errFilterFile
	}
	body, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	if crc32.Checksum(body, castagnoli) != sum {
		return nil, 0, errFilterFile
	}
	f = &filter{overflow: map[uint64]int{}, keys: int(binary.LittleEndian.Uint64(b[16:]))}
	tables, overflow := binary.LittleEndian.Uint32(b[24:]), binary.LittleEndian.Uint32(b[28:])
	body = body[filterHead:]
	for range tables {
		if len(body) < 16 {
			return nil, 0, errFilterFile
		}
		n := binary.LittleEndian.Uint64(body)
		used := binary.LittleEndian.Uint64(body[8:])
		body = body[16:]
		if n == 0 || n&(n-1) != 0 || n > uint64(len(body))/8 || used > n*bucketSlots {
			return nil, 0, errFilterFile
		}
		c := cuckoo{buckets: make([][bucketSlots]uint16, n), n: int(used)}
		for j := range c.buckets {
			for k := range c.buckets[j] {
				c.buckets[j][k] = binary.LittleEndian.Uint16(body[8*j+2*k:])
			}
		}
		body = body[8*n:]
		f.tables = append(f.tables, c)
	}
	if len(f.tables) == 0 || uint64(len(body)) != uint64(overflow)*16 {
		return nil, 0, fmt.Errorf("%w: %d bytes left", errFilterFile, len(body))
	}
	for ; len(body) > 0; body = body[16:] {
		f.overflow[binary.LittleEndian.Uint64(body)] = int(binary.LittleEndian.Uint64(body[8:]))
	}
	return f, binary.LittleEndian.Uint64(b[8:]), nil
}
