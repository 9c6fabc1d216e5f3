package task

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/scoring/policy"
)

// plainEvents are orders of one click, one order and one shipment each, as many as fit what
// the rival implementations are measured with: hundreds of orders apart, so that each
// record finds the state of its order in the store. One in five claims a preference.
func plainEvents(orders int) [][]record.Record {
	const spread = 500
	in := make([][]record.Record, len(testTopics))
	put := func(topic, slot int, key, value string) {
		in[topic] = append(in[topic], record.Record{Key: []byte(key), Value: []byte(value), TimeMs: 1_790_000_000_000 + int64(slot), Offset: int64(len(in[topic]))})
	}
	at := func(slot int) string {
		return time.UnixMilli(1_790_000_000_000 + int64(slot)).UTC().Format("2006-01-02T15:04:05.000Z")
	}
	labels := []string{
		`"utm_source":"google","utm_medium":"cpc","utm_campaign":"spring-07","gclid":"zz0a1b2c3d4e5f60718293a4"`,
		`"utm_source":"facebook","utm_medium":"paid-social","utm_campaign":"spring-07","fbclid":"IwAR0a1b2c3d4e5f60718293a4b5","facebook_pixel_id":"310000000007919"`,
		`"utm_source":"bing","utm_medium":"cpc","utm_campaign":"spring-07","msclkid":"0a1b2c3d4e5f60718293a4b5c6d7e8f9","bing_campaign_id":"400000097"`,
		`"utm_source":"newsletter","utm_medium":"email","utm_campaign":"spring-07"`,
	}
	for i := range orders {
		key, seller := fmt.Sprintf("o-%09d", i), fmt.Sprintf("%04d", i%5000)
		put(0, i, key, fmt.Sprintf(`{"order_key":"%s","click_id":"c-%09d","event_time":"%s","site_host":"shop-%s.example",%s,"target_countries":["US"],"ip":"203.0.113.7","user_agent":"Mozilla/5.0 (iPhone)","landing_url":"https://shop-%s.example/p/01234"}`,
			key, i, at(i), seller, labels[i%len(labels)], seller))
		channel, claim, cert := "B2C", "", ""
		if i%5 == 0 {
			channel, claim, cert = "B2B", `,"preference":{"program":"USMCA","spi":"S"}`, `,"e_cert_id":"EC-0a1b2c3d4e5f60718293"`
		}
		put(1, i+spread, key, fmt.Sprintf(`{"order_key":"%s","order_id":"%s","revision":1,"event_time":"%s","seller_id":"s-%s","site_host":"shop-%s.example","platform":"shopline","buyer_ref":"0a1b2c3d4e5f60718293a4b5","currency":"USD","value":"120.00","ship_to_country":"US","channel":"%s","items":[{"sku":"sku-0001","hs_code":"8518.30","quantity":2,"unit_value":"60.00","origin_country":"MX"}]%s}`,
			key, key, at(i+spread), seller, seller, channel, claim))
		put(2, i+2*spread, key, fmt.Sprintf(`{"order_key":"%s","shipment_id":"sh-%09d","revision":1,"event_time":"%s","origin_country":"MX","destination_country":"US","port_of_entry":"2704","mode":"OCEAN","carrier":"CR07","tracking_number":"TN012345678","entry_type":"01","declared_value":"120.00","currency":"USD","consignee_ref":"0a1b2c3d4e5f6071"%s}`,
			key, i, at(i+2*spread), cert))
	}
	return in
}

// BenchmarkPlainOrders takes 5,000 such orders through a task, with the default pack and
// with one of three rules. An event is one record; a third of them make a decision.
func BenchmarkPlainOrders(b *testing.B) {
	inputs := plainEvents(5000)
	total := 0
	for _, in := range inputs {
		total += len(in)
	}
	full, err := policy.Default()
	if err != nil {
		b.Fatal(err)
	}
	text, err := os.ReadFile("../../testdata/policies/peers/three-rules.yaml")
	if err != nil {
		b.Fatal(err)
	}
	three, err := policy.Parse(text)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		pack *policy.Pack
	}{{"default", full}, {"three", three}} {
		b.Run("pack="+c.name, func(b *testing.B) {
			cfg := testConfig()
			cfg.MaxBatch = 250
			writer, store, pass := benchTask(b, cfg, inputs, &decide.References{Policy: policy.Alone(c.pack), Sites: &decide.SiteTable{}})
			pass() // takes the memory
			if writer.records < 5000 {
				b.Fatalf("%d output records of 5,000 orders", writer.records)
			}
			b.ReportAllocs()
			for b.Loop() {
				pass()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*total), "ns/event")
			b.ReportMetric(float64(store.bytes())/float64(len(store.orders)), "state-B/order")
		})
	}
}
