package offline

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
)

// lines cuts a stream into lines. A line past its bound is passed over without being
// held.
type lines struct {
	r    *bufio.Reader
	most int    // bytes of a line, without its end
	long []byte // a line that is longer than the reader's buffer
	n    int64  // number of the line handed out last, from 1
}

// lineBuffer is what most lines fit into.
const lineBuffer = 64 << 10

func newLines(r io.Reader, most int) *lines {
	return &lines{r: bufio.NewReaderSize(r, lineBuffer), most: most}
}

// longLineError is a line past the bound; bytes may include its end. Reading goes on
// behind it.
type longLineError struct{ bytes, most int64 }

func (e *longLineError) Error() string {
	return fmt.Sprintf("%d bytes; allowed: at most %d", e.bytes, e.most)
}

// byteOrderMark starts the text files of some editors.
var byteOrderMark = []byte("\xef\xbb\xbf")

// next is the next line without its end, valid until the next call. The error is
// io.EOF behind the last line, a *longLineError, or what the stream failed with.
func (l *lines) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		line, err = l.rest(line)
	}
	if err != nil && (err != io.EOF || len(line) == 0) {
		return nil, err
	}
	l.n++
	if l.n == 1 {
		line = bytes.TrimPrefix(line, byteOrderMark)
	}
	if line = withoutEnd(line); len(line) > l.most {
		return nil, &longLineError{int64(len(line)), int64(l.most)}
	}
	return line, nil
}

// rest reads on to the end of a line that starts with what filled the buffer. It keeps
// no more than the bound, a line's end and one buffer.
func (l *lines) rest(start []byte) ([]byte, error) {
	l.long = append(l.long[:0], start...)
	total := int64(len(start))
	for {
		part, err := l.r.ReadSlice('\n')
		total += int64(len(part))
		if len(l.long) <= l.most+len("\r\n") {
			l.long = append(l.long, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err != nil && err != io.EOF:
			return nil, err
		case total > int64(len(l.long)):
			l.n++
			return nil, &longLineError{total, int64(l.most)}
		}
		return l.long, err
	}
}

// EachLine hands every line of src that is not blank to each, with its number from 1 and without
// its end. A line of more than most bytes is a fault instead. It ends with what each or src
// fails with, or when ctx ends.
func EachLine(ctx context.Context, src io.Reader, most int, each func(n int64, line []byte, fault error) error) error {
	in := newLines(src, most)
	for {
		line, err := in.next()
		if err == io.EOF {
			return nil
		}
		if in.n%often == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		var fault error
		if long, ok := err.(*longLineError); ok {
			fault = long
		} else if err != nil {
			return fmt.Errorf("after line %d: %w", in.n, err)
		}
		if fault == nil && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if err := each(in.n, line, fault); err != nil {
			return err
		}
	}
}

// withoutEnd takes a line's end off: a line feed, with or without a carriage return.
func withoutEnd(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}
