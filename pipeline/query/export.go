package query

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// CSV writes the result as RFC 4180 has it, with a line of names. NULL is an empty field,
// an empty text is "", and so they are told apart.
func (r *Result) CSV(w io.Writer) error {
	out := bufio.NewWriter(w)
	for i, c := range r.Columns {
		separate(out, i)
		out.WriteString(quoted(c.Name))
	}
	out.WriteString("\r\n")
	for _, row := range r.Rows {
		for i, cell := range row {
			separate(out, i)
			if cell != nil {
				out.WriteString(quoted(text(cell, r.Columns[i].Type)))
			}
		}
		out.WriteString("\r\n")
	}
	return out.Flush()
}

func separate(out *bufio.Writer, i int) {
	if i > 0 {
		out.WriteByte(',')
	}
}

func quoted(s string) string {
	if s != "" && !strings.ContainsAny(s, "\",\r\n") {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

// JSON writes the result as one list of objects. Whole numbers are numbers, all digits of
// them; decimals are strings, so that no reader makes floats of money; times are strings.
func (r *Result) JSON(w io.Writer) error { return r.objects(w, "[\n  ", ",\n  ", "\n]\n", "[]\n") }

// NDJSON writes an object a line, in JSON's forms.
func (r *Result) NDJSON(w io.Writer) error { return r.objects(w, "", "\n", "\n", "") }

func (r *Result) objects(w io.Writer, begin, between, end, none string) error {
	out := bufio.NewWriter(w)
	if len(r.Rows) == 0 {
		out.WriteString(none)
		return out.Flush()
	}
	for n, row := range r.Rows {
		if n == 0 {
			out.WriteString(begin)
		} else {
			out.WriteString(between)
		}
		for i, cell := range row {
			name, err := json.Marshal(r.Columns[i].Name)
			if err != nil {
				return err
			}
			value, err := json.Marshal(typed(cell, r.Columns[i].Type))
			if err != nil {
				return err
			}
			out.WriteByte("{,"[min(i, 1)])
			out.Write(name)
			out.WriteByte(':')
			out.Write(value)
		}
		out.WriteByte('}')
	}
	out.WriteString(end)
	return out.Flush()
}

// typed is a cell as encoding/json writes it in the form that JSON promises.
func typed(cell any, columnType string) any {
	switch v := cell.(type) {
	case decimal.Decimal, time.Time:
		return text(v, columnType)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = typed(v[i], columnType)
		}
		return list
	}
	return cell
}
