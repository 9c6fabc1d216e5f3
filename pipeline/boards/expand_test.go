package boards

import (
	"strings"
	"testing"
	"time"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	x, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// The cases that the plugin publishes for its macros, and what follows from how it finds
// the end of a macro (pkg/macros and the SDK's data/sqlutil).
func TestMacrosExpandAsThePluginDoes(t *testing.T) {
	v := View{From: at(t, "2014-11-12T11:45:26.123Z"), To: at(t, "2015-11-12T11:45:26.456Z"), interval: 20 * time.Second}
	for query, want := range map[string]string{
		"select * from foo where $__timeFilter(cast(sth as timestamp))":     "select * from foo where cast(sth as timestamp) >= toDateTime(1415792726) AND cast(sth as timestamp) <= toDateTime(1447328726)",
		"select * from foo where $__timeFilter(cast(sth as timestamp) )":    "select * from foo where cast(sth as timestamp) >= toDateTime(1415792726) AND cast(sth as timestamp) <= toDateTime(1447328726)",
		"select * from foo where $__timeFilter_ms(cast(sth as timestamp))":  "select * from foo where cast(sth as timestamp) >= fromUnixTimestamp64Milli(1415792726123) AND cast(sth as timestamp) <= fromUnixTimestamp64Milli(1447328726456)",
		"where ( date >= $__fromTime and date <= $__toTime ) limit 100":     "where ( date >= toDateTime(1415792726) and date <= toDateTime(1447328726) ) limit 100",
		"where ( d >= $__fromTime_ms ) and ( d <= $__toTime_ms ) limit 100": "where ( d >= fromUnixTimestamp64Milli(1415792726123) ) and ( d <= fromUnixTimestamp64Milli(1447328726456) ) limit 100",
		"$__dateFilter(dateCol)":                                        "dateCol >= toDate('2014-11-12') AND dateCol <= toDate('2015-11-12')",
		"$__dateTimeFilter(dateCol, timeCol)":                           "(dateCol >= toDate('2014-11-12') AND dateCol <= toDate('2015-11-12')) AND (timeCol >= toDateTime(1415792726) AND timeCol <= toDateTime(1447328726))",
		"select $__timeInterval(col) from foo":                          "select toStartOfInterval(toDateTime(col), INTERVAL 20 second) from foo",
		"select $__timeInterval_ms(col) from foo":                       "select toStartOfInterval(toDateTime64(col, 3), INTERVAL 20000 millisecond) from foo",
		"toStartOfInterval(col, INTERVAL $__interval_s second) AS time": "toStartOfInterval(col, INTERVAL 20 second) AS time",
		"$__interval_ms":                                                "20000",
		"$__from and $__to":                                             "1415792726123 and 1447328726456",
		// A macro without brackets takes those that follow, with all between.
		"where h <= $__toTime order by f(x)":   "where h <= toDateTime(1447328726)",
		"where h <= ($__toTime) order by f(x)": "where h <= (toDateTime(1447328726)) order by f(x)",
	} {
		if got, err := expand(query, nil, v); err != nil || got != want {
			t.Errorf("%s\n got %s, %v\nwant %s", query, got, err, want)
		}
	}
}

// sellers is a variable that is multi and has All, days one of a list.
func sellers() []Variable {
	days := Variable{Name: "days", Type: "custom"}
	days.Current.Value = "30"
	return []Variable{{Name: "seller", Type: "query", Multi: true, IncludeAll: true}, {Name: "site", Type: "query", IncludeAll: true}, days}
}

func TestVariablesAreFilledInAsGrafanaDoes(t *testing.T) {
	const in = "WHERE $__conditionalAll(seller_id IN (${seller:sqlstring}), $seller) AND n < ${days}"
	for _, c := range []struct {
		query, want string
		values      map[string][]string
	}{
		{in, "WHERE 1=1 AND n < 30", nil},
		{in, "WHERE 1=1 AND n < 30", map[string][]string{"seller": {All}}},
		{in, "WHERE 1=1 AND n < 7", map[string][]string{"seller": {""}, "days": {"7"}}},
		{in, "WHERE seller_id IN ('a','b') AND n < 30", map[string][]string{"seller": {"a", "b"}}},
		{in, `WHERE seller_id IN ('it''s','say \"x\"','a,b)') AND n < 30`, map[string][]string{"seller": {"it's", `say "x"`, "a,b)"}}},
		{"$__conditionalAll(a IN ($seller), ${seller}) OR $__conditionalAll(f(b, c) = '$site', $site)", "a IN ('x','y') OR 1=1", map[string][]string{"seller": {"x", "y"}}},
		{"$__conditionalAll(a = '$site', $site)", "a = 's.example'", map[string][]string{"site": {"s.example"}}},
		{"x = ${site:sqlstring}", "x = '$__nothing'", map[string][]string{"site": {"$__nothing"}}},
		{"x = [[site]] and [[site:sqlstring]]", "x = y and 'y'", map[string][]string{"site": {"y"}}},
	} {
		v := View{From: time.Unix(0, 0), To: time.Unix(3600, 0), Values: c.values}
		if got, err := expand(c.query, sellers(), v); err != nil || got != c.want {
			t.Errorf("%s with %v\n got %s, %v\nwant %s", c.query, c.values, got, err, c.want)
		}
	}
}

func TestQueriesThatWouldGoWrongSilentlyAreRefused(t *testing.T) {
	for query, want := range map[string]string{
		"$seler":                            "no variable of that name",
		"a IN (${seller:sqlstring})":        "outside $__conditionalAll",
		"$__timefilter(a)":                  "no such macro",
		"$__timeFilter(a, b)":               "2 arguments, must be 1",
		"$__conditionalAll(a IN ($seller))": "1 arguments, must be 2",
		"$__conditionalAll(a = 1, seller)":  "is no variable",
		"$__conditionalAll(a = 1, $seler)":  "no variable of that name",
		"$__conditionalAll(a = 1, $seller":  "0 arguments, must be 2",
		"${days:percentencode}":             "sqlstring, raw or none",
		"$__dateTimeFilter(a)":              "1 arguments, must be 2",
		"$__adHocFilters('x') and $__table": "no such macro",
	} {
		if got, err := expand(query, sellers(), View{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v, want an error with %q", query, got, err, want)
		}
	}
}

func TestIntervalsAreGrafanas(t *testing.T) {
	for _, c := range []struct {
		span   time.Duration
		points int
		least  string
		want   time.Duration
	}{
		{time.Hour, 120, "", 30 * time.Second}, {time.Hour, 120, "1m", time.Minute}, {day, 100, "1m", 15 * time.Minute},
		{week, 100, "1h", 2 * time.Hour}, {30 * day, 100, "1h", 6 * time.Hour}, {90 * day, 100, "1h", 12 * time.Hour},
		{365 * day, 100, "1d", day}, {3650 * day, 100, "1d", 30 * day}, {36500 * day, 10, "1d", 365 * day}, {time.Second, 100, "", time.Second},
	} {
		least, err := minInterval(c.least)
		if got := interval(c.span, c.points, least); err != nil || got != c.want {
			t.Errorf("%v in %d points, at least %q: %v, %v, want %v", c.span, c.points, c.least, got, err, c.want)
		}
	}
	if _, err := minInterval("1 hour"); err == nil {
		t.Error("an interval of no known form was read")
	}
}
