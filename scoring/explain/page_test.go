package explain

import (
	"bytes"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring"
	"github.com/clearlane/clearlane/scoring/label"
)

func page(t interface{ Fatal(...any) }, records ...*Record) string {
	var b bytes.Buffer
	p, err := NewPage(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := p.Record(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.End(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var (
	tag       = regexp.MustCompile(`<(!?/?[a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*)>`)
	attribute = regexp.MustCompile(`\s+([a-zA-Z-]+)(?:="[^"]*")?`)
	style     = regexp.MustCompile(`(?s)<style>.*</style>`)
)

// markup is a page's tags with the names of their attributes. It fails where anything else
// has a sign of markup in it.
func markup(t interface{ Fatalf(string, ...any) }, html string) (tags []string) {
	html = style.ReplaceAllString(html, "<style></style>")
	for _, m := range tag.FindAllStringSubmatch(html, -1) {
		name := m[1]
		for _, a := range attribute.FindAllStringSubmatch(m[2], -1) {
			name += " " + a[1]
		}
		tags = append(tags, name)
	}
	if rest := tag.ReplaceAllString(html, ""); strings.ContainsAny(rest, "<>") {
		i := strings.IndexAny(rest, "<>")
		t.Fatalf("markup where text should be: %q", rest[max(0, i-60):min(len(rest), i+60)])
	}
	return tags
}

// balanced fails where a tag is not closed, or another is.
func balanced(t interface{ Fatalf(string, ...any) }, tags []string) {
	var open []string
	for _, x := range tags {
		name, _, _ := strings.Cut(x, " ")
		switch {
		case strings.HasPrefix(name, "!") || name == "meta":
		case !strings.HasPrefix(name, "/"):
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name[1:]:
			t.Fatalf("%s closes %v", name, open)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Fatalf("left open: %v", open)
	}
}

// fill puts a text into every string that v holds, however deep.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem(), text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), text)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		if v.Len() == 0 && v.CanSet() {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	}
}

var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `</td></tr></table><h1>mine</h1>`,
	`javascript:alert(1)`, `&lt;b&gt;`, `{{.Subject}}`, `<!--`, `-->`, `]]>`, `</style><script>`, "\x00<\x1b]0;mine\a", "<\u202e>", "\xff<b>", "`${1}`",
}

// Whatever stands in a field stays text: the page has the same tags and attributes as one
// about harmless values.
func TestHostileTextNeverBecomesMarkup(t *testing.T) {
	full := func(text string) Input {
		c := &scoring.Case{Order: &schemas.Order{}, Shipment: &schemas.Shipment{}, Site: &schemas.SellerSite{}, Clicks: make([]label.Features, 2)}
		d := &schemas.Decision{Verdict: schemas.Verdict{Route: schemas.RouteHighRisk}}
		fill(reflect.ValueOf(c).Elem(), text)
		fill(reflect.ValueOf(d).Elem(), text)
		c.Order.Preference.Program = "USMCA" // so that the claim is told
		return Input{Decision: d, OrderID: text, Case: c}
	}
	harmless := full("harmless")
	want := markup(t, page(t, Of(harmless)))
	balanced(t, want)
	for _, text := range hostile {
		in := full(text)
		if got := markup(t, page(t, Of(in))); !slices.Equal(got, want) {
			t.Errorf("%q changes the page:\n%v\n%v", text, got, want)
		}
		b, err := AppendJSON(nil, Of(in))
		if err != nil || strings.Count(string(b), "\n") != 1 {
			t.Errorf("%q breaks the line of JSON: %v", text, err)
		}
		if plain := string(AppendText(nil, Of(in))); strings.ContainsAny(plain, "\x00\x1b\a\u202e\xff") {
			t.Errorf("%q is not printable in %q", text, plain)
		}
	}
	// A record with every text of it hostile, those that the program writes itself too.
	for _, text := range hostile {
		r := Of(full("harmless"))
		fill(reflect.ValueOf(r).Elem(), text)
		r.Subject.Kind = "shipment"
		tags := markup(t, page(t, r))
		balanced(t, tags)
		if slices.ContainsFunc(tags, func(x string) bool { return strings.HasPrefix(x, "script") || strings.HasPrefix(x, "img") }) {
			t.Errorf("%q is markup: %v", text, tags)
		}
	}
}

// The page asks for nothing from outside, and says so to the browser.
func TestPageIsSelfContained(t *testing.T) {
	pack := defaultPack(t)
	rapid.Check(t, func(t *rapid.T) {
		one := Of(decided(pack, drawCase(t), false))
		html := page(t, one, Of(decided(pack, drawCase(t), true)))
		for _, word := range []string{"src=", "href=", "url(", "@import", "<script", "<link", "<iframe", "http:", "https:"} {
			if strings.Contains(html, word) {
				t.Fatalf("the page has %q in it", word)
			}
		}
		if !strings.Contains(html, "default-src 'none'") {
			t.Fatal("the page's policy is missing")
		}
		tags := markup(t, html)
		balanced(t, tags)
		if n := len(regexp.MustCompile(` id="`).FindAllString(html, -1)); n != 2 || !strings.Contains(html, `id="title-1"`) || !strings.Contains(html, `id="title-2"`) {
			t.Fatalf("%d ids: each record has its own", n)
		}
	})
}

func TestPageWithoutRecordsIsNothing(t *testing.T) {
	if html := page(t); html != "" {
		t.Errorf("%q", html)
	}
}

// The checks of this file find markup that is not escaped.
func TestMarkupIsFound(t *testing.T) {
	for _, html := range []string{`<p>a < b</p>`, `<p title="a" b">x</p>`, `<p title="<b>">x</p>`} {
		if !fails(func(f failer) { markup(f, html) }) {
			t.Errorf("%q passes", html)
		}
	}
	for _, tags := range [][]string{{"p"}, {"p", "/b"}, {"/p"}} {
		if !fails(func(f failer) { balanced(f, tags) }) {
			t.Errorf("%v passes", tags)
		}
	}
}

type failer struct{}

func (failer) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }

func fails(check func(failer)) (failed bool) {
	defer func() { failed = recover() != nil }()
	check(failer{})
	return false
}
