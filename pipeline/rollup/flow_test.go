package rollup

import (
	"errors"
	"slices"
	"testing"

	"github.com/clearlane/clearlane/schemas"
)

// kept are cells in a map.
type kept map[string][]byte

func (k kept) AheadCells([][]byte)                {}
func (k kept) GetCell(key []byte) ([]byte, error) { return k[string(key)], nil }
func (k kept) PutCell(key, value []byte, _, _ int64) error {
	k[string(key)] = slices.Clone(value)
	return nil
}

// flowRows is what the next Emit hands out.
func flowRows(t *testing.T, b *Book) (rows []schemas.RollupRow) {
	t.Helper()
	n, err := b.Rows()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Emit(func(_ []byte, r *schemas.RollupRow) error {
		own := *r
		own.Cell.SellerID, own.Cell.Topic = string([]byte(r.Cell.SellerID)), string([]byte(r.Cell.Topic))
		rows = append(rows, own)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if n != len(rows) {
		t.Errorf("%d rows, %d were announced", len(rows), n)
	}
	return rows
}

// A shipment that waits expires with its cell, once; the cell is kept until its row is
// written, and a published row makes a cell what it says.
func TestWaitingExpiresOnceAndRowsAreAdopted(t *testing.T) {
	const day = 20_000
	cells := kept{}
	b := New(cells, 30*dayMs)
	cell := &Stage{Time: day*dayMs + 5*hourMs + 17, SellerID: "s", Channel: "B2C", Epoch: day}
	if err := b.Funnel(cell, &schemas.Funnel{}, &schemas.Funnel{Orders: 1, Shipments: 3, Waiting: 3}); err != nil {
		t.Fatal(err)
	}
	if err := b.Ledger(LedgerDay(-1), "orders", "dead_letter", 2); err != nil {
		t.Fatal(err)
	}
	rows := flowRows(t, b)
	if len(rows) != 2 || rows[0].Cell.Time != day*dayMs+5*hourMs || rows[0].Cell.Epoch != day || rows[0].Funnel.Waiting != 3 || rows[1].Cell.Time != 0 || rows[1].Count != 2 {
		t.Fatalf("%+v", rows)
	}
	key := Key(&rows[0].Cell)
	if !Waits([]byte(key), cells[key]) || Waits([]byte(Key(&rows[1].Cell)), cells[Key(&rows[1].Cell)]) {
		t.Error("the funnel's cell does not wait, or the ledger's does")
	}
	for range 2 {
		if err := b.ExpireWaiting([]byte(key)); err != nil {
			t.Fatal(err)
		}
	}
	if rows := flowRows(t, b); len(rows) != 1 || rows[0].Funnel != (schemas.Funnel{Orders: 1, Shipments: 3, Expired: 3}) {
		t.Fatalf("%+v", rows)
	}
	if Waits([]byte(key), cells[key]) {
		t.Error("it still waits")
	}
	if adopted, err := b.Adopt(&rows[0]); !adopted || err != nil || !Waits([]byte(key), cells[key]) {
		t.Errorf("adopted %t, error %v", adopted, err)
	}
	if adopted, err := b.Adopt(&schemas.RollupRow{Cell: schemas.Cell{Grain: schemas.GrainMinuteRoute}}); adopted || err != nil {
		t.Errorf("a cell of decisions: adopted %t, error %v", adopted, err)
	}
}

// What is taken out of a cell and put in again makes no row.
func TestAContributionThatComesBackMakesNoRow(t *testing.T) {
	b := New(kept{}, dayMs)
	none, one := &schemas.Funnel{}, &schemas.Funnel{Clicks: 1}
	if err := errors.Join(b.Funnel(&Stage{}, none, one), b.Funnel(&Stage{}, one, none)); err != nil {
		t.Fatal(err)
	}
	if rows := flowRows(t, b); len(rows) > 0 {
		t.Errorf("%+v", rows)
	}
}
