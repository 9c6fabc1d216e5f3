package rollup

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
)

// However many cells a book holds decoded, however long moves wait, and however few cells it
// puts at a commit: its rows are those of a book that makes each move at once, puts all cells
// and holds none, and once it has put them the local state is the same, byte for byte.
func TestLiveCellsAreThoseOfTheLocalState(t *testing.T) {
	trimmed := 0
	rapid.Check(t, func(t *rapid.T) {
		held, plain := kept{}, kept{}
		a, b := New(held, lifeMs), New(plain, lifeMs)
		a.most, a.Puts = rapid.IntRange(0, 30).Draw(t, "live"), rapid.IntRange(0, 20).Draw(t, "put a commit")
		b.most = 0
		type row struct {
			key []byte
			row schemas.RollupRow
		}
		emit := func(x *Book) (rows []row) {
			if err := x.Emit(func(key []byte, r *schemas.RollupRow) error {
				own := row{bytes.Clone(key), *r}
				own.row.Cell = schemas.Cell{}
				rows = append(rows, own)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			return rows
		}
		var marks [][]byte
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			before := a.live.n
			switch rapid.IntRange(0, 6).Draw(t, "step") {
			case 0:
				x, y := emit(a), emit(b)
				if len(x) != len(y) {
					t.Fatalf("%d rows, not %d", len(x), len(y))
				}
				for i := range x {
					if !bytes.Equal(x[i].key, y[i].key) || x[i].row != y[i].row {
						t.Fatalf("row %+v of %q, not %+v of %q", x[i].row, x[i].key, y[i].row, y[i].key)
					}
				}
			case 1:
				for _, x := range []*Book{a, b} {
					if err := x.Put(); err != nil {
						t.Fatal(err)
					}
				}
				if a.Dirty() != 0 {
					t.Fatalf("%d cells still differ", a.Dirty())
				}
				for k, v := range plain {
					if !bytes.Equal(held[k], v) {
						t.Fatalf("cell %s: %x, not %x", describe([]byte(k)), held[k], v)
					}
				}
			case 2:
				for i := range marks {
					at := rapid.Int64Range(0, lifeMs).Draw(t, "kept until")
					if err := a.Keep(marks[i], at); err != nil {
						t.Fatal(err)
					}
					if err := b.Keep(marks[i], at); err != nil {
						t.Fatal(err)
					}
				}
			case 3:
				c := Stage{SellerID: rapid.SampledFrom([]string{"", "s"}).Draw(t, "seller"), Epoch: 3}
				for _, x := range []*Book{a, b} {
					if err := x.Funnel(&c, &schemas.Funnel{Orders: 1}, &schemas.Funnel{Clicks: 1, Waiting: 2}); err != nil {
						t.Fatal(err)
					}
				}
			default:
				v := verdicts().Draw(t, "verdict")
				mark := AppendMark(nil, &v, uint64(rapid.Int64Range(0, 3*dayMs).Draw(t, "version")))
				var old []byte
				if len(marks) > 0 && rapid.Bool().Draw(t, "revised") {
					old, marks = marks[0], marks[1:]
				}
				marks = append(marks, mark)
				for _, x := range []*Book{a, b} {
					if err := x.Move(old, mark, 7); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := b.Apply(); err != nil {
				t.Fatal(err)
			}
			if a.live.n < before {
				trimmed++
			}
		}
	})
	if trimmed < 50 {
		t.Errorf("cells were let go %d times: too few to show anything", trimmed)
	}
}
