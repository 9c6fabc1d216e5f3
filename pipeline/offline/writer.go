package offline

import (
	"bufio"
	"io"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// writer writes decisions and pre-reviews as lines, in the form their topics have.
type writer struct {
	w    *bufio.Writer
	line []byte

	// Made anew for every line, in the same memory.
	d schemas.Decision
	r schemas.PreReview
}

func newWriter(w io.Writer) writer { return writer{w: bufio.NewWriterSize(w, 64<<10)} }

func (w *writer) decision(d *schemas.Decision, members []byte) error {
	w.line = codec.AppendDecision(w.line[:0], d, members)
	return w.write()
}

func (w *writer) preReview(r *schemas.PreReview, members []byte) error {
	w.line = codec.AppendPreReview(w.line[:0], r, members)
	return w.write()
}

func (w *writer) write() error {
	w.line = append(w.line, '\n')
	_, err := w.w.Write(w.line)
	return err
}

func (w *writer) flush() error { return w.w.Flush() }
