package state

import "encoding/binary"

// The rows of the database, by the first byte of their keys:
//
//	c <cell key>                -> newestMs (8 bytes), tag (8 bytes), value
//	o <order key>               -> newestMs (8 bytes), tag (8 bytes), value
//	i <tag> <order key>         -> nothing: the order stands under that tag
//	m format | meta | sequence  -> what the store is, the positions, the number of the flush
//	m filter <flush>            -> what that flush changed in the filter
//	t <bucket> <c or o> <key>   -> nothing: in that bucket of time the key may expire
type space byte

const (
	spaceCell  space = 'c'
	spaceTag   space = 'i'
	spaceOrder space = 'o'
	spaceMeta  space = 'm'
	spaceTimer space = 't'
)

var (
	keyFormat   = []byte("mformat")
	keyMeta     = []byte("mmeta")
	keySequence = []byte("msequence")
	keyJournal  = []byte("mfilter")
)

// headerBytes is newestMs and the tag in front of a stored value. The tag stands there
// too, so that a change of it or an expiry knows which row of the index to delete.
const headerBytes = 16

func readHeader(row []byte) (newestMs int64, tag uint64) {
	return int64(binary.LittleEndian.Uint64(row)), binary.LittleEndian.Uint64(row[8:])
}

func appendKey(dst []byte, sp space, key []byte) []byte {
	return append(append(dst, byte(sp)), key...)
}

// appendTimer appends a timer row's key. The bucket is big-endian with its sign
// flipped, so that rows stand in the sequence of time.
func appendTimer(dst []byte, bucket int64, sp space, key []byte) []byte {
	return appendKey(appendTimerBucket(dst, bucket), sp, key)
}

// appendTimerBucket appends what a timer row's key begins with: the order's or cell's
// own row follows.
func appendTimerBucket(dst []byte, bucket int64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, byte(spaceTimer)), uint64(bucket)^1<<63)
}

// tagBytes is an index row's key in front of the order's own.
const tagBytes = 1 + 8

func appendTag(dst []byte, tag uint64, key []byte) []byte {
	dst = binary.BigEndian.AppendUint64(append(dst, byte(spaceTag)), tag)
	return append(dst, key...)
}

// timerBytes is a timer row's key in front of the order's or cell's own.
const timerBytes = 1 + 8 + 1

func splitTimer(row []byte) (bucket int64, sp space, key []byte, ok bool) {
	if len(row) < timerBytes || row[0] != byte(spaceTimer) {
		return 0, 0, nil, false
	}
	bucket = int64(binary.BigEndian.Uint64(row[1:]) ^ 1<<63)
	return bucket, space(row[timerBytes-1]), row[timerBytes:], true
}

// bucketOf is the time bucket of an instant, rounded down also before the epoch.
func (s *Store) bucketOf(ms int64) int64 {
	b := ms / s.bucketMs
	if ms%s.bucketMs < 0 {
		b--
	}
	return b
}
