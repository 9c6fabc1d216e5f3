package plot

import (
	"fmt"
	"html"
	"io"
	"strings"
	"time"

	"github.com/clearlane/clearlane/pipeline/boards"
)

const (
	column = 66.0 // pixels of one of the grid's 24 columns
	unitY  = 34.0 // pixels of one of its rows
)

const style = `body{background:#111217;color:#ccccdc;font:12px Inter,Helvetica,Arial,sans-serif;margin:12px;width:1584px}
h1{font-size:18px;margin:4px 0}p{margin:2px 0 10px;color:#8e8e9e}main{position:relative}
section,h2{position:absolute;box-sizing:border-box}section{background:#181b1f;border:1px solid #2c2f36;padding:6px 8px;overflow:hidden}
h2{font-size:14px;margin:0;padding:6px 0}h3{font-size:13px;font-weight:500;margin:0 0 2px;color:#d8d9da}
svg text:not(.in){fill:#9fa2a8;font-size:11px}.grid{stroke:#2c2f36}.stat{font-size:30px;text-align:center;padding-top:12px;display:flex}.stat div{flex:1}small{display:block;font-size:13px;color:#8e8e9e}.in{fill:#fff;stroke:#111;stroke-width:2px;paint-order:stroke}
table{border-collapse:collapse;width:100%;white-space:nowrap}th{text-align:left;color:#6e9fff;font-weight:500}td,th{padding:2px 8px 2px 0;border-bottom:1px solid #23262c;max-width:330px;overflow:hidden;text-overflow:ellipsis}
td.n,th.n{text-align:right}.legend span{margin-right:12px;white-space:nowrap}.legend i{display:inline-block;width:10px;height:10px;margin-right:4px}.error{color:#f2495c}.quiet{color:#6d6f76}`

// Page writes a dashboard as a page; frames are the results of its panels by id.
func Page(w io.Writer, b *boards.Board, v boards.View, frames map[int]*Frame) error {
	var body strings.Builder
	bottom := 0
	for i := range b.Panels {
		p := &b.Panels[i]
		bottom = max(bottom, p.Grid.Y+p.Grid.H)
		place := fmt.Sprintf(`left:%.0fpx;top:%.0fpx;width:%.0fpx;height:%.0fpx`, float64(p.Grid.X)*column, float64(p.Grid.Y)*unitY, float64(p.Grid.W)*column-6, float64(p.Grid.H)*unitY-6)
		if p.Type == "row" {
			fmt.Fprintf(&body, `<h2 style="%s">%s</h2>`, place, html.EscapeString(p.Title))
			continue
		}
		fmt.Fprintf(&body, `<section style="%s" title="%s"><h3>%s</h3>%s</section>`, place, html.EscapeString(p.Description), html.EscapeString(p.Title), draw(p, frames[p.ID], v))
	}
	var choices []string
	for _, x := range b.Templating.List {
		chosen := strings.Join(v.Values[x.Name], ", ")
		if chosen == "" {
			chosen = "All"
			if s, ok := x.Current.Value.(string); ok {
				chosen = s
			}
		}
		choices = append(choices, x.Label+": "+chosen)
	}
	_, err := fmt.Fprintf(w, `<!doctype html><html lang="en"><meta charset="utf-8"><title>%[1]s</title><style>%[2]s</style><h1>%[1]s</h1><p>%[3]s to %[4]s UTC &nbsp; %[5]s</p><main style="height:%[6].0fpx">%[7]s</main></html>`,
		html.EscapeString(b.Title), style, v.From.UTC().Format(time.DateTime), v.To.UTC().Format(time.DateTime), html.EscapeString(strings.Join(choices, " · ")), float64(bottom)*unitY, body.String())
	return err
}

// draw is the inside of a panel.
func draw(p *boards.Panel, f *Frame, v boards.View) string {
	w, h := float64(p.Grid.W)*column-24, float64(p.Grid.H)*unitY-40
	switch {
	case f == nil:
		return `<p class="quiet">asks Prometheus, not drawn here</p>`
	case f.Err != nil:
		return `<p class="error">` + html.EscapeString(f.Err.Error()) + `</p>`
	case len(f.Rows) == 0:
		return `<p class="quiet">no data</p>`
	}
	switch p.Type {
	case "stat":
		return stats(p, f)
	case "timeseries":
		all := overTime(p, f)
		lines := float64(1 + len(all)/max(1, int(w/150)))
		step, _ := p.Step(v)
		return timeSeries(p, f, v, step, w, h-lineHeight*lines) + legend(all)
	case "barchart":
		_, all := byColumn(p, f)
		return barChart(p, f, w, h-lineHeight) + legend(all)
	case "piechart":
		_, all := byColumn(p, f)
		return pie(p, f, w, h-2*lineHeight) + legend(all)
	}
	return table(p, f)
}

// stats are the values of the only row, with their names where there are several.
func stats(p *boards.Panel, f *Frame) string {
	var b strings.Builder
	b.WriteString(`<div class="stat">`)
	for i, v := range f.Rows[0] {
		name := ""
		if len(f.Columns) > 1 {
			name = `<small>` + html.EscapeString(f.Columns[i]) + `</small>`
		}
		b.WriteString(`<div>` + name + html.EscapeString(show(v, p.FieldConfig.Defaults.Unit)) + `</div>`)
	}
	return b.String() + `</div>`
}

func legend(all []*series) string {
	var b strings.Builder
	b.WriteString(`<div class="legend">`)
	for _, s := range all {
		fmt.Fprintf(&b, `<span><i style="background:%s"></i>%s</span> `, s.colour, html.EscapeString(s.name))
	}
	return b.String() + `</div>`
}

func table(p *boards.Panel, f *Frame) string {
	var b strings.Builder
	b.WriteString(`<table><tr>`)
	for i, c := range f.Columns {
		class := ""
		if _, ok := number(f.Rows[0][i]); ok {
			class = ` class="n"`
		}
		b.WriteString(`<th` + class + `>` + html.EscapeString(c) + `</th>`)
	}
	for _, row := range f.Rows {
		b.WriteString(`</tr><tr>`)
		for i, v := range row {
			class := ""
			if _, ok := number(v); ok {
				class = ` class="n"`
			}
			b.WriteString(`<td` + class + `>` + html.EscapeString(show(v, unit(p, f.Columns[i]))) + `</td>`)
		}
	}
	return b.String() + `</tr></table>`
}
