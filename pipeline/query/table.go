package query

import (
	"bufio"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What stands in a table for what has no text: a value that was not stated, and one that
// is empty, so not known.
const (
	tableNull  = "NULL"
	tableEmpty = "-"
)

// narrowest is how far a column is cut at most.
const narrowest = 12

// Table writes the result for people: aligned, numbers right. With a width, in columns of
// a terminal, the widest texts are cut until a line fits; 0 cuts nothing.
func (r *Result) Table(w io.Writer, width int) error {
	cells := make([][]string, 0, len(r.Rows)+1)
	head := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		head[i] = c.Name
	}
	cells = append(cells, head)
	for _, row := range r.Rows {
		line := make([]string, len(row))
		for i, cell := range row {
			line[i] = shown(cell, r.Columns[i].Type)
		}
		cells = append(cells, line)
	}
	widths := r.widths(cells, width)
	out := bufio.NewWriter(w)
	for n, line := range cells {
		writeLine(out, line, widths, r.Columns)
		if n == 0 {
			for i := range widths {
				if i > 0 {
					out.WriteString("  ")
				}
				out.WriteString(strings.Repeat("-", widths[i]))
			}
			out.WriteByte('\n')
		}
	}
	return out.Flush()
}

// shown is a cell in a table. What could move a terminal's cursor is made visible.
func shown(cell any, columnType string) string {
	if cell == nil {
		return tableNull
	}
	s := text(cell, columnType)
	if s == "" {
		return tableEmpty
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, s)
}

// widths is how wide each column is, so that a line fits where that is possible.
func (r *Result) widths(cells [][]string, width int) []int {
	widths := make([]int, len(r.Columns))
	total := 2 * max(len(r.Columns)-1, 0)
	for i := range widths {
		for _, line := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(line[i]))
		}
		total += widths[i]
	}
	for width > 0 && total > width {
		widest := -1
		for i, w := range widths {
			if !isNumber(r.Columns[i].Type) && w > narrowest && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
		total--
	}
	return widths
}

func writeLine(out *bufio.Writer, line []string, widths []int, columns []Column) {
	var b strings.Builder
	for i, s := range line {
		if i > 0 {
			b.WriteString("  ")
		}
		if n := utf8.RuneCountInString(s); n > widths[i] {
			s = string([]rune(s)[:widths[i]-1]) + "…"
		}
		space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(s))
		if isNumber(columns[i].Type) {
			b.WriteString(space + s)
		} else {
			b.WriteString(s + space)
		}
	}
	out.WriteString(strings.TrimRight(b.String(), " "))
	out.WriteByte('\n')
}
