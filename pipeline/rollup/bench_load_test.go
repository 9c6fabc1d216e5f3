package rollup

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/clearlane/clearlane/schemas"
)

// loadOrder is what is counted of one order: a click, then the order, then its shipment.
type loadOrder struct {
	mark            []byte
	seller, channel string
	time            schemas.Time
}

// loadOf prepares orders as a loaded partition has them: of 5,000 sellers and as many sites,
// at twenty hours of two days, with 64 reasons, of which each seller has two.
func loadOf(n int) []loadOrder {
	r := rand.New(rand.NewPCG(7, 1))
	orders := make([]loadOrder, n)
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	for i := range orders {
		seller := r.IntN(5000)
		v := typical()
		d := &v.Dimensions
		d.SellerID, d.SiteHost = fmt.Sprintf("s-%04d", seller), fmt.Sprintf("shop-%04d.example", seller)
		d.EventTime = schemas.Time(typicalVersion/dayMs*dayMs + int64(r.IntN(2))*dayMs + int64(seller%10)*2*hourMs + r.Int64N(2*hourMs))
		d.Port, d.OriginCountry = pick("2704", "1001", "4601", "3901"), pick("MX", "CA", "CN", "VN")
		d.Campaign, d.AdNetwork = fmt.Sprintf("spring-%02d", r.IntN(97)), pick("google", "meta", "microsoft", "other")
		d.ChannelGroup, d.LabelClass = pick("Paid Search", "Paid Social", "Email"), pick(schemas.LabelClean, schemas.LabelDrift)
		v.Reasons = v.Reasons[:0]
		if v.Route = schemas.RouteRelease; r.IntN(20) == 0 {
			v.Route = schemas.RouteHighRisk
			v.Reasons = append(v.Reasons, schemas.Reason{Code: words[len(words)-1-(seller+r.IntN(2))%64]})
		}
		orders[i] = loadOrder{AppendMark(nil, &v, uint64(d.EventTime)), d.SellerID, [...]string{"B2B", "B2C"}[seller%2], d.EventTime}
	}
	return orders
}

// BenchmarkLoad counts orders of all sellers, in no sequence, with a commit behind every 8,000.
// An order is one operation.
func BenchmarkLoad(b *testing.B) {
	orders := loadOf(200_000)
	book := New(&fixed{}, 10_000)
	rows := 0
	one := func(i int) {
		if err := countLoad(book, &orders[i%len(orders)]); err != nil {
			b.Fatal(err)
		}
		if i%8000 == 7999 {
			if err := book.Emit(func([]byte, *schemas.RollupRow) error { rows++; return nil }); err != nil {
				b.Fatal(err)
			}
		}
	}
	for i := range orders {
		one(i)
	}
	b.ReportAllocs()
	rows = 0
	i := 0
	for b.Loop() {
		one(i)
		i++
	}
	b.ReportMetric(float64(rows)/float64(i), "rows/op")
	b.ReportMetric(float64(book.live.n), "cells")
}

// countLoad counts an order's three events, each on its own.
func countLoad(book *Book, o *loadOrder) error {
	unknown := Stage{Time: o.time, Epoch: EpochOf(int64(o.time))}
	known := unknown
	known.SellerID, known.Channel = o.seller, o.channel
	steps := [...]schemas.Funnel{{}, {Clicks: 1}, {Clicks: 1, Orders: 1}, {Clicks: 1, Orders: 1, Shipments: 1, Joined: 1}}
	if err := book.Funnel(&unknown, &steps[0], &steps[1]); err != nil {
		return err
	}
	if err := book.Funnel(&unknown, &steps[1], &steps[0]); err != nil {
		return err
	}
	if err := book.Funnel(&known, &steps[0], &steps[2]); err != nil {
		return err
	}
	if err := book.Move(nil, o.mark, int64(o.time)); err != nil {
		return err
	}
	return book.Funnel(&known, &steps[2], &steps[3])
}
