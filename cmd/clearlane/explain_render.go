package main

import (
	"bufio"
	"errors"
	"io"

	"github.com/clearlane/clearlane/scoring/explain"
)

// renderer writes records one after the other. end comes once, behind the last.
type renderer interface {
	record(*explain.Record) error
	end() error
}

// renderers are what --format allows.
var renderers = map[string]func(io.Writer) (renderer, error){
	"text": func(w io.Writer) (renderer, error) { return &textRenderer{w: w}, nil },
	"json": func(w io.Writer) (renderer, error) { return &jsonRenderer{w: w}, nil },
	"html": newHTMLRenderer,
}

type textRenderer struct {
	w io.Writer
	n int
	b []byte
}

func (t *textRenderer) record(r *explain.Record) error {
	t.b = t.b[:0]
	if t.n++; t.n > 1 {
		t.b = append(t.b, "\n\n"...)
	}
	t.b = explain.AppendText(t.b, r)
	_, err := t.w.Write(t.b)
	return err
}

func (t *textRenderer) end() error { return nil }

type jsonRenderer struct {
	w io.Writer
	b []byte
}

func (j *jsonRenderer) record(r *explain.Record) (err error) {
	if j.b, err = explain.AppendJSON(j.b[:0], r); err != nil {
		return err
	}
	_, err = j.w.Write(j.b)
	return err
}

func (j *jsonRenderer) end() error { return nil }

// htmlRenderer buffers: a page is written in many small pieces.
type htmlRenderer struct {
	b    *bufio.Writer
	page *explain.Page
}

func newHTMLRenderer(w io.Writer) (renderer, error) {
	b := bufio.NewWriter(w)
	page, err := explain.NewPage(b)
	return &htmlRenderer{b, page}, err
}

func (h *htmlRenderer) record(r *explain.Record) error { return h.page.Record(r) }

func (h *htmlRenderer) end() error { return errors.Join(h.page.End(), h.b.Flush()) }
