package queries

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// COOKBOOK.md is made from the files: 'make generate' writes it.
func TestCookbookIsThatOfTheFiles(t *testing.T) {
	want, err := Cookbook()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("COOKBOOK.md")
	if err != nil || string(got) != want {
		t.Errorf("COOKBOOK.md is not what 'make generate' writes (%v)", err)
	}
}

// A statement never states a database, and never holds a value: both come from outside.
func TestStatementsOnlyReadViewsOfTheirDatabase(t *testing.T) {
	all, err := All()
	if err != nil || len(all) < 20 {
		t.Fatalf("%d queries, %v", len(all), err)
	}
	for i := range all {
		q := &all[i]
		upper := strings.ToUpper(q.SQL)
		if !strings.HasPrefix(upper, "SELECT") && !strings.HasPrefix(upper, "WITH") {
			t.Errorf("%s: begins with %.20q, must be SELECT or WITH", q.Name, q.SQL)
		}
		if strings.Contains(upper, " FINAL") || strings.Contains(upper, "CLEARLANE.") || strings.Contains(q.SQL, ";") {
			t.Errorf("%s: asks for FINAL, names a database or holds a second statement", q.Name)
		}
		if !strings.Contains(upper, "ORDER BY") {
			t.Errorf("%s: its rows have no sequence", q.Name)
		}
	}
}

func TestParametersTakeWhatTheySayAndNothingElse(t *testing.T) {
	now := time.Date(2026, 10, 9, 8, 30, 15, 250e6, time.UTC)
	for _, tc := range []struct {
		kind       Kind
		text, want string
	}{
		{KindTime, "2026-10-05", "2026-10-05 00:00:00.000"},
		{KindTime, "2026-10-05T08:00:00+02:00", "2026-10-05 06:00:00.000"},
		{KindTime, "2026-10-05 08:01", "2026-10-05 08:01:00.000"},
		{KindTime, "now", "2026-10-09 08:30:15.250"},
		{KindTime, "now-36h", "2026-10-07 20:30:15.250"},
		{KindTime, "now+7d", "2026-10-16 08:30:15.250"},
		{KindTime, "now-7w", ""},
		{KindTime, "yesterday", ""},
		{KindTime, "1066-10-14", ""},
		{KindTime, "", ""},
		{KindDate, "today", "2026-10-09"},
		{KindDate, "today-9d", "2026-09-30"},
		{KindDate, "today-9h", ""},
		{KindDate, "2026-02-30", ""},
		{KindNumber, "7", "7"},
		{KindNumber, "07", "7"},
		{KindNumber, "11", ""},
		{KindNumber, "-1", ""},
		{KindNumber, "1e1", ""},
		{KindCode, "B", "B"},
		{KindCode, "b", ""},
		{KindText, "it's; DROP TABLE x", "it's; DROP TABLE x"},
		{KindText, strings.Repeat("x", maxText+1), ""},
		{KindText, "\xff", ""},
	} {
		p := Param{Name: "p", Kind: tc.kind, Of: []string{"A", "B"}, Min: 1, Max: 10}
		got, err := p.Value(tc.text, now)
		var bad *ValueError
		if got != tc.want || (err != nil) != (tc.want == "") || err != nil && !errors.As(err, &bad) {
			t.Errorf("%s %.30q: %q, %v; want %q", tc.kind, tc.text, got, err, tc.want)
		}
	}
}

func TestValuesNameWhatIsWrong(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	history, err := Find(all, "decision-history")
	if err != nil {
		t.Fatal(err)
	}
	for want, given := range map[string]map[string]string{
		"order_key: is missing": {},
		"order_key: \"\"":       {"order_key": ""},
		"sort: not one of query decision-history; allowed: order_key, shipment_id, limit": {"order_key": "a", "sort": "x"},
		"limit: \"0\"; allowed: 1 to 100000":                                              {"order_key": "a", "limit": "0"},
	} {
		if _, err := history.Values(given, time.Now()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", given, err, want)
		}
	}
	for name, want := range map[string]string{"reason": "reasons", "high-risk": "high-risk-by-port", "delay": "delays", "dead-leters": "dead-letters", "zzzzzz": ""} {
		_, err := Find(all, name)
		var unknown *UnknownError
		if !errors.As(err, &unknown) || unknown.Nearest != want {
			t.Errorf("%q: %v, want the nearest %q", name, err, want)
		}
	}
}

// What is wrong with a file is found here, not by a user.
func TestReadRefusesFiles(t *testing.T) {
	const head = "-- title: T\n-- question: Q?\n-- param: limit number(1..9) = 5; most rows\n"
	for name, tc := range map[string]struct{ text, want string }{
		"no question":           {"-- title: T\n-- question: Q\nSELECT 1", "question mark"},
		"another word":          {"-- titel: T\n" + head, "titel"},
		"a parameter not used":  {"-- param: x text = ; x\n" + head + "SELECT 1 LIMIT {limit:UInt32}", "param x"},
		"one not stated":        {head + "SELECT {x:String} LIMIT {limit:UInt32}", "{x}"},
		"another type":          {head + "SELECT 1 LIMIT {limit:UInt64}", "UInt32"},
		"no limit":              {"-- title: T\n-- question: Q?\nSELECT 1", "LIMIT"},
		"a default not allowed": {"-- param: n number(1..5) = 6; n\n" + head + "SELECT {n:UInt32} LIMIT {limit:UInt32}", "default of parameter n"},
		"an example not so":     {head + "-- example: limit=10\nSELECT 1 LIMIT {limit:UInt32}", "example"},
		"a code of nothing":     {"-- param: c code = A; c\n" + head, "param c"},
		"a number no bounds":    {"-- param: c number = 1; c\n" + head, "param c"},
	} {
		if _, err := read(fstest.MapFS{"q.sql": {Data: []byte(tc.text)}}); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
	if _, err := read(fstest.MapFS{"Q_1.sql": {Data: []byte(head + "SELECT 1 LIMIT {limit:UInt32}")}}); err == nil {
		t.Error("a name with _ is taken")
	}
}

// An empty span is told from a span in which nothing happened.
func TestSpansHoldAnInstant(t *testing.T) {
	now := time.Date(2026, 10, 9, 8, 30, 0, 0, time.UTC)
	q := Query{Name: "q", Params: []Param{{Name: "from", Kind: KindDate, Default: "today-30d"}, {Name: "to", Kind: KindDate, Default: "today+1d"}}}
	for _, tc := range []struct{ from, to, want string }{
		{"2026-10-01", "2026-10-02", ""},
		{"2026-10-01", "", ""},
		{"", "2026-09-10", ""},
		{"2026-10-02", "2026-10-02", `parameter from: "2026-10-02"; allowed: what is before parameter to, "2026-10-02"`},
		{"", "2026-09-09", `parameter from: "today-30d" (its default); allowed: what is before parameter to, "2026-09-09"`},
		{"today+1d", "", `parameter from: "today+1d"; allowed: what is before parameter to, "today+1d" (its default)`},
	} {
		given := map[string]string{"from": tc.from, "to": tc.to}
		for name, text := range given {
			if text == "" {
				delete(given, name)
			}
		}
		got := ""
		if _, err := q.Values(given, now); err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("from %q to %q: %s, want %s", tc.from, tc.to, got, tc.want)
		}
	}
}
