package task

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
)

// A task goes live once its process has read seller-sites as far as the last commit
// reflects them. A topic that ends before is refused, with what to do; over a gap, or where
// it is not read any more, all open orders are decided by what is known now.
func TestRecoveryWaitsForTheSellerSites(t *testing.T) {
	in, refs := events(t, 7, 60, 0)
	cfg := testConfig()
	refs.SitesOffset = 10
	at := func(offset int64) *decide.References {
		r := *refs
		r.SitesOffset = offset
		return &r
	}
	none := at(0)
	none.Sites = nil
	for _, x := range []struct {
		what   string
		known  []*decide.References // one after the other; the last stays
		accept bool
		err    string
		open   bool // all are decided anew
	}{
		{"as far", []*decide.References{at(10)}, false, "", false},
		{"farther", []*decide.References{at(12)}, false, "", false},
		{"behind, and catches up", []*decide.References{at(5), at(5), at(7), at(10)}, false, "", false},
		{"behind for good", []*decide.References{at(5)}, false, "up to offset 5, the last commit reflects it up to 10", false},
		{"behind for good, accepted", []*decide.References{at(5)}, true, "", true},
		{"not read any more", []*decide.References{none}, false, "", true},
	} {
		c := newCluster(in, 3, 0)
		if err := c.run(cfg, Deps{References: func() *decide.References { return refs }, Now: time.Now}); err != nil {
			t.Fatal(err)
		}
		asked := 0
		d := c.deps(&watcher{c: c, stop: func() {}}, Deps{Now: time.Now, References: func() *decide.References {
			asked++
			return x.known[min(asked, len(x.known))-1]
		}})
		again := cfg
		again.AcceptGap, again.ReferenceWait = x.accept, 200*time.Millisecond
		task := New(again, d)
		err := task.recover(t.Context())
		if x.err == "" && err != nil || x.err != "" && (err == nil || !strings.Contains(err.Error(), x.err) || !strings.Contains(err.Error(), "--accept-gap")) {
			t.Errorf("%s: %v, want %q", x.what, err, x.err)
		}
		last := x.known[len(x.known)-1]
		if got := fmt.Sprint(task.sweep.open, task.sweep.from); err == nil && (task.refs != last || got != fmt.Sprint(x.open, last.SitesOffset)) {
			t.Errorf("%s: sites as of %d, all decided anew and decided up to: %s, want %t %d", x.what, task.refs.SitesOffset, got, x.open, last.SitesOffset)
		}
		if err := task.release(); err != nil {
			t.Fatal(err)
		}
	}
}
