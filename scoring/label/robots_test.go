package label

import (
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// browsers is user agents of people: browsers, and the browsers within apps.
func browsers(tb testing.TB) []string {
	b, err := os.ReadFile("testdata/browsers.txt")
	if err != nil {
		tb.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

func TestRobotsAreFoundByTheirUserAgent(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)":                                      "Googlebot/",
		"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)": "bingbot",
		"curl/8.5.0":             "curl",
		"python-requests/2.32.3": "python-requests",
		"Wget/1.21.4":            "Wget",
		"Go-http-client/2.0":     "Go-http-client",
		"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)": "facebookexternalhit",
		"not curl/8.5.0": "", // bound to the beginning
		"":               "",
		"cur":            "",
	} {
		if got := robots.find(agent); got != want {
			t.Errorf("%q: %q, want %q", agent, got, want)
		}
	}
}

func TestPeoplesBrowsersAreNoRobots(t *testing.T) {
	for _, agent := range browsers(t) {
		if got := robots.find(agent); got != "" {
			t.Errorf("%q of %s", got, agent)
		}
	}
}

// The table finds what a plain search through the list does.
func TestRobotTableIsTheList(t *testing.T) {
	list := strings.Split(strings.TrimSuffix(robotList, "\n"), "\n")
	if len(list) < 1000 {
		t.Fatalf("%d texts", len(list))
	}
	for _, text := range list {
		if len(strings.TrimPrefix(text, "^")) < robotKey {
			t.Fatalf("%q is shorter than %d bytes: it would never be found", text, robotKey)
		}
	}
	people := browsers(t)
	rapid.Check(t, func(t *rapid.T) {
		agent := rapid.SampledFrom(people).Draw(t, "agent")
		at := rapid.IntRange(0, len(agent)).Draw(t, "at")
		agent = agent[:at] + rapid.SampledFrom(list).Draw(t, "text") + agent[at:]
		cut := rapid.IntRange(0, len(agent)).Draw(t, "cut")
		agent = agent[:cut]
		want := false
		for _, text := range list {
			if start, ok := strings.CutPrefix(text, "^"); ok {
				want = want || strings.HasPrefix(agent, start)
			} else {
				want = want || strings.Contains(agent, text)
			}
		}
		if got := robots.find(agent); (got != "") != want || !strings.Contains(agent, got) {
			t.Fatalf("%q: found %q, a plain search says %v", agent, got, want)
		}
	})
}

// The table finds what reading the list from its beginning at each place of a user agent does.
func TestRobotsAreThoseOfTheList(t *testing.T) {
	list := strings.Split(strings.TrimSuffix(robotList, "\n"), "\n")
	plain := func(agent string) string {
		for _, text := range list {
			if start, ok := strings.CutPrefix(text, "^"); ok && strings.HasPrefix(agent, start) {
				return start
			}
		}
		for i := range agent {
			for _, text := range list {
				if text[0] != '^' && strings.HasPrefix(agent[i:], text) {
					return text
				}
			}
		}
		return ""
	}
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.OneOf(rapid.SampledFrom(list), rapid.StringMatching(`[ -~]{0,9}`), rapid.SampledFrom([]string{"curl", "cur", "", chromeAgent}))
		agent := strings.TrimPrefix(strings.Join(rapid.SliceOfN(piece, 0, 4).Draw(t, "pieces"), ""), "^")
		agent = agent[:rapid.IntRange(0, len(agent)).Draw(t, "length")]
		if got, want := robots.find(agent), plain(agent); got != want {
			t.Fatalf("%q: %q, want %q", agent, got, want)
		}
	})
}
