package gen

import (
	"bufio"
	"io"
)

// WriteNDJSON writes the stream as one event a line with its kind in "type", the
// seller sites first, as `clearlane score` reads it. Bad records are left out:
// what is wrong with most of them is not in a line.
func WriteNDJSON(dst io.Writer, o Options) error {
	o.Format, o.Bad = FormatJSON, 0
	g := New(o)
	w := bufio.NewWriterSize(dst, 1<<16)
	for _, ev := range g.Sites() {
		if err := writeLine(w, &ev); err != nil {
			return err
		}
	}
	for {
		ev, ok := g.Next()
		if !ok {
			return w.Flush()
		}
		if err := writeLine(w, &ev); err != nil {
			return err
		}
	}
}

func writeLine(w *bufio.Writer, ev *Event) error {
	w.WriteString(`{"type":"`)
	w.WriteString(ev.Kind.String())
	w.WriteString(`",`)
	w.Write(ev.Value[1:])
	return w.WriteByte('\n') // a bufio.Writer keeps its first error
}

// WriteAnswers writes the answers as one JSON object a line, in the order of the
// orders: what `clearlane score --pre-reviews` must say of WriteNDJSON's lines.
func WriteAnswers(dst io.Writer, o Options) (*Totals, error) {
	w := bufio.NewWriterSize(dst, 1<<16)
	var line []byte
	o.Bad = 0
	t := Expect(o, func(a *Answer) {
		line = appendAnswer(line[:0], a)
		w.Write(line)
	})
	return t, w.Flush()
}

func appendAnswer(b []byte, a *Answer) []byte {
	b = append(b, `{"order_key":"`...)
	b = append(b, a.OrderKey...)
	b = append(b, `","shipment_id":"`...)
	b = append(b, a.ShipmentID...)
	b = append(b, `","route":"`...)
	b = append(b, a.Route.String()...)
	b = append(b, `","preference_status":"`...)
	b = append(b, a.PreferenceStatus.String()...)
	b = append(b, `","reasons":[`...)
	for i, code := range a.Reasons {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, code...)
		b = append(b, '"')
	}
	b = append(b, `],"complete":`...)
	if a.Complete {
		b = append(b, "true"...)
	} else {
		b = append(b, "false"...)
	}
	b = append(b, `,"attributed_click":"`...)
	b = append(b, a.AttributedClick...)
	return append(b, "\"}\n"...)
}
