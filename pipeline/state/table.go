package state

import (
	"bufio"
	"context"
	"encoding/binary"

	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// flushFile is what a flush is written to beside the database, before the database takes it
// in under a name of its own. One that a crash leaves is written over.
const (
	flushFile     = "clearlane.flush"
	flushCategory = vfs.DiskWriteCategory("clearlane-flush")
)

const (
	tableBuffer = 256 << 10 // bytes written at a time
	tableSync   = 512 << 10 // bytes that the disk is behind at most, so that the last sync is short
)

// write makes a table of all of a generation, and waits until the database has it.
//
// A table is in the database from the moment that a record of the MANIFEST which names it is
// on disk (pebble: DB.Ingest syncs the table, its folder, then that record). So after a crash
// all of a flush is found, or nothing of it. A flush begins when the one before it has ended:
// what is found is the state of some flush. Nothing goes through a memtable, which would be
// a copy and a sort more, of memory that is new each time.
func (s *Store) write(w *writing) error {
	path := s.fs.PathJoin(s.dir, flushFile)
	if err := s.writeTable(path, w); err != nil {
		return err
	}
	err := s.db.Ingest(context.Background(), []string{path})
	if fault := s.fs.failure(); fault != nil {
		return fault
	}
	return err
}

func (s *Store) writeTable(path string, w *writing) error {
	f, err := s.fs.Create(path, flushCategory)
	if err != nil {
		return err
	}
	f = vfs.NewSyncingFile(f, vfs.SyncingFileOptions{BytesPerSync: tableSync})
	t := tableWriter{w: sstable.NewWriter(&tableFile{f: f, buf: bufio.NewWriterSize(f, tableBuffer)},
		s.pebble.MakeWriterOptions(0, s.db.TableFormat()))}
	t.fill(s, w)
	err = t.err
	if cerr := t.w.Close(); err == nil {
		err = cerr
	}
	return err
}

// tableWriter writes the rows of a flush in the sequence of their keys. After the first
// error it does nothing.
type tableWriter struct {
	w   *sstable.Writer
	key []byte
	row []byte
	err error

	touched byte // keeps what is only looked at from being left out
}

func (t *tableWriter) set(key, value []byte) {
	if t.err == nil {
		t.err = t.w.Set(key, value)
	}
}

func (t *tableWriter) delete(key []byte) {
	if t.err == nil {
		t.err = t.w.Delete(key)
	}
}

// fill writes all rows, by the letters of rows.go.
func (t *tableWriter) fill(s *Store, w *writing) {
	q := sorted(w.g)
	t.entries(w.g, q, q.cells)
	t.tags(w.g, q)
	t.meta(w)
	t.entries(w.g, q, q.orders)
	t.timers(s, w.g, q)
}

// ahead is how many entries are looked at before the first of them is written: the lines of
// memory of all are then on their way at the same time.
const ahead = 16

func (t *tableWriter) entries(g *generation, q *sequence, order []ranked) {
	for i := range order {
		if i%ahead == 0 {
			for _, r := range order[i:min(i+ahead, len(order))] {
				t.touched += g.row(g.entry(int(r.entry)))[0]
			}
		}
		e := g.entry(int(order[i].entry))
		if e.gone {
			t.delete(q.row(&order[i]))
			continue
		}
		t.row = binary.LittleEndian.AppendUint64(t.row[:0], uint64(e.newestMs))
		t.row = binary.LittleEndian.AppendUint64(t.row, e.tag)
		t.row = append(t.row, g.valueOf(e)...)
		t.set(q.row(&order[i]), t.row)
	}
}

// meta writes the positions, the number of the flush, and what it changes in the filter. The
// journal up to base is in the filter's file.
func (t *tableWriter) meta(w *writing) {
	t.set(appendJournalKey(nil, w.sequence), w.journal)
	t.set(keyMeta, w.meta)
	t.set(keySequence, binary.BigEndian.AppendUint64(nil, w.sequence))
	if t.err == nil && w.base != 0 {
		t.err = t.w.DeleteRange(appendJournalKey(nil, 0), appendJournalKey(nil, w.base+1))
	}
}

// tableFile is the file of a table that is being written. The table syncs it at its end.
type tableFile struct {
	f   vfs.File
	buf *bufio.Writer
}

// Write implements objstorage.Writable, and so do the methods below.
func (t *tableFile) Write(p []byte) error {
	_, err := t.buf.Write(p)
	return err
}

func (t *tableFile) Finish() error {
	err := t.buf.Flush()
	if err == nil {
		err = t.f.Sync()
	}
	if cerr := t.f.Close(); err == nil {
		err = cerr
	}
	return err
}

func (t *tableFile) Abort() { _ = t.f.Close() }
