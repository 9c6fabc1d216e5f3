package rollup

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
)

// counted is one decision that stands, with what its cells follow from.
type counted struct {
	verdict schemas.Verdict
	version uint64
	first   bool // published before there were epochs
}

// recount is what the cells must hold of the decisions that stand, epochs added up: its
// own plain sums.
func recount(stand []counted) map[schemas.Cell]string {
	type total struct {
		n int64
		v schemas.Sum
	}
	sums := map[schemas.Cell]total{}
	for i := range stand {
		v, d := &stand[i].verdict, &stand[i].verdict.Dimensions
		add := func(unit schemas.Time, c schemas.Cell, valued bool) {
			n := d.EventTime / unit
			if d.EventTime < 0 && d.EventTime%unit != 0 {
				n--
			}
			c.Time = n * unit
			s := sums[c]
			s.n++
			if d.DeclaredValue.Set && valued {
				s.v = s.v.Add(d.DeclaredValue)
			}
			sums[c] = s
		}
		add(60000, schemas.Cell{Grain: schemas.GrainMinuteRoute, Port: d.Port, Route: v.Route, PreferenceStatus: v.PreferenceStatus, Currency: d.Currency}, true)
		seen := map[string]bool{}
		for _, r := range v.Reasons {
			if !seen[r.Code] {
				add(3600000, schemas.Cell{Grain: schemas.GrainHourReason, SellerID: d.SellerID, SiteHost: d.SiteHost, Reason: r.Code}, false)
			}
			seen[r.Code] = true
		}
		if stand[i].first {
			continue
		}
		add(86400000, schemas.Cell{Grain: schemas.GrainDayOrigin, OriginCountry: d.OriginCountry, HSChapter: d.HSChapter, Route: v.Route, Currency: d.Currency}, true)
		add(3600000, schemas.Cell{Grain: schemas.GrainHourLabel, ChannelGroup: d.ChannelGroup, Platform: d.Platform, LabelClass: d.LabelClass, Currency: d.Currency}, true)
		add(86400000, schemas.Cell{Grain: schemas.GrainDayCampaign, AdNetwork: d.AdNetwork, Campaign: d.Campaign, LabelClass: d.LabelClass, Route: v.Route}, false)
		add(86400000, schemas.Cell{Grain: schemas.GrainDaySeller, SellerID: d.SellerID, SiteHost: d.SiteHost, Route: v.Route, Currency: d.Currency}, true)
	}
	out := map[schemas.Cell]string{}
	for c, s := range sums {
		out[c] = fmt.Sprint(s.n, s.v)
	}
	return out
}

// partition is a book and what of a task it needs: orders of one subject each, with the
// marks of what was published, and the time. Everything but published is lost in a crash.
type partition struct {
	orders    map[int]order
	cells     cells
	watermark int64
	book      *Book
	most      int // its bounds
	puts      int
}

type order struct {
	mark    []byte
	newest  int64
	version uint64
}

// lifeMs of the test: about as long as an epoch, so that both matter.
const lifeMs = dayMs * 3 / 2

func (p *partition) clone() partition {
	c := *p
	c.orders, c.cells = maps.Clone(p.orders), maps.Clone(p.cells)
	c.book = New(c.cells, lifeMs)
	c.book.most, c.book.Puts = p.most, p.puts
	return c
}

// expire forgets what a task forgets, and reports how many cells that were.
func (p *partition) expire() (gone int) {
	for id, o := range p.orders {
		if o.newest < p.watermark-lifeMs {
			delete(p.orders, id)
		}
	}
	for k, c := range p.cells {
		if c.newestMs < p.watermark-lifeMs {
			p.book.Forgotten([]byte(k))
			delete(p.cells, k)
			gone++
		}
	}
	return gone
}

// publication is one decision of the decisions topic.
type publication struct {
	id         int
	mark       []byte
	newest     int64
	version    uint64
	supersedes uint64
}

// Whatever is published, revised, kept, forgotten and lost in crashes, at whatever event
// times: the last rows of all cells add up to exactly the decisions that stand, those of
// lives that are forgotten among them.
func TestTotalsAreExactWhateverIsForgotten(t *testing.T) {
	forgotten, again := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p := partition{orders: map[int]order{}, cells: cells{}, watermark: 20_000 * dayMs}
		p.book = New(p.cells, lifeMs)
		p.most, p.puts = rapid.SampledFrom([]int{3, 40, liveCells}).Draw(t, "live"), rapid.SampledFrom([]int{0, 2, putsPerCommit}).Draw(t, "put a commit")
		p.book.most, p.book.Puts = p.most, p.puts
		stand, ended := map[int]counted{}, []counted{}
		rows := map[string]schemas.RollupRow{}
		gone := map[string]bool{} // cells that were forgotten once, by their key without epoch
		flushed := p.clone()
		var tail []publication // decisions published since the flush, and the rows
		tailRows := []schemas.RollupRow{}
		commit := func() {
			if err := p.book.Emit(func(key []byte, r *schemas.RollupRow) error {
				row := *r
				row.Cell, _ = cellOf(slices.Clone(key))
				rows[string(key)] = row
				tailRows = append(tailRows, row)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		publish := func(first bool) {
			id := rapid.IntRange(0, 6).Draw(t, "subject")
			v := verdicts().Draw(t, "verdict")
			o, known := p.orders[id]
			if known && p.watermark-o.newest > lifeMs { // its life is over, whether it was forgotten or not
				known = false
			}
			pub := publication{id: id, newest: max(o.newest, p.watermark-rapid.Int64Range(0, lifeMs/20).Draw(t, "displaced"))}
			if known {
				pub.supersedes = o.version
			}
			pub.version = max(pub.supersedes+1, uint64(p.watermark))
			pub.mark = AppendMark(nil, &v, pub.version)
			if first {
				pub.mark = appendFirstMark(nil, &v)
			}
			var old []byte
			if known {
				old = o.mark
			} else if was, lived := stand[id]; lived {
				ended = append(ended, was)
			}
			if err := p.book.Move(old, pub.mark, max(pub.newest, p.watermark)); err != nil {
				t.Fatal(err)
			}
			p.orders[id] = order{pub.mark, pub.newest, pub.version}
			stand[id] = counted{v, pub.version, first}
			tail = append(tail, pub)
			c := schemas.Cell{Grain: schemas.GrainDaySeller, Time: v.Dimensions.EventTime, SellerID: v.Dimensions.SellerID, SiteHost: v.Dimensions.SiteHost, Route: v.Route, Currency: v.Dimensions.Currency, Epoch: 1}
			if gone[Key(&c)] {
				again++
			}
		}
		for range rapid.IntRange(0, 6).Draw(t, "of the release before") {
			publish(true)
		}
		commit()
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				commit()
			case 1:
				p.watermark += rapid.SampledFrom([]int64{hourMs, dayMs / 2, dayMs, 3 * dayMs}).Draw(t, "passes")
			case 2: // a commit, then a flush
				commit()
				if err := p.book.Put(); err != nil {
					t.Fatal(err)
				}
				flushed, tail, tailRows = p.clone(), nil, nil
			case 3:
				for k := range p.cells {
					c, _ := cellOf([]byte(k))
					c.Epoch = 1
					gone[Key(&c)] = true
				}
				if err := p.book.Apply(); err != nil {
					t.Fatal(err)
				}
				n := p.expire()
				for k := range p.cells {
					c, _ := cellOf([]byte(k))
					c.Epoch = 1
					delete(gone, Key(&c))
				}
				forgotten += n
			case 4: // a record of an order that changes no verdict
				id := rapid.IntRange(0, 6).Draw(t, "kept")
				if o, known := p.orders[id]; known && p.watermark-o.newest <= lifeMs {
					o.newest = p.watermark
					p.orders[id] = o
					if err := p.book.Keep(o.mark, o.newest); err != nil {
						t.Fatal(err)
					}
				}
			case 5: // a crash behind a commit: the tails of what was published are read
				commit()
				at := p.watermark
				p = flushed.clone()
				p.watermark = at
				for _, pub := range tail {
					var old []byte
					if pub.supersedes != 0 {
						old = p.orders[pub.id].mark
					}
					if err := p.book.Move(old, pub.mark, max(pub.newest, p.watermark)); err != nil {
						t.Fatal(err)
					}
					p.orders[pub.id] = order{pub.mark, pub.newest, pub.version}
				}
				if err := p.book.Store(); err != nil {
					t.Fatal(err)
				}
				for k, row := range rows {
					if !slices.ContainsFunc(tailRows, func(r schemas.RollupRow) bool { return Key(&r.Cell) == k }) {
						continue
					}
					if same, err := p.book.Holds(k, &row); err != nil || !same {
						t.Fatalf("cell %s is not what its row says: %v", describe([]byte(k)), err)
					}
				}
			default:
				publish(false)
			}
		}
		commit()
		totals := map[schemas.Cell]schemas.RollupRow{}
		for _, r := range rows {
			c := r.Cell
			c.Epoch = 0
			sum := totals[c]
			sum.Count += r.Count
			sum.Value = sum.Value.AddSum(r.Value)
			totals[c] = sum
		}
		got := map[schemas.Cell]string{}
		for c, s := range totals {
			if s.Count != 0 || s.Value != (schemas.Sum{}) {
				got[c] = fmt.Sprint(s.Count, s.Value)
			}
		}
		want := recount(append(slices.Collect(maps.Values(stand)), ended...))
		if !maps.Equal(got, want) {
			t.Fatalf("cells\n%v\nnot\n%v", got, want)
		}
	})
	if forgotten < 100 || again < 10 {
		t.Errorf("%d cells were forgotten, and %d such hit again: too few to show anything", forgotten, again)
	}
}
