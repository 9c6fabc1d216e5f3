package landtest

import (
	"context"
	"reflect"
	"testing"

	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
	"github.com/clearlane/clearlane/schemas"
)

func TestMain(m *testing.M) { chdbtest.Main(m) }

// What dashboards and queries are tried on has something of everything, and is the same
// every time.
func TestSetHasSomethingOfEverything(t *testing.T) {
	s := Make(t, Default())
	if again := Make(t, Default()); !reflect.DeepEqual(s, again) {
		t.Error("a second set of the same options differs")
	}
	have := map[string]int{}
	for _, d := range s.Newest() {
		v := &d.Verdict
		have["route "+v.Route.String()]++
		have["preference "+v.PreferenceStatus.String()]++
		have["label "+v.Dimensions.LabelClass]++
		have["integration "+d.Evidence.Site.Integration.String()]++
		for name, ok := range map[string]bool{
			"incomplete": !v.Complete, "cancelled": v.Cancelled, "suppressed": v.Suppressed.Code != "", "no value": !v.Dimensions.DeclaredValue.Set,
			"completeness": v.DataCompleteness.Set, "revised": d.Supersedes != 0, "unknowns": len(v.Unknowns) > 0,
		} {
			if ok {
				have[name]++
			}
		}
	}
	ended := 0
	for _, d := range s.Differences {
		if !d.Differs {
			ended++
		}
	}
	have["difference"], have["ended difference"], have["letter"] = len(s.Differences), ended, len(s.Letters)
	t.Logf("%d events, %d versions of %d decisions, %d of pre-reviews: %v", len(s.Events), len(s.Decisions), len(s.Newest()), len(s.PreReviews), have)
	for _, name := range []string{"route RELEASE", "route DOCUMENT_REVIEW", "route HIGH_RISK_CONTROL", "preference ELIGIBLE", "preference PENDING", "preference SUSPENDED",
		"label certain", "label likely", "label drift", "label clean", "label none", "integration INTEGRATED", "integration PENDING", "integration NONE",
		"incomplete", "cancelled", "suppressed", "completeness", "revised", "unknowns", "difference", "ended difference", "letter"} {
		if have[name] == 0 {
			t.Errorf("nothing of %q", name)
		}
	}
}

// The tables hold the set, however often its topics are read.
func TestLoadedTablesHoldTheSet(t *testing.T) {
	x, s := Load(t)
	x.Again()
	letters := map[string]bool{}
	for _, l := range s.Letters {
		letters[l.Topic] = true
	}
	differing := map[schemas.DecisionID]bool{}
	for _, d := range s.Differences {
		differing[d.ID] = d.Differs
	}
	standing := 0
	for _, d := range differing {
		if d {
			standing++
		}
	}
	reviews := map[schemas.DecisionID]bool{}
	for _, r := range s.PreReviews {
		reviews[r.ID] = true
	}
	for view, want := range map[string]int{
		"v_decisions": len(s.Newest()), "v_decision_history": len(s.Decisions), "v_pre_reviews": len(reviews),
		"v_shadow_differences": standing, "v_dead_letters": len(s.Letters),
	} {
		var got uint64
		must(t, x.Conn.QueryRow(context.Background(), "SELECT count() FROM "+x.DB+"."+view).Scan(&got))
		if int(got) != want {
			t.Errorf("%s: %d rows, want %d", view, got, want)
		}
	}
	var got int64
	must(t, x.Conn.QueryRow(context.Background(), "SELECT sum(decisions) FROM "+x.DB+".v_minute_route").Scan(&got))
	if int(got) != len(s.Newest()) {
		t.Errorf("the roll-up counts %d decisions, want %d", got, len(s.Newest()))
	}
}
