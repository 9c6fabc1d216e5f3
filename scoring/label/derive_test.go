package label

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"go.yaml.in/yaml/v3"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// TestDerive prints the features of clicks. "url" takes a landing URL, "click" the
// fields of an event in YAML.
func TestDerive(t *testing.T) {
	datadriven.Walk(t, "testdata/scripts", func(t *testing.T, path string) {
		var f Features
		datadriven.RunTest(t, path, func(t *testing.T, td *datadriven.TestData) string {
			click := schemas.AdClick{ClickID: "c", EventTime: 1_783_683_000_000, SiteHost: "shop.example"}
			switch td.Cmd {
			case "url":
				click.LandingURL = td.Input
			case "click":
				var fields map[string]any
				if err := yaml.Unmarshal([]byte(td.Input), &fields); err != nil {
					td.Fatalf(t, "%v", err)
				}
				fields["order_key"], fields["click_id"], fields["site_host"] = "k", "c", "shop.example"
				fields["event_time"] = int64(1_783_683_000_000)
				b, err := json.Marshal(fields)
				if err != nil {
					td.Fatalf(t, "%v", err)
				}
				if err := codec.NewDecoder(schemas.DefaultLimits()).AdClick(b, &click); err != nil {
					td.Fatalf(t, "%v", err)
				}
			default:
				td.Fatalf(t, "command %q: only url and click are known", td.Cmd)
			}
			Derive(&click, nil, &f)
			return printFeatures(&f)
		})
	})
}

func printFeatures(f *Features) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, source %s, referrer %s", f.Channel, f.Source, f.Referrer)
	if f.ReferrerKind != KindOther {
		fmt.Fprintf(&b, " (%s)", f.ReferrerKind)
	}
	fmt.Fprintf(&b, ", labels %s\n", f.Class())
	u := &f.UTM
	for i, v := range []string{u.ID, u.Source, u.Medium, u.Campaign, u.SourcePlatform, u.Term, u.Content, u.CreativeFormat, u.MarketingTactic} {
		if v != "" {
			fmt.Fprintf(&b, "%s=%q\n", paramNames[i], v)
		}
	}
	if f.IDs != 0 {
		b.WriteString("ids")
		for p, id := range idOf {
			if id != 0 && f.IDs.Has(id) {
				b.WriteString(" " + paramNames[p])
			}
		}
		for _, meta := range []struct {
			id   IDSet
			name string
		}{{FBP, " fbp"}, {FBC, " fbc"}} {
			if f.IDs.Has(meta.id) {
				b.WriteString(meta.name)
			}
		}
		b.WriteByte('\n')
	}
	if f.Notes.Has(NoteIDsStripped) {
		b.WriteString("no click id, as a privacy tool leaves it\n")
	}
	for _, x := range f.Findings {
		fmt.Fprintf(&b, "%s %s: %s | %s\n", x.Code, x.Field, x.Observed, x.Expected)
	}
	return b.String()
}
