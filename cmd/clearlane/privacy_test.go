package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/embedded/broker"
	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/record"
)

// marked makes events whose personal fields hold values that stand nowhere else.
type marked struct {
	t      *testing.T
	marks  []string
	orders int
	at     int64 // Unix ms of the next event
	topics kafka.Topics
	sent   []*kgo.Record
}

// mark is a new value, which names its field so that a finding says whence it comes.
func (m *marked) mark(field string) string {
	mark := fmt.Sprintf("zq%dx%sqz", len(m.marks), strings.NewReplacer("_", "", ".", "").Replace(field))
	m.marks = append(m.marks, mark)
	return mark
}

type event = map[string]any

func (m *marked) send(topic, key string, value []byte) {
	m.at += 1000
	m.sent = append(m.sent, &kgo.Record{Topic: topic, Key: []byte(key), Value: value, Timestamp: time.UnixMilli(m.at),
		Headers: []kgo.RecordHeader{{Key: "trace", Value: []byte(m.mark("header"))}}})
}

func (m *marked) json(e event) []byte {
	b, err := json.Marshal(e)
	must(m.t, err)
	return b
}

// personal are the fields of each topic's events whose values stay where they are. What of
// a click's labels a finding is about is no person's: utm_*, pixel and campaign ids.
var personal = map[string][]string{
	"click":       {"landing_url", "referrer", "gclid", "gbraid", "wbraid", "dclid", "fbclid", "msclkid", "ttclid", "fbp", "fbc", "ip", "user_agent"},
	"order":       {"buyer_ref", "items.description", "preference.certification.certifier", "preference.certification.exporter", "preference.certification.producer", "preference.certification.importer", "preference.certification.description"},
	"shipment":    {"tracking_number", "master_bill", "house_bill", "consignee_ref", "owner_ref"},
	"disposition": {"by", "note"},
}

// formed gives a mark the form that its field asks for, so that rules look at it.
func (m *marked) formed(field string) string {
	mark := m.mark(field)
	switch field {
	case "landing_url":
		return "https://shop.example/" + mark + "?gclid=" + m.mark(field) + "&fbclid=" + m.mark(field) + "&email=" + m.mark(field) + "&utm_source=facebook"
	case "referrer":
		return "https://news.example/" + mark + "?q=" + m.mark(field)
	case "fbc", "fbp":
		return "fb.1.1790000000000." + mark
	case "user_agent":
		return "Mozilla/5.0 (Windows NT 10.0) HeadlessChrome/120 bot " + mark
	}
	return mark
}

// fill is an event of one kind with all its personal fields.
func (m *marked) fill(kind, key string, value func(field string) string) event {
	e := event{"order_key": key, "event_time": m.at}
	switch kind {
	case "click":
		maps.Copy(e, event{"click_id": "c-" + key, "site_host": "shop.example", "utm_source": "google", "utm_medium": "cpc", "utm_campaign": "spring", "facebook_pixel_id": "1234567890123456"})
	case "order":
		maps.Copy(e, event{"order_id": "o-" + key, "revision": 1, "seller_id": "seller", "site_host": "shop.example", "channel": "B2C", "billing_country": "US", "ship_to_country": "US", "currency": "USD", "value": "1200.50",
			"items":      []event{{"sku": "S1", "hs_code": "6109.10.0012", "quantity": "1", "unit_value": "1200.50", "origin_country": "MX"}},
			"preference": event{"program": "USMCA", "spi": "S", "e_cert_id": "E-1", "certification": event{"certifier_role": "EXPORTER", "hs6": "610910", "origin_criterion": "B"}}})
	case "shipment":
		maps.Copy(e, event{"shipment_id": "s-" + key, "revision": 1, "origin_country": "CN", "destination_country": "US", "port_of_entry": "2704", "mode": "AIR", "declared_value": "10", "currency": "USD", "hs_codes": []string{"6109100012"}, "de_minimis_claim": true})
	case "disposition":
		maps.Copy(e, event{"shipment_id": "s-" + key, "code": "EXAMINED"})
	}
	for _, field := range personal[kind] {
		set(e, field, value(field))
	}
	return e
}

// set puts a value at a path; of a list it takes the first element.
func set(e event, path string, v any) {
	name, rest, deeper := strings.Cut(path, ".")
	if !deeper {
		e[name] = v
		return
	}
	switch in := e[name].(type) {
	case event:
		set(in, rest, v)
	case []event:
		set(in[0], rest, v)
	}
}

func (m *marked) order() string {
	m.orders++
	return fmt.Sprint("order-", m.orders)
}

func (m *marked) topic(kind string) string {
	return map[string]string{"click": m.topics.AdClicks, "order": m.topics.Orders, "shipment": m.topics.Shipments, "disposition": m.topics.Dispositions}[kind]
}

// valid are whole orders that are decided.
func (m *marked) valid() {
	for _, value := range []func(string) string{m.formed, m.mark, func(field string) string {
		if field == "ip" {
			m.marks = append(m.marks, "198.51.100.77")
			return "198.51.100.77"
		}
		return m.formed(field)
	}} {
		key := m.order()
		for _, kind := range []string{"click", "order", "shipment", "disposition"} {
			m.send(m.topic(kind), key, m.json(m.fill(kind, key, value)))
		}
		m.send(m.topics.EcertVerifications, key, m.json(event{"order_key": key, "e_cert_id": "E-1", "platform": "CROSSNET", "status": "REVOKED", "checked_at": m.at}))
	}
}

// refused are events that end as dead letters, each for another reason.
func (m *marked) refused() {
	for _, kind := range slices.Sorted(maps.Keys(personal)) {
		topic, key := m.topic(kind), m.order()
		whole := func() event { return m.fill(kind, key, m.formed) }
		for _, field := range personal[kind] {
			long := whole()
			set(long, field, m.mark(field)+strings.Repeat("x", 20<<10))
			m.send(topic, key, m.json(long))
			for _, wrong := range []any{event{"is": m.mark(field)}, []string{m.mark(field)}} {
				e := whole()
				set(e, field, wrong)
				m.send(topic, key, m.json(e))
			}
		}
		for field, wrong := range map[string]any{"order_key": event{"is": m.mark("orderkey")}, "event_time": []string{m.mark("eventtime")}, "items": m.mark("items"), "preference": m.mark("preference"), "hs_codes": m.mark("hscodes")} {
			if e := whole(); e[field] != nil {
				e[field] = wrong
				if field == "hs_codes" {
					e[field] = event{"is": wrong}
				}
				m.send(topic, key, m.json(e))
			}
		}
		cut := m.json(whole())
		m.send(topic, key, cut[:len(cut)-1])
		m.send(topic, key, []byte(m.mark("text")+" is no event"))
		m.send(topic, key, append([]byte{0, 0, 0, 0, 2, 0, 0x0a, 0x7f}, m.mark("protobuf")...))
		m.send(topic, "another-key", m.json(whole()))
		ahead := whole()
		ahead["event_time"] = m.at + 30*24*time.Hour.Milliseconds()
		m.send(topic, key, m.json(ahead))
		without := whole()
		delete(without, "order_key")
		m.send(topic, key, m.json(without))
	}
}

// found are the marks that stand in text, with where that is.
func (m *marked) found(where, text string) (all []string) {
	text = strings.ToLower(text)
	for _, mark := range m.marks {
		if strings.Contains(text, mark) {
			all = append(all, mark+" in "+where)
		}
	}
	return all
}

// inTables searches every column of every table.
func (m *marked) inTables(conn driver.Conn, database string) (found []string, columns int) {
	m.t.Helper()
	ask := func(query string, each func(a, b string), args ...any) {
		m.t.Helper()
		rows, err := conn.Query(m.t.Context(), query, args...)
		must(m.t, err)
		defer rows.Close()
		for rows.Next() {
			var a, b string
			must(m.t, rows.Scan(&a, &b))
			each(a, b)
		}
		must(m.t, rows.Err())
	}
	var all [][2]string
	ask("SELECT table, name FROM system.columns WHERE database = ? ORDER BY table, position", func(table, column string) { all = append(all, [2]string{table, column}) }, database)
	for _, c := range all {
		where := c[0] + "." + c[1]
		ask(fmt.Sprintf("SELECT DISTINCT toString(`%s`), '' FROM %s.`%s`", c[1], database, c[0]), func(text, _ string) { found = append(found, m.found(where, text)...) })
	}
	return found, len(all)
}

// Personal data ends with the inputs and the dead-letter topic: not in any column of any
// table, nor in a byte of what Clearlane publishes, whatever is decided or refused.
func TestNoPersonalDataArrives(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	options := chdbtest.Options(t)
	b, err := broker.Start(4)
	must(t, err)
	t.Cleanup(b.Close)
	database := options.Auth.Database
	landing := []string{"roles=score,land,serve",
		"clickhouse.addrs=" + options.Addr[0], "clickhouse.protocol=http", "clickhouse.database=" + database, "clickhouse.batch_interval=200ms"}
	s := newSetup(t, strings.Join(b.Addrs(), ","), landing...)
	m := &marked{t: t, at: 1_790_000_000_000, topics: kafkaTopics(&s.cfg.Kafka)}
	m.valid()
	decided := len(m.sent)
	m.refused()
	c := s.run("one")
	client, err := s.chaosClient()
	must(t, err)
	defer client.Close()
	must(t, client.ProduceSync(ctx, m.sent...).FirstErr())
	reader, err := kafka.NewReader(kafkaConn(&s.cfg.Kafka))
	must(t, err)
	defer reader.Close()
	must(t, positions(&s.cfg, reader, 4).Await(ctx, time.Minute, nil))
	eventually(t, "all has landed", func() bool { return landed(ctx, &s.cfg) == nil })

	conn := chdbtest.Connect(t, options)
	count := func(what string) (n uint64) {
		must(t, conn.QueryRow(ctx, "SELECT count() FROM "+database+"."+what).Scan(&n))
		return n
	}
	eventually(t, "dispositions have landed", func() bool { return count("v_dispositions") == 3 })
	found, columns := m.inTables(conn, database)
	for _, topic := range []string{m.topics.Decisions, m.topics.HighRisk, m.topics.PreReviews, m.topics.Rollups, m.topics.Progress} {
		_, err := reader.ReadAll(ctx, topic, func(_ int32, r *record.Record) error {
			found = append(found, m.found("topic "+topic, fmt.Sprintf("%s %s %s", r.Key, r.Value, r.Headers))...)
			return nil
		})
		must(t, err)
	}
	for _, f := range found {
		t.Errorf("personal data: %s", f)
	}
	if letters := count("v_dead_letters"); letters != uint64(len(m.sent)-decided) || count("v_decisions") != 3 || count("v_decision_reasons") < 6 || columns < 300 {
		t.Errorf("%d dead letters of %d, %d decisions, %d reasons, %d columns: the search proves nothing",
			letters, len(m.sent)-decided, count("v_decisions"), count("v_decision_reasons"), columns)
	}

	// A lander that is told so lands refused records whole; there the search finds them.
	c.stop(t)
	for _, table := range []string{"dead_letters", "schema_migrations"} {
		must(t, conn.Exec(ctx, "DROP TABLE "+database+"."+table))
	}
	s.sets = append(s.sets, "roles=land,serve", "kafka.group=whole", "clickhouse.dead_letter_bytes=true")
	whole := app{set: s.sets, environ: []string{}}
	s.cfg, err = whole.config()
	must(t, err)
	c = s.run("whole")
	eventually(t, "all has landed again", func() bool { return landed(ctx, &s.cfg) == nil })
	c.stop(t)
	seen := map[string]bool{}
	found, _ = m.inTables(conn, database)
	for _, f := range found {
		mark, where, _ := strings.Cut(f, " in ")
		if !strings.HasPrefix(where, "dead_letters.") && !strings.HasPrefix(where, "v_dead_letters.") {
			t.Errorf("personal data: %s", f)
		}
		seen[mark] = true
	}
	if len(seen) < len(m.marks)/2 {
		t.Errorf("%d of %d marks are found in whole dead letters", len(seen), len(m.marks))
	}
}
