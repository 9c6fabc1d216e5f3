package decide

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
)

// The topic of seller sites is compacted: by any keys, the table holds what the newest
// record of each key registers, and tables handed out before do not change.
func TestSitesAreTheNewestOfEachKey(t *testing.T) {
	sellers := map[string]string{"1": "seller-1", "2": "seller-2", "3": "seller-2", "4": "seller-2"}
	keys := slices.Sorted(maps.Keys(sellers))
	rapid.Check(t, func(t *rapid.T) {
		type registered struct{ seller, host, platform string }
		in := NewSiteIntake(schemas.DefaultLimits())
		table := new(SiteTable)
		model := map[string]registered{} // by record key
		since := map[string]int{}        // of each, the number of its record
		type moment struct {
			table *SiteTable
			sites map[siteKey]string
		}
		var before []moment
		var log []*record.Record
		changed := map[string]int64{} // by seller, the offset behind its last change
		for n := range rapid.IntRange(1, 30).Draw(t, "records") {
			key := rapid.SampledFrom(keys).Draw(t, "key")
			r := &record.Record{Key: []byte(key), Offset: int64(10 * n)}
			// A key stands for one seller; two of them share one, and so may name one site.
			now := registered{sellers[key], rapid.SampledFrom([]string{"a.example", "b.example", "A.Example."}).Draw(t, "host"), rapid.StringMatching("[a-z]{1,3}").Draw(t, "platform")}
			if rapid.IntRange(0, 3).Draw(t, "null") == 0 {
				delete(model, key)
			} else {
				r.Value = fmt.Appendf(nil, `{"seller_id":%q,"site_host":%q,"platform":%q}`, now.seller, now.host, now.platform)
				model[key], since[key] = now, n
			}
			log = append(log, &record.Record{Key: r.Key, Value: slices.Clone(r.Value), Offset: r.Offset})
			if n == 0 {
				in.CaughtUp()
			}
			changes, err := in.Take(r)
			if err != nil {
				t.Fatal(err)
			}
			clear(r.Value) // a change owns its memory
			table = table.With(changes)
			sites := map[siteKey]string{}
			for _, key := range slices.SortedFunc(maps.Keys(model), func(a, b string) int { return since[a] - since[b] }) {
				sites[siteKeyOf(model[key].seller, model[key].host)] = model[key].platform // of two keys the newer record
			}
			if n > 0 && !maps.Equal(sites, before[n-1].sites) || n == 0 && len(sites) > 0 {
				changed[sellers[key]] = r.Offset + 1
			}
			before = append(before, moment{table, sites})
		}
		from, to := int64(rapid.IntRange(0, 10*len(log)).Draw(t, "from")), int64(rapid.IntRange(0, 10*len(log)).Draw(t, "to"))
		var want []uint64
		for seller, at := range changed {
			if at > from && at <= to {
				want = append(want, SellerTag(seller))
			}
		}
		slices.Sort(want)
		if got, all := table.Changed(from, to); all || !slices.Equal(got, want) {
			t.Fatalf("changed from offset %d to %d: %v, want %v", from, to, got, want)
		}
		// Who reads the topic when it is compacted to the last record of each key misses none.
		anew := new(SiteTable)
		again := NewSiteIntake(schemas.DefaultLimits())
		for n, r := range log {
			if slices.ContainsFunc(log[n+1:], func(l *record.Record) bool { return string(l.Key) == string(r.Key) }) {
				continue
			}
			changes, err := again.Take(r)
			if err != nil {
				t.Fatal(err)
			}
			anew = anew.With(changes)
		}
		got, all := anew.Changed(from, 1<<62)
		for seller, at := range changed {
			if tag := SellerTag(seller); at > from && !all && !slices.Contains(got, tag) {
				t.Fatalf("seller %s has changed at %d: after compaction, from %d, that is not seen", seller, at, from)
			}
		}
		for i, m := range before {
			got := map[siteKey]string{}
			for _, key := range keys {
				for _, host := range []string{"a.example", "b.example"} {
					if s := m.table.Site(sellers[key], host); s != nil {
						got[siteKeyOf(s.SellerID, s.SiteHost)] = s.Platform
					}
				}
			}
			if !maps.Equal(got, m.sites) || m.table.Len() != len(m.sites) {
				t.Fatalf("after record %d: %v of %d, want %v", i+1, got, m.table.Len(), m.sites)
			}
		}
	})
}

func TestSiteIntakeRefuses(t *testing.T) {
	limits := schemas.DefaultLimits()
	limits.RecordBytes = 100
	in := NewSiteIntake(limits)
	for _, c := range []struct{ key, value, code, field string }{
		{"", `{"seller_id":"s","site_host":"h"}`, RejectKey, "key"},
		{"k", "{", RejectMalformed, "value"},
		{"k", `{"seller_id":"s"}`, RejectInvalid, "site_host"},
		{"k", `{"seller_id":"s","site_host":"h","platform":"` + fmt.Sprintf("%0100d", 0) + `"}`, RejectOversized, "value"},
	} {
		_, err := in.Take(&record.Record{Key: []byte(c.key), Value: []byte(c.value)})
		if rej := rejected(t, err); rej.Code != c.code || rej.Field != c.field {
			t.Errorf("%.40s: %v, want %s of %s", c.value, rej, c.code, c.field)
		}
	}
	// At the start it may be all that compaction has left of a site; later it deletes nothing.
	null := &record.Record{Key: []byte("never seen"), Offset: 7}
	changes, err := in.Take(null)
	if err != nil || len(changes) != 1 || changes[0] != (SiteChange{At: 8}) {
		t.Errorf("a null of a key never seen: %v %v", changes, err)
	}
	table := new(SiteTable).With(changes)
	for _, c := range []struct {
		from, to int64
		all      bool
	}{{0, 7, false}, {0, 8, true}, {7, 8, true}, {8, 9, false}} {
		if tags, all := table.Changed(c.from, c.to); len(tags) > 0 || all != c.all {
			t.Errorf("changed from %d to %d: %v, all %t, want %t", c.from, c.to, tags, all, c.all)
		}
	}
	in.CaughtUp()
	if changes, err := in.Take(null); err != nil || len(changes) > 0 {
		t.Errorf("a null of a key never seen, later: %v %v", changes, err)
	}
}

// What was registered before a refused record stays.
func TestARefusedSiteChangesNothing(t *testing.T) {
	in := NewSiteIntake(schemas.DefaultLimits())
	take := func(value string) []SiteChange {
		r := &record.Record{Key: []byte("k"), Value: []byte(value)}
		if value == "" {
			r.Value = nil
		}
		changes, _ := in.Take(r)
		return changes
	}
	table := new(SiteTable).With(take(`{"seller_id":"s","site_host":"h"}`))
	table = table.With(take(`{"seller_id":"s","site_host":"h","origin_integration":{"status":"DONE"}}`))
	if table.Site("s", "h") == nil {
		t.Error("the site is gone")
	}
	if table = table.With(take("")); table.Len() != 0 {
		t.Error("a null takes nothing back after a refused record")
	}
	if none := (*SiteTable)(nil); none.Site("s", "h") != nil || none.Len() != 0 {
		t.Error("no table has a site")
	}
}
