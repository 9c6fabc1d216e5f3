package boards_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/clearlane/clearlane/pipeline/boards"
	"github.com/clearlane/clearlane/pipeline/boards/plot"
	"github.com/clearlane/clearlane/pipeline/gen"
)

// drawInto names the environment variable with the folder that pages are written to.
const drawInto = "CLEARLANE_BOARDS"

// draw makes a page of every dashboard: each panel on ClickHouse shows something.
func (w *world) draw(t *testing.T) {
	start := time.UnixMilli(int64(gen.DefaultStart))
	recent := boards.View{From: start.Add(-2 * time.Hour), To: start.Add(76 * time.Hour)}
	for name, view := range map[string]boards.View{"everything": w.views()["everything"], "recent": recent} {
		for i := range w.boards {
			b := &w.boards[i]
			frames := map[int]*plot.Frame{}
			for _, q := range w.queries {
				if q.Board.UID == b.UID && q.Panel != nil {
					sql, err := q.Expand(view)
					must(t, err)
					frames[q.Panel.ID] = w.frame(sql)
				}
			}
			var page bytes.Buffer
			must(t, plot.Page(&page, b, view, frames))
			if dir := os.Getenv(drawInto); dir != "" {
				must(t, os.MkdirAll(dir, 0o755))
				must(t, os.WriteFile(filepath.Join(dir, b.UID+"-"+name+".html"), page.Bytes(), 0o600))
			}
			if s := page.String(); name == "everything" && (strings.Contains(s, `class="error"`) || strings.Contains(s, "no data") || strings.Contains(s, `<div>-</div>`)) {
				t.Errorf("%s: a panel shows an error or nothing", b.UID)
			}
		}
	}
}

// frame is the result of a query as it is drawn.
func (w *world) frame(sql string) *plot.Frame {
	f := &plot.Frame{}
	result, err := w.tables.Conn.Query(w.ctx, sql)
	if err != nil {
		f.Err = err
		return f
	}
	defer result.Close()
	f.Columns = result.Columns()
	for result.Next() {
		var into []any
		for _, column := range result.ColumnTypes() {
			into = append(into, reflect.New(column.ScanType()).Interface())
		}
		if f.Err = result.Scan(into...); f.Err != nil {
			return f
		}
		row := make([]any, len(into))
		for i, v := range into {
			row[i] = drawn(reflect.ValueOf(v).Elem())
		}
		f.Rows = append(f.Rows, row)
	}
	f.Err = result.Err()
	return f
}

func drawn(v reflect.Value) any {
	switch x := v.Interface().(type) {
	case time.Time, string, bool, float64, int64:
		return x
	case decimal.Decimal:
		return x.InexactFloat64()
	}
	switch {
	case v.Kind() == reflect.Pointer && v.IsNil():
		return nil
	case v.Kind() == reflect.Pointer:
		return drawn(v.Elem())
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return int64(v.Uint())
	}
	return nil
}
