package plot

import (
	"fmt"
	"html"
	"math"
	"strings"
	"time"

	"github.com/clearlane/clearlane/pipeline/boards"
)

// canvas is an SVG picture of so many pixels.
type canvas struct {
	strings.Builder
	w, h float64
}

func (c *canvas) add(format string, args ...any) { fmt.Fprintf(&c.Builder, format, args...) }

func (c *canvas) text(x, y float64, anchor, s string) {
	c.add(`<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`, x, y, anchor, html.EscapeString(s))
}

func (c *canvas) rect(x, y, w, h float64, fill, title string) {
	c.add(`<rect x="%.2f" y="%.2f" width="%.2f" height="%.2f" fill="%s"><title>%s</title></rect>`, x, y, w, h, fill, html.EscapeString(title))
}

func (c *canvas) svg() string {
	return fmt.Sprintf(`<svg width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f">%s</svg>`, c.w, c.h, c.w, c.h, c.String())
}

const (
	left, below = 58.0, 20.0 // for the figures beside and below a picture
	lineHeight  = 15.0
)

// timeSeries draws bars of steps, or lines, one on the other where the panel says so.
func timeSeries(p *boards.Panel, f *Frame, v boards.View, step time.Duration, w, h float64) string {
	all := overTime(p, f)
	c := &canvas{w: w, h: h}
	stacked := p.FieldConfig.Defaults.Custom.Stacking.Mode == "normal"
	sums, top := map[time.Time]float64{}, 0.0
	for _, s := range all {
		for i, at := range s.at {
			if !stacked {
				sums[at] = 0
			}
			sums[at] += s.values[i]
			top = math.Max(top, sums[at])
		}
	}
	span := v.To.Sub(v.From)
	scale := ticks(top)
	x := func(at time.Time) float64 { return left + (w-left-8)*float64(at.Sub(v.From))/float64(span) }
	y := func(n float64) float64 { return h - below - (h-below-8)*n/scale[len(scale)-1] }
	for _, n := range scale {
		c.add(`<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" class="grid"/>`, left, w-8, y(n), y(n))
		c.text(left-6, y(n)+4, "end", show(n, p.FieldConfig.Defaults.Unit))
	}
	for i := range 5 {
		at := v.From.Add(span * time.Duration(i) / 4)
		c.text(math.Min(math.Max(x(at), left+16), w-30), h-4, "middle", clock(at, span))
	}
	base := map[time.Time]float64{}
	for _, s := range all {
		if p.FieldConfig.Defaults.Custom.DrawStyle == "bars" {
			width := math.Max(1, x(v.From.Add(step))-x(v.From)-1)
			for i, at := range s.at {
				low := base[at]
				base[at] += s.values[i]
				from := math.Max(x(at), left)
				c.rect(from, y(base[at]), math.Max(1, math.Min(width-(from-x(at)), w-8-from)), y(low)-y(base[at]), s.colour,
					s.name+" "+show(s.values[i], p.FieldConfig.Defaults.Unit)+" "+at.UTC().Format(time.DateTime))
			}
			continue
		}
		var points strings.Builder
		for i, at := range s.at {
			fmt.Fprintf(&points, "%.1f,%.1f ", x(at), y(s.values[i]))
			c.add(`<circle cx="%.1f" cy="%.1f" r="1.5" fill="%s"/>`, x(at), y(s.values[i]), s.colour)
		}
		c.add(`<polyline points="%s" fill="none" stroke="%s"/>`, points.String(), s.colour)
	}
	return c.svg()
}

// barChart draws a bar a row, its columns one after the other or one below the other.
func barChart(p *boards.Panel, f *Frame, w, h float64) string {
	names, all := byColumn(p, f)
	c := &canvas{w: w, h: h}
	stacked := p.Options.Stacking == "normal"
	wide, top := 0, 0.0
	for i, name := range names {
		wide = max(wide, min(len([]rune(name)), 40))
		sum := 0.0
		for _, s := range all {
			if !stacked {
				sum = 0
			}
			sum += s.values[i]
			top = math.Max(top, sum)
		}
	}
	scale := ticks(top)
	from := 14 + 6.6*float64(wide)
	x := func(n float64) float64 { return from + (w-from-44)*n/scale[len(scale)-1] }
	room := (h - below) / math.Max(1, float64(len(names)))
	for _, n := range scale {
		c.add(`<line x1="%.1f" x2="%.1f" y1="0" y2="%.1f" class="grid"/>`, x(n), x(n), h-below)
		c.text(x(n), h-4, "middle", show(n, p.FieldConfig.Defaults.Unit))
	}
	for i, name := range names {
		y := room * float64(i)
		c.text(from-6, y+room/2+4, "end", string([]rune(name)[:min(len([]rune(name)), 40)]))
		at, last := 0.0, 0.0
		for k, s := range all {
			n := s.values[i]
			height, offset := room*0.8, 0.0
			if !stacked {
				at, height = 0, room*0.8/float64(len(all))
				offset = height * float64(k)
			}
			c.rect(x(at), y+room*0.1+offset, x(at+n)-x(at), height, s.colour, s.name+" "+show(n, p.FieldConfig.Defaults.Unit))
			at += n
			last = math.Max(last, at)
		}
		c.text(x(last)+4, y+room/2+4, "start", show(last, p.FieldConfig.Defaults.Unit))
	}
	return c.svg()
}

// pie draws a ring of the columns of the only row.
func pie(p *boards.Panel, f *Frame, w, h float64) string {
	_, all := byColumn(p, f)
	c := &canvas{w: w, h: h}
	total := 0.0
	for _, s := range all {
		total += s.values[0]
	}
	if total == 0 {
		c.text(w/2, h/2, "middle", "no data")
		return c.svg()
	}
	r := math.Min(w, h)/2 - 8
	angle := -math.Pi / 2
	for _, s := range all {
		part := s.values[0] / total
		if part == 0 {
			continue
		}
		circumference := 2 * math.Pi * r * 0.75
		c.add(`<circle cx="%.1f" cy="%.1f" r="%.1f" fill="none" stroke="%s" stroke-width="%.1f" stroke-dasharray="%.2f %.2f" transform="rotate(%.2f %.1f %.1f)"><title>%s</title></circle>`,
			w/2, h/2, r*0.75, s.colour, r*0.5, circumference*part, circumference*(1-part), angle*180/math.Pi, w/2, h/2, html.EscapeString(s.name))
		if middle := angle + math.Pi*part; part > 0.04 {
			c.add(`<text class="in" x="%.1f" y="%.1f" text-anchor="middle">%.0f %%</text>`, w/2+r*0.75*math.Cos(middle), h/2+r*0.75*math.Sin(middle)+4, 100*part)
		}
		angle += 2 * math.Pi * part
	}
	return c.svg()
}
