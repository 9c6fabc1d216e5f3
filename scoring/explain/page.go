package explain

import (
	_ "embed" // the page's template
	"fmt"
	"html/template"
	"io"
)

//go:embed page.html
var pageTemplate string

// Page writes records as one HTML page that needs nothing from outside: no script, no picture, no
// font, and a policy of its own that forbids them. What a record says is escaped by where
// it stands. One goroutine owns it.
type Page struct {
	w        io.Writer
	template *template.Template
	records  int
}

// NewPage makes a page that is written to w.
func NewPage(w io.Writer) (*Page, error) {
	t, err := template.New("page").Parse(pageTemplate)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return &Page{w: w, template: t}, nil
}

// Record writes a record behind those before it.
func (p *Page) Record(r *Record) error {
	if p.records == 0 {
		if err := p.part("head", nil); err != nil {
			return err
		}
	}
	p.records++
	return p.part("record", struct {
		N int
		*Record
	}{p.records, r})
}

// End ends the page. One without a record is nothing at all.
func (p *Page) End() error {
	if p.records == 0 {
		return nil
	}
	return p.part("foot", nil)
}

func (p *Page) part(name string, data any) error {
	if err := p.template.ExecuteTemplate(p.w, name, data); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}
