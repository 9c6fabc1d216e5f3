package landtest

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/schemas"
)

// counters are rows of funnel and ledger that go with a set: each cell as of two commits,
// of which the second holds. What a task counts is not tried here, only how it is read: a
// case of an order is all of its events, and none is forgotten.
func counters(t testing.TB, s *Set) []schemas.RollupRow {
	t.Helper()
	type member struct{ kind, id string }
	type order struct {
		held            map[member]bool
		first, time     schemas.Time
		seller, channel string
	}
	orders := map[string]*order{}
	totals := map[int32]map[schemas.Cell]*schemas.RollupRow{}
	at := func(partition int32, c schemas.Cell) *schemas.RollupRow {
		if totals[partition] == nil {
			totals[partition] = map[schemas.Cell]*schemas.RollupRow{}
		}
		if totals[partition][c] == nil {
			totals[partition][c] = &schemas.RollupRow{Layout: Partitions, Partition: partition, Version: 2, Cell: c}
		}
		return totals[partition][c]
	}
	note := func(partition int32, time schemas.Time, topic, outcome string) {
		at(partition, schemas.Cell{Grain: schemas.GrainDayLedger, Time: time.Date().Time(), Topic: topic, Outcome: outcome}).Count++
	}
	for i := range s.Events {
		e := &s.Events[i]
		var f struct {
			OrderKey   string `json:"order_key"`
			ClickID    string `json:"click_id"`
			ShipmentID string `json:"shipment_id"`
			SellerID   string `json:"seller_id"`
			Channel    string `json:"channel"`
		}
		must(t, json.Unmarshal(e.JSON, &f))
		if e.Kind == schemas.KindSellerSite {
			continue
		}
		note(PartitionOf(f.OrderKey), schemas.Time(e.TimeMs), inputTopics[e.Kind], "applied")
		o := orders[f.OrderKey]
		if o == nil {
			o = &order{held: map[member]bool{}, first: schemas.Time(e.TimeMs)}
			orders[f.OrderKey] = o
		}
		switch e.Kind {
		case schemas.KindAdClick:
			o.held[member{"click", f.ClickID}] = true
		case schemas.KindShipment:
			o.held[member{"shipment", f.ShipmentID}] = true
		case schemas.KindOrder:
			o.held[member{"order", ""}], o.time, o.seller, o.channel = true, schemas.Time(e.TimeMs), f.SellerID, f.Channel
		}
	}
	for key, o := range orders {
		n := map[string]int64{}
		for m := range o.held {
			n[m.kind]++
		}
		time := cmp.Or(o.time, o.first)
		row := at(PartitionOf(key), schemas.Cell{Grain: schemas.GrainHourFunnel, Time: time - time%3_600_000, SellerID: o.seller, Channel: o.channel, Epoch: uint32(time.Date())})
		f := &row.Funnel
		f.Clicks, f.Orders, f.Shipments = f.Clicks+n["click"], f.Orders+n["order"], f.Shipments+n["shipment"]
		if n["click"] > 0 && n["order"] > 0 {
			f.Joined += n["shipment"]
		} else {
			f.Waiting += n["shipment"]
		}
	}
	for _, l := range s.Letters {
		note(l.Partition, schemas.Time(l.TimeMs), l.Topic, "dead_letter")
	}
	for _, d := range s.Decisions {
		note(PartitionOf(d.OrderKey), d.DecidedAt, topics.Decisions, "published")
	}
	var rows []schemas.RollupRow
	for _, cells := range totals {
		for _, row := range cells {
			before := *row
			before.Version, before.Count, before.Funnel = 1, before.Count/2, schemas.Funnel{Clicks: 1}
			rows = append(rows, *row, before) // the older one comes last
		}
	}
	slices.SortFunc(rows, func(a, b schemas.RollupRow) int {
		return cmp.Or(cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Cell.Grain, b.Cell.Grain), cmp.Compare(a.Cell.Time, b.Cell.Time),
			strings.Compare(a.Cell.SellerID+a.Cell.Channel+a.Cell.Topic+a.Cell.Outcome, b.Cell.SellerID+b.Cell.Channel+b.Cell.Topic+b.Cell.Outcome), cmp.Compare(b.Version, a.Version))
	})
	return rows
}
