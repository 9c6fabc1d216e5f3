package task

import (
	"fmt"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/state"
	"github.com/clearlane/clearlane/scoring/policy"
)

// manySellers is a stream of three topics as one of four partitions has it: a click, an
// order and a shipment each, within 500 orders of each other, of 5,000 sellers.
func manySellers(orders int) [][]record.Record {
	const spread, start = 500, 1_767_225_600_000
	mix := func(x uint64) uint64 {
		x += 0x9e3779b97f4a7c15
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		return x ^ x>>31
	}
	slots := make([][3][]record.Record, orders+spread)
	put := func(slot, topic int, key, value string) {
		slots[slot][topic] = append(slots[slot][topic], record.Record{Key: []byte(key), Value: []byte(value), TimeMs: start + int64(slot)})
	}
	for i := range orders {
		r := mix(uint64(i))
		at := func(slot int) string {
			return time.UnixMilli(start + int64(slot)).UTC().Format("2006-01-02T15:04:05.000Z")
		}
		key, seller := fmt.Sprintf("o-%09d", i), r%5000
		source := [...]string{"google", "facebook", "bing", "newsletter"}[r>>16%4]
		origin := [...]string{"MX", "CA", "CN", "VN"}[r>>18%4]
		value := fmt.Sprintf("%d.%02d", 5+r>>20%200, r>>28%100)
		if s := i + int(r>>30%200); r>>40%100 >= 3 {
			put(s, 0, key, fmt.Sprintf(`{"order_key":%q,"click_id":"c-%09d","event_time":%q,"site_host":"shop-%04d.example","utm_source":%q,"utm_medium":"cpc","utm_campaign":"spring-%02d","gclid":"zz%022x","target_countries":["US"],"ip":"203.0.113.%d","user_agent":"Mozilla/5.0 (iPhone)","landing_url":"https://shop-%04d.example/p/%05d"}`,
				key, i, at(s), seller, source, r>>22%97, r, r>>24%254+1, seller, r>>26%100000))
		}
		s := i + 100 + int(r>>32%200)
		put(s, 1, key, fmt.Sprintf(`{"order_key":%q,"order_id":%q,"revision":1,"event_time":%q,"seller_id":"s-%04d","site_host":"shop-%04d.example","platform":"shopline","buyer_ref":"%024x","currency":"USD","value":%q,"ship_to_country":"US","channel":"B2C","items":[{"sku":"sku-%04d","hs_code":"8518.30","quantity":1,"unit_value":%q,"origin_country":%q}]}`,
			key, key, at(s), seller, seller, r, value, r>>12%10000, value, origin))
		if s := i + 200 + int(r>>34%300); r>>48%100 >= 2 {
			put(s, 2, key, fmt.Sprintf(`{"order_key":%q,"shipment_id":"sh-%09d","revision":1,"event_time":%q,"origin_country":%q,"destination_country":"US","port_of_entry":"%d","mode":"OCEAN","carrier":"CR%02d","tracking_number":"TN%09d","entry_type":"11","declared_value":%q,"currency":"USD","consignee_ref":"%016x"}`,
				key, i, at(s), origin, 2704+r>>2%4, r>>14%50, r>>18%1_000_000_000, value, r))
		}
	}
	in := make([][]record.Record, 3)
	for _, slot := range slots {
		for topic, records := range slot {
			for _, r := range records {
				r.Offset = int64(len(in[topic]))
				in[topic] = append(in[topic], r)
			}
		}
	}
	for _, records := range in {
		fetched(records)
	}
	return in
}

// fetched puts a topic's records one behind the other, as a fetch brings them.
func fetched(records []record.Record) {
	var all []byte
	for i := range records {
		all = append(append(all, records[i].Key...), records[i].Value...)
	}
	for i := range records {
		r, n := &records[i], len(records[i].Key)
		r.Key, all = all[:n:n], all[n:]
		n = len(r.Value)
		r.Value, all = all[:n:n], all[n:]
	}
}

// BenchmarkManySellers takes 40,000 orders of 5,000 sellers through a task with a real
// local state, flushed when it is full, by the size of micro-batches and of transactions.
func BenchmarkManySellers(b *testing.B) {
	inputs := manySellers(40_000)
	total := 0
	for _, in := range inputs {
		total += len(in)
	}
	pack, err := policy.Default()
	if err != nil {
		b.Fatal(err)
	}
	refs := &decide.References{Policy: policy.Alone(pack), Sites: &decide.SiteTable{}}
	for _, size := range []struct{ batch, commit int }{{2500, 2500}, {2500, 25_000}, {10_000, 25_000}} {
		b.Run(fmt.Sprintf("batch=%d,commit=%d", size.batch, size.commit), func(b *testing.B) {
			b.ReportAllocs()
			outputs, rows := 0, 0
			for b.Loop() {
				b.StopTimer()
				cfg := testConfig()
				cfg.Topics, cfg.MaxBatch, cfg.MaxTransaction, cfg.MaxDirtyCells, cfg.CellPuts = testTopics[:3], size.batch, 1<<30, 50_000, 0
				feed := newBenchFeed(inputs)
				store, err := state.Open(b.TempDir(), state.DefaultOptions())
				if err != nil {
					b.Fatal(err)
				}
				writer := &benchWriter{}
				t := New(cfg, benchDeps(writer, store, feed, refs))
				if err := t.recover(b.Context()); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				for open, took := 0, -1; took != 0; {
					if took, err = t.batch(b.Context()); err != nil {
						b.Fatal(err)
					}
					if open += took; open >= size.commit || took == 0 || t.full() {
						open = 0
						if err := t.begin(b.Context(), t.full()); err != nil {
							b.Fatal(err)
						}
						if err := t.await(b.Context()); err != nil {
							b.Fatal(err)
						}
					}
				}
				if err := store.Wait(); err != nil {
					b.Fatal(err)
				}
				outputs, rows = writer.records, writer.by[OutRollups]
				b.StopTimer()
				if err := store.Close(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*total), "ns/event")
			b.ReportMetric(float64(outputs-rows)/float64(total), "outputs/event")
			b.ReportMetric(float64(rows)/float64(total), "rows/event")
		})
	}
}
