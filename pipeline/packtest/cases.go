package packtest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/geo"
	"github.com/clearlane/clearlane/scoring/reason"
	"github.com/clearlane/clearlane/scoring/strict"
)

// Kind says what a case shows of the rules under test.
type Kind string

// The kinds of cases. Of an unknown one the facts cannot be told, and its rules stay silent.
const (
	Positive Kind = "positive"
	Negative Kind = "negative"
	Unknown  Kind = "unknown"
)

// Kinds are all of them.
var Kinds = [...]Kind{Positive, Negative, Unknown}

// Case is one test case.
type Case struct {
	File  string
	Line  int // where it begins
	Name  string
	Rules []string
	Kind  Kind

	geo      map[string]string
	nets     map[string]uint32
	settings []byte   // JSON; nil: the pack as it is
	events   [][]byte // lines of JSON
	expect   expect
}

type fileCase struct {
	Anchors  yaml.Node         `yaml:"anchors"`
	Name     string            `yaml:"name"`
	Rules    []string          `yaml:"rules"`
	Kind     string            `yaml:"kind"`
	Geo      map[string]string `yaml:"geo"`
	Nets     map[string]uint32 `yaml:"networks"`
	Settings yaml.Node         `yaml:"settings"`
	Events   []yaml.Node       `yaml:"events"`
	Expect   *expect           `yaml:"expect"`
}

type expect struct {
	verdict   `yaml:",inline"`
	Shipments map[string]verdict `yaml:"shipments"`
	PreReview *verdict           `yaml:"pre_review"`
}

// verdict is what is stated about one subject. A nil list states nothing, an empty one
// that there is none.
type verdict struct {
	Route      string   `yaml:"route"`
	Score      *int32   `yaml:"score"`
	Reasons    []string `yaml:"reasons"`
	Info       []string `yaml:"info"`
	Unknowns   []string `yaml:"unknowns"`
	Preference string   `yaml:"preference_status"`
	Cancelled  *bool    `yaml:"cancelled"`
	Complete   *bool    `yaml:"complete"`
	Suppressed *string  `yaml:"suppressed"` // code of the disposition, "" for none
}

func (v *verdict) states() bool {
	return v.Route != "" || v.Score != nil || v.Reasons != nil || v.Info != nil || v.Unknowns != nil ||
		v.Preference != "" || v.Cancelled != nil || v.Complete != nil || v.Suppressed != nil
}

// Parse reads the cases of one file. The error says all that is wrong, one fault a line.
func Parse(file string, b []byte) ([]Case, error) {
	var list []fileCase
	doc := strict.Read(b, &list)
	if len(list) == 0 && len(doc.Faults()) == 0 {
		doc.Fault("document", "no case", "a list of cases")
	}
	return parse(file, "", doc, list)
}

// ParseInline reads the cases that a pack holds itself, under the key "tests"; there may be
// none.
func ParseInline(file string, b []byte) ([]Case, error) {
	const key = "tests"
	var list []fileCase
	doc := strict.ReadKey(b, key, &list)
	return parse(file, key, doc, list)
}

func parse(file, path string, doc *strict.Document, list []fileCase) ([]Case, error) {
	p := parser{doc: doc, file: file, lines: newChecker()}
	var cases []Case
	for i := range list {
		if c, ok := p.parse(fmt.Sprintf("%s[%d]", path, i), &list[i]); ok {
			cases = append(cases, c)
		}
	}
	if err := p.doc.Faults().Err(); err != nil {
		return nil, fmt.Errorf("%s:\n%w", file, err)
	}
	return cases, nil
}

type parser struct {
	doc   *strict.Document
	file  string
	lines *checker
}

func (p *parser) parse(path string, f *fileCase) (c Case, ok bool) {
	if f.Anchors.Kind != 0 {
		if f.Name != "" || f.Events != nil || f.Expect != nil || f.Rules != nil || f.Kind != "" {
			p.doc.Fault(path+".anchors", "beside other keys", "anchors alone, in an entry of their own")
		}
		return c, false
	}
	c = Case{File: p.file, Line: p.doc.Line(path), Name: f.Name, Rules: f.Rules, Kind: Kind(f.Kind), geo: f.Geo, nets: f.Nets}
	if f.Name == "" {
		p.doc.Fault(path+".name", "none", "words that tell the case from all others")
	}
	if len(f.Rules) == 0 {
		p.doc.Fault(path+".rules", "none", "the ids of the rules under test, at least one")
	}
	if !slices.Contains(Kinds[:], c.Kind) {
		p.doc.Fault(path+".kind", strict.Quote(f.Kind), "positive, negative or unknown")
	}
	if _, bad, err := geo.FromTable(f.Geo); err != nil {
		p.doc.Fault(path+".geo."+bad, strict.Quote(f.Geo[bad]), "an IP address and an ISO 3166-1 alpha-2 code")
	}
	p.settings(path+".settings", &f.Settings, &c)
	if _, bad, err := geo.NetworksFromTable(f.Nets); err != nil {
		p.doc.Fault(path+".networks."+bad, fmt.Sprint(f.Nets[bad]), "an IP address and an AS number")
	}
	p.events(path+".events", f.Events, &c)
	if f.Expect == nil {
		p.doc.Fault(path+".expect", "nothing", "what is decided, at least the route")
		return c, false
	}
	c.expect = *f.Expect
	p.expect(path+".expect", &c.expect)
	return c, true
}

// settings reads what differs from the pack in one case. Rules are what is under test, and
// stay.
func (p *parser) settings(path string, n *yaml.Node, c *Case) {
	if n.Kind == 0 {
		return
	}
	text, fault := appendJSON(nil, n)
	switch {
	case fault != nil:
		p.doc.Fault(path, fault.Error(), "sections of a pack")
	case n.Kind != yaml.MappingNode:
		p.doc.Fault(path, "no mapping", "sections of a pack")
	default:
		c.settings = text
		for i := 0; i < len(n.Content); i += 2 {
			if key := n.Content[i].Value; slices.Contains([]string{"id", "version", "rules", "tests"}, key) {
				p.doc.Fault(path+"."+key, "what a case may not change", "sections of a pack beside its rules")
			}
		}
	}
}

func (p *parser) events(path string, events []yaml.Node, c *Case) {
	if len(events) == 0 {
		p.doc.Fault(path, "none", "at least one event")
	}
	for i := range events {
		at := fmt.Sprintf("%s[%d]", path, i)
		line, fault := appendJSON(nil, &events[i])
		if fault != nil {
			p.doc.Fault(at, fault.Error(), "an event as in schemas/jsonschema")
			continue
		}
		line = withKey(line, &events[i])
		c.events = append(c.events, line)
		if path, value, allowed := p.lines.check(line); allowed != "" {
			p.doc.Fault(strings.TrimSuffix(at+"."+path, "."), value, allowed)
		}
	}
}

// withKey puts the order key into an event that has none, where one is needed: events of
// a case are about one order.
func withKey(line []byte, n *yaml.Node) []byte {
	if n.Kind != yaml.MappingNode {
		return line
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if k, v := n.Content[i].Value, n.Content[i+1].Value; k == "order_key" || k == "type" && v == schemas.KindSellerSite.String() {
			return line
		}
	}
	start := `{"order_key":"` + orderKey + `"`
	if len(n.Content) > 0 {
		start += ","
	}
	return append([]byte(start), bytes.TrimPrefix(line, []byte("{"))...)
}

const orderKey = "order"

func (p *parser) expect(path string, e *expect) {
	p.verdict(path, &e.verdict)
	for _, id := range sorted(e.Shipments) {
		v := e.Shipments[id]
		p.verdict(path+".shipments."+id, &v)
	}
	if e.PreReview != nil {
		p.verdict(path+".pre_review", e.PreReview)
	}
	if !e.states() && len(e.Shipments) == 0 && e.PreReview == nil {
		p.doc.Fault(path, "nothing", "what is decided, at least the route")
	}
}

func (p *parser) verdict(path string, v *verdict) {
	if _, err := schemas.ParseRoute(v.Route); v.Route != "" && err != nil {
		p.doc.Fault(path+".route", strict.Quote(v.Route), "RELEASE, DOCUMENT_REVIEW or HIGH_RISK_CONTROL")
	}
	if _, err := schemas.ParsePreferenceStatus(v.Preference); v.Preference != "" && err != nil {
		p.doc.Fault(path+".preference_status", strict.Quote(v.Preference), "NOT_CLAIMED, ELIGIBLE, PENDING or SUSPENDED")
	}
	p.codes(path+".reasons", v.Reasons)
	p.codes(path+".info", v.Info)
}

func (p *parser) codes(path string, codes []string) {
	for i, code := range codes {
		if reason.Parse(code) == reason.None {
			p.doc.Fault(fmt.Sprintf("%s[%d]", path, i), strict.Quote(code), "a reason code")
		}
	}
}
