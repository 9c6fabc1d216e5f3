package naive

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/offline"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// lines are the records of a file of events: each has its own time as record time.
func lines(t fatal, text string) memory {
	log := memory{}
	for line := range strings.Lines(text) {
		var e struct {
			Type      string
			OrderKey  string `json:"order_key"`
			SellerID  string `json:"seller_id"`
			EventTime string `json:"event_time"`
			CheckedAt string `json:"checked_at"`
		}
		must(t, json.Unmarshal([]byte(line), &e))
		key, at := e.OrderKey, schemas.Time(0)
		if e.Type == sitesTopic {
			key = e.SellerID
		} else {
			var err error
			at, err = schemas.ParseTime(e.EventTime + e.CheckedAt)
			must(t, err)
		}
		log.add(e.Type, 0, record.Record{Key: []byte(key), Value: []byte(line), TimeMs: int64(at)})
	}
	return log
}

// scored is what `clearlane score` says of a file: the members of each verdict.
func scored(t fatal, s *Settings, text string) map[Subject]string {
	var out bytes.Buffer
	opts := offline.Options{Name: "f", Events: s.Events, PreReviews: true, Join: join.Limits{Clicks: s.Clicks, Shipments: s.Shipments,
		Verifications: s.Verifications, Dispositions: s.Dispositions, RetentionMs: s.RetentionMs, SlackMs: s.RetentionMs}}
	sum, err := offline.New(opts, offline.Deps{Policy: s.Policy, Out: &out}).Run(context.Background(), strings.NewReader(text))
	must(t, err)
	if sum.Bad > 0 {
		t.Fatal(sum.Bad, "lines are refused")
	}
	all := map[Subject]string{}
	for line := range strings.Lines(out.String()) {
		var d schemas.Decision
		var r schemas.PreReview
		if codec.ParseDecision([]byte(line), &d) == nil && d.ShipmentID != "" {
			all[Subject{0, d.OrderKey, d.ShipmentID}] = string(codec.AppendVerdict(nil, &d.Verdict))
			continue
		}
		must(t, codec.ParsePreReview([]byte(line), &r))
		all[Subject{0, r.OrderKey, ""}] = string(codec.AppendVerdict(nil, &r.Verdict))
	}
	return all
}

func members(x *Expected) map[Subject]string {
	all := map[Subject]string{}
	for _, list := range []map[Subject]*schemas.Verdict{x.Decisions, x.PreReviews} {
		for k, v := range list {
			all[k] = string(codec.AppendVerdict(nil, v))
		}
	}
	return all
}

func agree(t fatal, want, got map[Subject]string) {
	t.Helper()
	for k := range maps.Keys(want) {
		if want[k] != got[k] {
			t.Fatal(fmt.Sprintf("%+v:\noracle  %s\noffline %s", k, want[k], got[k]))
		}
	}
	if len(want) != len(got) {
		t.Fatal(len(want), "subjects by the oracle,", len(got), "offline")
	}
}

// Every member of every verdict is the one that the join and the decider of the stream
// come to over a shuffled file.
func TestOracleAgreesWithScoringShuffledFiles(t *testing.T) {
	for seed := range uint64(6) {
		var file bytes.Buffer
		must(t, gen.WriteNDJSON(&file, gen.Options{Seed: seed, Orders: 300}))
		all := strings.SplitAfter(file.String(), "\n")
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		text := strings.Join(all, "")
		s := settings(t)
		agree(t, members(expect(t, lines(t, text), s)), scored(t, s, text))
	}
}

// The same of few orders under all that makes a join hard: ties, old revisions, more
// clicks and answers than are kept, and pauses that begin new cases.
func TestOracleAgreesOnHostileOrders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := settings(t)
		s.Clicks, s.Verifications, s.Dispositions = 2, 2, 2
		const day = 86_400_000
		s.RetentionMs = 3 * day
		of := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
		var text strings.Builder
		for range rapid.IntRange(1, 25).Draw(t, "records") {
			at := schemas.Time(int64(gen.DefaultStart) + rapid.Int64Range(0, 12).Draw(t, "day")*day + rapid.Int64Range(0, 2).Draw(t, "ms"))
			key, rev := of("order", "a", "b"), rapid.IntRange(1, 2).Draw(t, "revision")
			when := `"order_key":"` + key + `","event_time":"` + at.String() + `"`
			switch of("kind", "click", "order", "shipment", "answer", "hold") {
			case "click":
				fmt.Fprintf(&text, `{"type":"ad_click",%s,"click_id":"%s","facebook_pixel_id":"%s","target_countries":["%s"]}`+"\n",
					when, of("click", "c1", "c2", "c3", "c4"), of("pixel", "", "1", "{x}"), of("target", "US", "DE"))
			case "order":
				claim := of("claim", "", `,"preference":{"program":"USMCA","e_cert_id":"e1"}`, `,"preference":{"program":"USMCA","e_cert_id":"e2"}`)
				fmt.Fprintf(&text, `{"type":"order",%s,"order_id":"o","revision":%d,"channel":"B2B","ship_to_country":"US","status":"%s","currency":"%s"%s}`+"\n",
					when, rev, of("status", "ACTIVE", "ACTIVE", "CANCELLED"), of("currency", "USD", "EUR"), claim)
			case "shipment":
				fmt.Fprintf(&text, `{"type":"shipment",%s,"shipment_id":"%s","revision":%d,"destination_country":"US","port_of_entry":"%s","declared_value":"%s"}`+"\n",
					when, of("shipment", "s1", "s2", "s3"), rev, of("port", "2704", "3901"), of("value", "1.50", "2"))
			case "answer":
				fmt.Fprintf(&text, `{"type":"ecert_verification","order_key":"%s","checked_at":"%s","e_cert_id":"%s","platform":"CROSSNET","status":"%s"}`+"\n",
					key, at, of("cert", "e1", "e2", "e3"), of("answer", "VERIFIED", "REVOKED", "UNAVAILABLE", "EXPIRED", "INVALID"))
			case "hold":
				fmt.Fprintf(&text, `{"type":"disposition",%s,"shipment_id":"s1","decision_id":"%s","version":%d,"code":"%s","by":"%s"%s}`+"\n",
					when, schemas.MakeDecisionID(key, "s1"), rev, of("code", "RELEASED", "OVERRIDDEN", "HELD", "1H", "1C"), of("by", "x", "y"),
					of("until", "", `,"until":"2026-12-31"`, `,"until":"2026-07-01"`))
			}
		}
		agree(t, members(expect(t, lines(t, text.String()), s)), scored(t, s, text.String()))
	})
}
