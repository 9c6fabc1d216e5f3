package task

import (
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// What was registered while a partition was idle is known to its first record: idle
// time has no commit boundary at which the change could have been taken up.
func TestAnIdleTaskJudgesByTheNewestReferences(t *testing.T) {
	in, newest := events(t, 9, 60, 0)
	newest.SitesOffset = 7
	calm := newCluster(in, 1, 0)
	if err := calm.run(testConfig(), Deps{References: func() *decide.References { return newest }, Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	want := calm.read(t)

	old := *newest
	old.Sites, old.SitesOffset = &decide.SiteTable{}, 0
	asked := 0
	c := newCluster(in, 1, 0)
	if err := c.run(testConfig(), Deps{Now: time.Now, References: func() *decide.References {
		if asked++; asked == 1 {
			return &old // as of the start
		}
		return newest
	}}); err != nil {
		t.Fatal(err)
	}
	got := c.read(t)
	if d := got.differs(&want); d != "" {
		t.Error(d)
	}
	for _, r := range c.outputs[OutProgress] {
		var p schemas.Progress
		if err := codec.ParseProgress(r.Value, &p); err != nil {
			t.Fatal(err)
		}
		if p.SellerSitesOffset != newest.SitesOffset {
			t.Fatalf("commit %d says sites as of offset %d, not %d", p.Commit, p.SellerSitesOffset, newest.SitesOffset)
		}
	}
}
