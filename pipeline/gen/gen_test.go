package gen

import (
	"bytes"
	"errors"
	"hash/fnv"
	"maps"
	"slices"
	"testing"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// options of a stream big enough for every cause to occur.
func some() Options {
	return Options{Seed: 7, Orders: 20_000, Bad: 500, Partitions: 4, Format: FormatMixed}
}

func hash(o Options) uint64 {
	h := fnv.New64a()
	g := New(o)
	put := func(ev *Event) {
		h.Write([]byte{byte(ev.Kind), byte(ev.Partition), byte(ev.TimeMs), byte(ev.TimeMs >> 8), byte(ev.TimeMs >> 16)})
		h.Write(ev.Key)
		h.Write(ev.Value)
	}
	for _, ev := range g.Sites() {
		put(&ev)
	}
	for ev, ok := g.Next(); ok; ev, ok = g.Next() {
		put(&ev)
	}
	return h.Sum64()
}

func TestSameSeedSameStream(t *testing.T) {
	o := Options{Seed: 3, Orders: 2000, Bad: 50, Partitions: 3, Format: FormatMixed}
	if a, b := hash(o), hash(o); a != b {
		t.Fatalf("two runs of one seed: %x and %x", a, b)
	}
	o2 := o
	o2.Seed++
	if hash(o) == hash(o2) {
		t.Fatal("two seeds, one stream")
	}
}

// 500 numbers under 40 seeds: of keys with 16 random bits some are the same.
func TestStreamsOfOtherNumbersShareNoKey(t *testing.T) {
	keys := func(o Options) map[string]bool {
		all := map[string]bool{}
		g := New(o)
		for ev, ok := g.Next(); ok; ev, ok = g.Next() {
			all[string(ev.Key)] = true
		}
		return all
	}
	const orders = 500
	one := keys(Options{Seed: 1, Orders: orders})
	same, apart := 0, 0
	for seed := range uint64(40) {
		for key := range keys(Options{Seed: 2 + seed, Orders: orders}) {
			same += b2i(one[key])
		}
		for key := range keys(Options{Seed: 2 + seed, Orders: orders, First: orders}) {
			apart += b2i(one[key])
		}
	}
	t.Logf("%d keys are the same under another seed", same)
	if apart != 0 {
		t.Fatalf("%d keys are the same under another seed and other numbers", apart)
	}
}

// What is encoded and how densely must not change what is right.
func TestAnswersDoNotDependOnTheForm(t *testing.T) {
	o := Options{Seed: 5, Orders: 3000, Bad: 30, Partitions: 4}
	a := Expect(o, nil)
	o.Format, o.Partitions = FormatProto, 12
	b := Expect(o, nil)
	if !maps.Equal(a.Routes, b.Routes) || !maps.Equal(a.Reasons, b.Reasons) || !maps.Equal(a.Cells, b.Cells) {
		t.Fatalf("JSON %+v\nProtobuf %+v", a, b)
	}
}

// decode reads a record with the codec's decoder, as a pipeline would.
func decode(d *codec.Decoder, ev *Event) (e any, key string, err error) {
	switch ev.Kind {
	case schemas.KindAdClick:
		var v schemas.AdClick
		err = d.AdClick(ev.Value, &v)
		return &v, v.OrderKey, err
	case schemas.KindOrder:
		var v schemas.Order
		err = d.Order(ev.Value, &v)
		return &v, v.OrderKey, err
	case schemas.KindShipment:
		var v schemas.Shipment
		err = d.Shipment(ev.Value, &v)
		return &v, v.OrderKey, err
	case schemas.KindEcertVerification:
		var v schemas.EcertVerification
		err = d.EcertVerification(ev.Value, &v)
		return &v, v.OrderKey, err
	case schemas.KindDisposition:
		var v schemas.Disposition
		err = d.Disposition(ev.Value, &v)
		return &v, v.OrderKey, err
	}
	return nil, "", errors.New("no such kind")
}

// The totals must be those of a recount that reads the stream like a stranger:
// what it decodes, what it has seen before, what is older than what it knows.
func TestTotalsEqualARecount(t *testing.T) {
	o := some()
	want := Expect(o, nil)
	got := newTotals()
	g := New(o)
	d := codec.NewDecoder(schemas.DefaultLimits())
	for _, ev := range g.Sites() {
		var s schemas.SellerSite
		if err := d.SellerSite(ev.Value, &s); err != nil {
			t.Fatalf("site %s: %v", ev.Key, err)
		}
		if s.SellerID != string(ev.Key) {
			t.Fatalf("site of %s under the key %s", s.SellerID, ev.Key)
		}
		got.Events[ev.Kind]++
	}
	seen := map[string]bool{}
	newest := map[string]int64{}
	keys := map[string]bool{}
	for ev, ok := g.Next(); ok; ev, ok = g.Next() {
		if ev.Bad {
			got.Bad++
			got.DeadLetters[ev.Field]++
			continue
		}
		e, key, err := decode(d, &ev)
		if err != nil {
			t.Fatalf("%s %q: %v", ev.Kind, ev.Value, err)
		}
		if key != string(ev.Key) {
			t.Fatalf("%s: order_key %s under the key %s", ev.Kind, key, ev.Key)
		}
		got.Events[ev.Kind]++
		keys[key] = true
		id := ev.Kind.String() + "/" + key + "/" + string(ev.Value)
		again := seen[id]
		seen[id] = true
		var rev int64
		name := key + "/"
		switch e := e.(type) {
		case *schemas.Order:
			rev = e.Revision
		case *schemas.Shipment:
			name, rev = name+e.ShipmentID, e.Revision
		case *schemas.EcertVerification:
			name, rev = name+"#"+e.EcertID, int64(e.CheckedAt)
		default:
			got.Duplicates += b2i(again)
			continue
		}
		switch {
		case rev < newest[name]:
			got.Stale++
		case again:
			got.Duplicates++
		}
		newest[name] = max(newest[name], rev)
	}
	got.UnknownFields = int(d.UnknownFields())
	if !maps.Equal(got.Events, want.Events) || !maps.Equal(got.DeadLetters, want.DeadLetters) {
		t.Errorf("events %v, dead letters %v\nwant   %v, %v", got.Events, got.DeadLetters, want.Events, want.DeadLetters)
	}
	if got.Bad != o.Bad || got.Bad != want.Bad || len(keys) != want.Orders || got.Duplicates != want.Duplicates || got.Stale != want.Stale {
		t.Errorf("bad %d, orders %d, duplicates %d, stale %d; want %d, %d, %d, %d",
			got.Bad, len(keys), got.Duplicates, got.Stale, want.Bad, want.Orders, want.Duplicates, want.Stale)
	}
	if got.UnknownFields < want.UnknownFields || want.UnknownFields == 0 {
		t.Errorf("unknown fields: %d read, %d planted", got.UnknownFields, want.UnknownFields)
	}
}

// A bad record must be bad for the reason it says: the decoder or the checks around
// it refuse exactly the field that it names.
func TestBadRecordsAreRefusedByTheirField(t *testing.T) {
	d := codec.NewDecoder(schemas.DefaultLimits())
	g := New(Options{Seed: 1, Orders: 100, Bad: 2 * len(badSorts)})
	count := 0
	for ev, ok := g.Next(); ok; ev, ok = g.Next() {
		if !ev.Bad {
			continue
		}
		count++
		field := ""
		e, key, err := decode(d, &ev)
		var fault *schemas.FieldError
		var syntax *schemas.SyntaxError
		switch {
		case ev.Value == nil || errors.As(err, &syntax):
			field = FieldValue
		case ev.Key == nil:
			field = FieldKey
		case errors.As(err, &fault):
			field = fault.Field
		case key != string(ev.Key):
			field = "order_key"
		default:
			if o, ok := e.(*schemas.Order); ok && int64(o.EventTime)-ev.TimeMs > dayMs {
				field = "event_time"
			}
		}
		if field != ev.Field {
			t.Errorf("%s %.100q: refused for %q (%v), planted %q", ev.Kind, ev.Value, field, err, ev.Field)
		}
	}
	if count != 2*len(badSorts) {
		t.Errorf("%d bad records, want %d", count, 2*len(badSorts))
	}
}

func TestEveryCauseOccurs(t *testing.T) {
	o := some()
	w := newWorld(o)
	labels, claims, sites := map[labelCause]int{}, map[claimCause]int{}, map[siteState]int{}
	both, idle, held, expired := 0, 0, 0, 0
	for n := range o.Orders {
		p := w.makePlan(n)
		labels[p.label]++
		if p.orderClaims && p.b2b {
			claims[p.claim]++
			sites[p.seller.site]++
		}
		both += b2i(labelCodes[p.label] != "" && p.geoMismatch)
		idle += b2i(p.attributed >= 0 && len(p.clicks) > 1)
		for _, d := range p.disps {
			i := slices.IndexFunc(p.answers, func(a Answer) bool { return a.ShipmentID == d.ShipmentID })
			if a := &p.answers[i]; d.Until != 0 && len(a.Reasons) > 0 {
				held += b2i(a.Route == schemas.RouteRelease)
				expired += b2i(a.Route != schemas.RouteRelease)
			}
		}
	}
	if held == 0 || expired == 0 {
		t.Errorf("%d suppressions that hold, %d that have expired", held, expired)
	}
	for l := range numLabelCauses {
		if labels[l] == 0 {
			t.Errorf("no order with label cause %d", l)
		}
	}
	for c := range numClaimCauses {
		if claims[c] == 0 {
			t.Errorf("no order with claim cause %d", c)
		}
	}
	for s := range numSiteStates {
		if sites[s] == 0 {
			t.Errorf("no claim from a site in state %d", s)
		}
	}
	if both == 0 || idle == 0 {
		t.Errorf("%d orders with two causes, %d with idle clicks", both, idle)
	}
	tot := Expect(o, nil)
	for _, code := range []string{"GEO_TARGET_MISMATCH", "SITE_NOT_INTEGRATED", "ECERT_ID_MISSING", "ECERT_PENDING", "ECERT_UNVERIFIABLE",
		"ECERT_INVALID", "ECERT_REVOKED", "ECERT_EXPIRED", "ECERT_HS6_MISMATCH", "ECERT_ORIGIN_MISMATCH"} {
		if tot.Reasons[code] == 0 || code[0] != 'G' && tot.PreReasons[code] == 0 {
			t.Errorf("%s: %d shipments, %d pre-reviews", code, tot.Reasons[code], tot.PreReasons[code])
		}
	}
	for _, code := range labelCodes {
		if code != "" && tot.Reasons[code] == 0 {
			t.Errorf("no shipment with %s", code)
		}
	}
	for r := schemas.RouteRelease; r <= schemas.RouteHighRisk; r++ {
		if tot.Routes[r] < 500 {
			t.Errorf("route %s: %d of %d shipments", r, tot.Routes[r], tot.Shipments)
		}
	}
	if tot.Cancelled == 0 || tot.Incomplete == 0 || tot.Stale == 0 || tot.Duplicates == 0 {
		t.Errorf("cancelled %d, incomplete %d, stale %d, duplicates %d", tot.Cancelled, tot.Incomplete, tot.Stale, tot.Duplicates)
	}
	t.Logf("%d shipments: routes %v, statuses %v, reasons %v", tot.Shipments, tot.Routes, tot.Statuses, tot.Reasons)
}

// Records come nearly in the order of their timestamps, and no order's records are
// sent outside its window: memory is bounded by it.
func TestStreamIsNearlySortedAndBounded(t *testing.T) {
	for _, density := range []float64{0.5, 10, 20_000} {
		o := Options{Seed: 2, Orders: 8000, OrdersPerSecond: density, WindowOrders: 500}
		g := New(o)
		var newest int64
		most := 0
		for ev, ok := g.Next(); ok; ev, ok = g.Next() {
			if newest-ev.TimeMs > maxSkew {
				t.Fatalf("density %v: a record %d ms older than one before it", density, newest-ev.TimeMs)
			}
			newest = max(newest, ev.TimeMs)
			most = max(most, len(g.pending))
		}
		if limit := int(max(500, density/10)) * 2; most > limit {
			t.Errorf("density %v: %d orders held at once, bound %d", density, most, limit)
		}
	}
}

// Known values of Kafka's own test, UtilsTest.testMurmur2.
func TestMurmur2IsKafkas(t *testing.T) {
	for key, want := range map[string]int32{
		"21": -973932308, "foobar": -790332482, "a-little-bit-long-string": -985981536,
		"a-little-bit-longer-string": -1486304829, "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971, "abc": 479470107,
	} {
		if got := int32(murmur2([]byte(key))); got != want {
			t.Errorf("%s: %d, want %d", key, got, want)
		}
	}
}

func TestNDJSONLines(t *testing.T) {
	o := Options{Seed: 4, Orders: 300}
	var events, answers bytes.Buffer
	if err := WriteNDJSON(&events, o); err != nil {
		t.Fatal(err)
	}
	tot, err := WriteAnswers(&answers, o)
	if err != nil {
		t.Fatal(err)
	}
	lines := map[schemas.Kind]int{}
	for line := range bytes.Lines(events.Bytes()) {
		kind, err := codec.TypeOf(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		lines[kind]++
	}
	if !maps.Equal(lines, tot.Events) {
		t.Errorf("lines by type %v, want %v", lines, tot.Events)
	}
	if n := bytes.Count(answers.Bytes(), []byte{'\n'}); n != tot.Shipments+tot.PreReviews {
		t.Errorf("%d answers, want %d", n, tot.Shipments+tot.PreReviews)
	}
}

func BenchmarkNext(b *testing.B) {
	b.ReportAllocs()
	g := New(Options{Seed: 1, Orders: 1 << 30, Partitions: 4})
	size := int64(0)
	for b.Loop() {
		ev, _ := g.Next()
		size += int64(len(ev.Value))
	}
	b.ReportMetric(float64(size)/float64(b.N), "B/event")
}

func BenchmarkExpect(b *testing.B) {
	b.ReportAllocs()
	w := newWorld(Options{Seed: 1, Orders: 1 << 30})
	t := newTotals()
	n := 0
	for b.Loop() {
		t.add(w.makePlan(n))
		n++
	}
}
