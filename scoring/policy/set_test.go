package policy

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
)

func day(s string) schemas.Date {
	d, err := schemas.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func dated(version, from, to string) *Pack {
	p := &Pack{ID: "p", Version: version, Hash: "h" + version, ValidFrom: day(from)}
	if to != "" {
		p.ValidTo = day(to)
	}
	return p
}

func TestTheDateChoosesThePack(t *testing.T) {
	set, err := NewSet(dated("2", "2026-06-01", "2026-06-26"), dated("3", "2026-06-27", "2026-12-31"), dated("1", "2025-01-01", ""))
	if err != nil || set.Version != "1,2,3" || len(set.Hash) != 64 {
		t.Fatal(set, err)
	}
	for date, want := range map[string]string{
		"2024-12-31": "1 none", "2025-01-01": "1", "2026-05-31": "1", "2026-06-01": "2", "2026-06-26": "2",
		"2026-06-27": "3", "2026-12-31": "3", "2027-01-01": "3 none",
	} {
		p, ok := set.At(day(date))
		got := p.Version
		if !ok {
			got += " none"
		}
		if got != want {
			t.Errorf("on %s: %s, want %s", date, got, want)
		}
	}
	if p, ok := set.At(0); !ok || p.Version != "3" {
		t.Error("on no day:", p.Version, ok)
	}
	if set.ByHash("h2").Version != "2" || set.ByHash("") != nil {
		t.Error("packs are not found by their hashes")
	}
	alone := Alone(dated("1", "2025-01-01", ""))
	if alone.Hash != "h1" || alone.Version != "1" {
		t.Error("a pack alone is not its own set:", alone)
	}
}

func TestSetsWithOverlapsOrGapsAreRefused(t *testing.T) {
	for _, c := range []struct {
		packs []*Pack
		want  string
	}{
		{nil, "policy packs: none; allowed: at least one"},
		{
			[]*Pack{dated("1", "2025-01-01", "2026-06-01"), dated("2", "2026-06-01", "")},
			"policy packs: p 1: valid_to: 2026-06-01; allowed: the day before the next pack begins, or none (p 2 begins on 2026-06-01)",
		},
		{
			[]*Pack{dated("1", "2025-01-01", "2026-05-01"), dated("2", "2026-06-01", "2026-05-01"), dated("3", "2026-06-01", "")},
			"policy packs: p 1: valid_to: 2026-05-01; allowed: the day before the next pack begins, or none: no day without a pack (p 2 begins on 2026-06-01)\n" +
				"p 2: valid_from: 2026-06-01; allowed: a day on which no other pack begins (p 3 begins on 2026-06-01)",
		},
	} {
		if _, err := NewSet(c.packs...); err == nil || err.Error() != c.want {
			t.Errorf("%v\nwant %s", err, c.want)
		}
	}
}

// Whatever the packs: where a set is made of them, every day from the first one's beginning to
// the last one's end has one pack, and the same set in whatever sequence they are given.
func TestASetLeavesNoDayOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var packs []*Pack
		for i := range rapid.IntRange(1, 5).Draw(t, "packs") {
			p := &Pack{ID: "p", Version: fmt.Sprint(i), Hash: fmt.Sprint("h", i), ValidFrom: schemas.Date(rapid.IntRange(1, 30).Draw(t, "from"))}
			if n := rapid.IntRange(-8, 8).Draw(t, "days"); n >= 0 {
				p.ValidTo = p.ValidFrom + schemas.Date(n)
			}
			packs = append(packs, p)
		}
		set, err := NewSet(packs...)
		turned, err2 := NewSet(rapid.Permutation(packs).Draw(t, "sequence")...)
		if (err == nil) != (err2 == nil) {
			t.Fatalf("the sequence matters: %v, %v", err, err2)
		}
		if err != nil {
			for line := range strings.Lines(err.Error()) {
				if !strings.Contains(line, "; allowed: ") {
					t.Fatalf("%q does not say what is allowed", line)
				}
			}
			return
		}
		if set.Hash != turned.Hash || set.Version != turned.Version {
			t.Fatalf("the sequence matters: %v %v", set, turned)
		}
		first, last := set.packs[0], set.packs[len(set.packs)-1]
		for d := schemas.Date(1); d < 50; d++ {
			p, ok := set.At(d)
			if within := d >= first.ValidFrom && (last.ValidTo == 0 || d <= last.ValidTo); ok != within {
				t.Fatalf("day %d: %v, within %v", d, ok, within)
			}
			if ok && (d < p.ValidFrom || p.ValidTo != 0 && d > p.ValidTo) {
				t.Fatalf("day %d is judged by a pack of %d to %d", d, p.ValidFrom, p.ValidTo)
			}
		}
	})
}
