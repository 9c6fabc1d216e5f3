package truth

import (
	"net/url"
	"testing"
)

// In whatever style a URL is written, a browser that undoes it gets the values back.
func TestStylesLoseNothing(t *testing.T) {
	const campaign, content = "Été 50%-off & more;=x", "a b+c"
	for s := range numStyles {
		v := visit{host: "h.example", path: "/p", style: s}
		v.add("utm_campaign", campaign)
		v.add("utm_content", content)
		u, err := url.Parse(v.url())
		if err != nil && s != inFragment && s != brokenEscapes {
			t.Errorf("style %d: %v: %s", s, err, v.url())
		}
		if s != plain && s != plus && s != bare && s != lowerEscapes && s != emptyParams {
			continue // these are not what net/url undoes
		}
		q := u.Query()
		if q.Get("utm_campaign") != campaign || q.Get("utm_content") != content {
			t.Errorf("style %d: %s gives %q, %q", s, v.url(), q.Get("utm_campaign"), q.Get("utm_content"))
		}
	}
}

func TestVisitStatesAParameterOnce(t *testing.T) {
	var v visit
	v.add("a", "1")
	v.add("b", "2")
	v.add("a", "3")
	v.set("a", "4")
	if v.get("a") != "4" || len(v.params) != 2 || v.params[0].name != "a" {
		t.Errorf("%+v", v.params)
	}
	v.set("a", "")
	v.set("c", "5")
	if v.get("a") != "" || v.get("c") != "5" || len(v.params) != 2 {
		t.Errorf("%+v", v.params)
	}
}
