package policy

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/reason"
)

func defaultOf(t *testing.T) *Pack {
	p, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var anyLine = regexp.MustCompile(`\bline [1-9]\d*:`)

// TestFaults plays changes of the default pack: "replace" has the old text, a line
// "with", and the new text.
func TestFaults(t *testing.T) {
	datadriven.RunTest(t, "testdata/faults", func(t *testing.T, td *datadriven.TestData) string {
		text := defaultPack
		for change := range strings.SplitSeq(td.Input, "\nand\n") {
			from, to, _ := strings.Cut(change, "\nwith\n")
			if td.Cmd == "whole" {
				text = []byte(td.Input)
			} else if !bytes.Contains(text, []byte(from)) {
				td.Fatalf(t, "the default pack has no %q", from)
			} else {
				text = bytes.Replace(text, []byte(from), []byte(to), 1)
			}
		}
		p, err := Parse(text)
		if err != nil && td.Cmd == "whole" {
			return err.Error()
		} else if err != nil { // lines move with every rule that is added before
			return anyLine.ReplaceAllString(err.Error(), "line N:")
		}
		return "accepted, version " + p.Version
	})
}

func TestEveryCodeHasADatedSourcedRule(t *testing.T) {
	p := defaultOf(t)
	for code := reason.None + 1; code < reason.Count; code++ {
		if len(p.byCode[code]) == 0 {
			t.Errorf("%v has no rule", code)
		}
		for _, r := range p.byCode[code] {
			want := r.From.String()
			switch {
			case code == reason.GeoOriginInconsistent:
			case code <= reason.LabelDrift:
				want = "2026-06-01"
			case code <= reason.EcertOriginMismatch:
				want = "2026-06-27"
			case code >= reason.CertMissing && code <= reason.CertAfterClaim:
				want = "2021-07-06"
			}
			if r.From == 0 || r.From.String() != want || r.Source == "" {
				t.Errorf("%s is in force from %v by %q, want %s", r.ID, r.From, r.Source, want)
			}
		}
	}
}

func TestInfoReasonsAloneRelease(t *testing.T) {
	p := defaultOf(t)
	sum := int32(0)
	for i := range p.Rules {
		if p.Rules[i].Severity == schemas.SeverityInfo {
			sum += p.Rules[i].BuilderWeight
		}
	}
	if p.RouteOf(sum) != schemas.RouteRelease {
		t.Errorf("all info reasons together weigh %d and lead to %v", sum, p.RouteOf(sum))
	}
	if r := p.RouteOf(p.MaxScore); r != schemas.RouteDocumentReview {
		t.Errorf("the greatest score alone leads to %v", r)
	}
}

func TestHashIsOfTheContent(t *testing.T) {
	p := defaultOf(t)
	again, err := Parse(append([]byte("# another comment\n"), defaultPack...))
	if err != nil || again.Hash != p.Hash || len(p.Hash) != 64 {
		t.Errorf("a comment changes the hash: %v %s %s", err, again.Hash, p.Hash)
	}
	other, err := Parse(bytes.Replace(defaultPack, []byte("weight: 60"), []byte("weight: 61"), 1))
	if err != nil || other.Hash == p.Hash {
		t.Errorf("a weight does not change the hash: %v", err)
	}
}

func TestWantsPreReview(t *testing.T) {
	claims := []schemas.Order{
		{Preference: schemas.Preference{Program: "usmca"}}, {Preference: schemas.Preference{SPI: "S"}}, {Preference: schemas.Preference{SPI: "S+"}},
	}
	others := []schemas.Order{{}, {Preference: schemas.Preference{Present: true, Program: "GSP", SPI: "A"}}, {Preference: schemas.Preference{SPI: "SG"}}}
	p := defaultOf(t)
	for mode, want := range map[PreReviewOrders][2]bool{PreReviewClaims: {true, false}, PreReviewAll: {true, true}, PreReviewNone: {false, false}} {
		q := *p
		q.PreReviews = mode
		for i := range claims {
			if q.WantsPreReview(&claims[i]) != want[0] || q.WantsPreReview(&others[i]) != want[1] {
				t.Errorf("mode %d, order %d: %v %v", mode, i, q.WantsPreReview(&claims[i]), q.WantsPreReview(&others[i]))
			}
		}
	}
}

// aFault is the form of every fault of a pack, after its line.
var aFault = regexp.MustCompile(`^(line [1-9]\d*: )?[^ ].*: .+; allowed: .+$`)

// Whatever the text, reading it never fails but with faults that say path, value and what
// is allowed.
func FuzzParse(f *testing.F) {
	f.Add(defaultPack)
	f.Add([]byte("rules: [{id: a, code: CUSTOM_A, when: '1 +'}]\nports: {locodes: {1: 2}}"))
	f.Add([]byte("a: &a {b: 1}\nc: {<<: [*a, 2]}\nrules: &r [*r]"))
	f.Add([]byte("id: x\nrules: [{id: a, scope: {ports: []}}]"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Parse(b)
		if err != nil {
			for line := range strings.Lines(strings.TrimPrefix(err.Error(), "policy pack: ")) {
				if !aFault.MatchString(strings.TrimSuffix(line, "\n")) {
					t.Fatalf("a fault without path, value or what is allowed: %q", line)
				}
			}
		} else {
			p.Rule(reason.GeoTargetMismatch, &Facts{Date: 20700})
			p.Port("USLAX")
		}
	})
}
