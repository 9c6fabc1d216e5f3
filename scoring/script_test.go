package scoring

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"go.yaml.in/yaml/v3"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/label"
	"github.com/clearlane/clearlane/scoring/policy"
)

// The events that a script changes fields of. Nothing about them is false.
const baseEvents = `
order: {order_key: k, order_id: O-1, revision: 1, event_time: "2026-07-10T12:00:00Z", seller_id: s1,
  site_host: shop.example, platform: Shopify, channel: B2C, ship_to_country: US, currency: USD, value: "90.00",
  items: [{sku: A, hs_code: "9405.21.6010", origin_country: MX}]}
claim: {order_key: k, order_id: O-1, revision: 1, event_time: "2026-07-10T12:00:00Z", seller_id: s1,
  site_host: shop.example, platform: Shopify, channel: B2B, ship_to_country: US, currency: USD, value: "90.00",
  items: [{sku: A, hs_code: "9405.21.6010", origin_country: MX}], preference: {program: USMCA, e_cert_id: CN-1}}
certified: {order_key: k, order_id: O-1, revision: 1, event_time: "2026-07-10T12:00:00Z", seller_id: s1,
  site_host: shop.example, platform: Shopify, channel: B2C, ship_to_country: US, currency: USD, value: "5000.00",
  items: [{sku: A, hs_code: "9405.21.6010", origin_country: MX}], preference: {program: USMCA, certification: {
  certifier_role: PRODUCER, certifier: Planta 7, exporter: Exportadora 7, producer: Planta 7, importer: Importer 7,
  description: lamps, hs6: "940521", origin_criterion: B, blanket_from: "2026-01-01", blanket_to: "2026-12-31", signed_at: "2025-12-20"}}}
freight: {order_key: k, shipment_id: S-1, revision: 1, event_time: "2026-07-12T00:00:00Z", origin_country: MX,
  destination_country: US, port_of_entry: "2704", entry_type: "01", entry_date: "2026-07-15", currency: USD, declared_value: "5000.00",
  hs_codes: ["9405.21.6010"], spi: S}
shipment: {order_key: k, shipment_id: S-1, revision: 1, event_time: "2026-07-12T00:00:00Z", origin_country: MX,
  destination_country: US, port_of_entry: "2704", entry_type: "01", entry_date: "2026-07-15", currency: USD, declared_value: "80.00",
  hs_codes: ["9405.21.6010"]}
click: {order_key: k, click_id: c1, event_time: "2026-07-10T11:30:00Z", site_host: shop.example,
  target_countries: [US], utm_source: google, utm_medium: cpc, utm_campaign: launch, gclid: CKSDxc_qhLkCFQyk4AodO24Arg,
  user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"}
site: {seller_id: s1, site_host: shop.example, platform: Shopify, facebook_pixel_ids: ["111111111111111"],
  bing_campaign_ids: ["42"], utm_campaigns: [launch], origin_integration: {platform: CROSSNET, status: INTEGRATED, since: "2026-05-01"}}
othersite: {seller_id: s1, site_host: other.example, facebook_pixel_ids: ["222222222222222"], utm_campaigns: [launch, other]}
ecert: {order_key: k, e_cert_id: CN-1, platform: CROSSNET, status: VERIFIED, checked_at: "2026-07-10T13:00:00Z",
  valid_from: "2026-01-01", valid_to: "2026-12-31", hs6: ["940521"], origin_country: MX}
disposition: {order_key: k, shipment_id: S-1, decision_id: "00112233445566778899aabbccddeeff", version: 1,
  event_time: "2026-07-16T00:00:00Z", code: HELD, by: officer}
`

// TestScripts plays the cases of testdata. A line is a kind of event and, in YAML,
// the fields that differ from the base event; null takes one away, and "cert.x" is a
// field of the order's certification. Of a click
// "_country" is the country its address was found in.
//
//	score [pre] [dims] [old=TEXT new=TEXT]: the verdict; old and new change the pack
func TestScripts(t *testing.T) {
	var base map[string]map[string]any
	if err := yaml.Unmarshal([]byte(baseEvents), &base); err != nil {
		t.Fatal(err)
	}
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, td *datadriven.TestData) string {
			if td.Cmd != "score" {
				td.Fatalf(t, "command %q: only score is known", td.Cmd)
			}
			c, err := buildCase(base, td.Input)
			if err != nil {
				td.Fatalf(t, "%v", err)
			}
			s := New(policy.Alone(packOf(t, td)))
			var v schemas.Verdict
			if td.HasArg("pre") {
				s.PreReview(c, &v)
			} else {
				s.Score(c, &v)
			}
			return printVerdict(&v, td.HasArg("dims"))
		})
	})
}

func packOf(t *testing.T, td *datadriven.TestData) *policy.Pack {
	text := policy.DefaultBytes()
	if td.HasArg("old") {
		var from, to string
		td.ScanArgs(t, "old", &from)
		td.ScanArgs(t, "new", &to)
		from, to = strings.ReplaceAll(from, "~", " "), strings.ReplaceAll(to, "~", " ")
		if !bytes.Contains(text, []byte(from)) {
			td.Fatalf(t, "the default pack has no %q", from)
		}
		text = bytes.Replace(text, []byte(from), []byte(to), 1)
	}
	p, err := policy.Parse(text)
	if err != nil {
		td.Fatalf(t, "%v", err)
	}
	return p
}

func buildCase(base map[string]map[string]any, input string) (*Case, error) {
	c := &Case{OrderKey: "k"}
	for line := range strings.Lines(input) {
		kind, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if kind == "" || kind[0] == '#' {
			continue
		}
		if base[kind] == nil {
			return nil, fmt.Errorf("line %q: unknown kind", line)
		}
		fields := maps.Clone(base[kind])
		var changes map[string]any
		if err := yaml.Unmarshal([]byte(text), &changes); err != nil {
			return nil, fmt.Errorf("line %q: %w", line, err)
		}
		country, _ := changes["_country"].(string)
		delete(changes, "_country")
		for k, v := range changes {
			if day, ok := v.(time.Time); ok {
				v = day.Format(time.DateOnly)
			}
			if name, ok := strings.CutPrefix(k, "cert."); ok {
				changeCertification(fields, name, v)
			} else if fields[k] = v; v == nil {
				delete(fields, k)
			}
		}
		b, err := json.Marshal(fields)
		if err != nil {
			return nil, err
		}
		if err := addEvent(c, kind, b, country); err != nil {
			return nil, fmt.Errorf("line %q: %w", line, err)
		}
	}
	return c, nil
}

// changeCertification changes a field of the order's certification, in copies.
func changeCertification(order map[string]any, name string, v any) {
	preference := maps.Clone(order["preference"].(map[string]any))
	cert := maps.Clone(preference["certification"].(map[string]any))
	if cert[name] = v; v == nil {
		delete(cert, name)
	}
	order["preference"], preference["certification"] = preference, cert
}

func addEvent(c *Case, kind string, b []byte, country string) error {
	d := codec.NewDecoder(schemas.DefaultLimits())
	switch kind {
	case "order", "claim", "certified":
		c.Order = new(schemas.Order)
		return d.Order(b, c.Order)
	case "shipment", "freight":
		c.Shipment = new(schemas.Shipment)
		return d.Shipment(b, c.Shipment)
	case "site":
		c.Site = new(schemas.SellerSite)
		return d.SellerSite(b, c.Site)
	case "othersite":
		site := new(schemas.SellerSite)
		c.Sites = append(c.Sites, site)
		return d.SellerSite(b, site)
	case "ecert":
		var v schemas.EcertVerification
		err := d.EcertVerification(b, &v)
		c.Verifications = append(c.Verifications, v)
		return err
	case "disposition":
		var v schemas.Disposition
		err := d.Disposition(b, &v)
		c.Dispositions = append(c.Dispositions, v)
		return err
	}
	var click schemas.AdClick
	if err := d.AdClick(b, &click); err != nil {
		return err
	}
	var derived, kept label.Features
	label.Derive(&click, nil, &derived)
	if country != "" {
		derived.Country, derived.GeoBuild = country, 1
	}
	if err := label.ReadFeatures(label.AppendFeatures(nil, &derived), &kept); err != nil {
		return err
	}
	c.Clicks = append(c.Clicks, kept)
	return nil
}

var severities = [...]string{"info", "soft", "hard"}

func printVerdict(v *schemas.Verdict, dims bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d %s", v.Route, v.Score, v.PreferenceStatus)
	if v.AttributedClick != "" {
		fmt.Fprintf(&b, " click=%s", v.AttributedClick)
	}
	if !v.Complete {
		fmt.Fprintf(&b, " missing=%s", strings.Join(v.Missing, ","))
	}
	if v.Cancelled {
		b.WriteString(" cancelled")
	}
	if x := v.Suppressed; x.Code != "" {
		fmt.Fprintf(&b, " suppressed=%s until %s, else %s", x.Code, x.Until, x.Route)
	}
	if v.DataCompleteness.Set {
		fmt.Fprintf(&b, " data=%s%%", v.DataCompleteness)
	}
	b.WriteByte('\n')
	for _, r := range v.Reasons {
		fmt.Fprintf(&b, "%s %s %d %s: %s | %s\n", r.Code, severities[r.Severity], r.Weight, r.Field, r.Observed, r.Expected)
	}
	for _, u := range v.Unknowns {
		fmt.Fprintf(&b, "unknown %s: %s\n", u.Field, u.Why)
	}
	if d := &v.Dimensions; dims {
		fmt.Fprintf(&b, "seller=%s site=%s platform=%s channel=%s port=%s origin=%s chapter=%s group=%q network=%s campaign=%q labels=%s value=%s %s at %s\n",
			d.SellerID, d.SiteHost, d.Platform, d.Channel, d.Port, d.OriginCountry, d.HSChapter, d.ChannelGroup, d.AdNetwork, d.Campaign, d.LabelClass,
			d.DeclaredValue, d.Currency, d.EventTime)
		if e := &v.Ecert; *e != (schemas.Ecert{}) {
			fmt.Fprintf(&b, "ecert=%s platform=%s status=%s to=%s\n", e.ID, e.Platform, e.Status, e.ValidTo)
		}
	}
	return b.String()
}
