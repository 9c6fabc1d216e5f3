package boards

import (
	"fmt"
	"regexp"
	"strings"
)

// macro is what the plugin's backend puts in place of $__name(args).
type macro func(v View, args []string) (string, error)

// known are the macros of the plugin, by name without $__.
var known = map[string]macro{
	"fromTime":    func(v View, _ []string) (string, error) { return seconds(v.From.Unix()), nil },
	"toTime":      func(v View, _ []string) (string, error) { return seconds(v.To.Unix()), nil },
	"fromTime_ms": func(v View, _ []string) (string, error) { return millis(v.From.UnixMilli()), nil },
	"toTime_ms":   func(v View, _ []string) (string, error) { return millis(v.To.UnixMilli()), nil },
	"timeFilter":  taking(1, func(v View, a []string) string { return between(a[0], seconds(v.From.Unix()), seconds(v.To.Unix())) }),
	"timeFilter_ms": taking(1, func(v View, a []string) string {
		return between(a[0], millis(v.From.UnixMilli()), millis(v.To.UnixMilli()))
	}),
	"dateFilter":      taking(1, dateFilter),
	"dateTimeFilter":  taking(2, dateTimeFilter),
	"dt":              taking(2, dateTimeFilter),
	"timeInterval":    taking(1, timeInterval),
	"timeInterval_ms": taking(1, timeIntervalMs),
	"interval_s":      func(v View, _ []string) (string, error) { return fmt.Sprint(v.intervalSeconds()), nil },
}

func seconds(unix int64) string { return fmt.Sprintf("toDateTime(%d)", unix) }
func millis(unix int64) string  { return fmt.Sprintf("fromUnixTimestamp64Milli(%d)", unix) }

func between(column, from, to string) string {
	return fmt.Sprintf("%s >= %s AND %s <= %s", column, from, column, to)
}

// days are dates as the plugin writes it, of a server that runs in UTC.
func (v View) days() (from, to string) {
	const form = "toDate('2006-01-02')"
	return v.From.UTC().Format(form), v.To.UTC().Format(form)
}

func dateFilter(v View, args []string) string {
	from, to := v.days()
	return between(args[0], from, to)
}

func dateTimeFilter(v View, args []string) string {
	return fmt.Sprintf("(%s) AND (%s)", dateFilter(v, args[:1]), between(args[1], seconds(v.From.Unix()), seconds(v.To.Unix())))
}

func (v View) intervalSeconds() int64 { return max(int64(v.interval.Seconds()), 1) }

func timeInterval(v View, args []string) string {
	return fmt.Sprintf("toStartOfInterval(toDateTime(%s), INTERVAL %d second)", args[0], v.intervalSeconds())
}

func timeIntervalMs(v View, args []string) string {
	return fmt.Sprintf("toStartOfInterval(toDateTime64(%s, 3), INTERVAL %d millisecond)", args[0], max(v.interval.Milliseconds(), 1))
}

// taking is a macro of n arguments.
func taking(n int, f func(View, []string) string) macro {
	return func(v View, args []string) (string, error) {
		if len(args) != n {
			return "", fmt.Errorf("%d arguments, must be %d", len(args), n)
		}
		return f(v, args), nil
	}
}

var macroName = regexp.MustCompile(`\$__(\w+)`)

// macros expands all macros of a query. What looks like one in a variable's value and is
// none goes to the server as it is.
func macros(sql string, v View) (string, error) {
	for at := 0; ; {
		m := macroName.FindStringSubmatchIndex(sql[at:])
		if m == nil {
			return sql, nil
		}
		f, ok := known[sql[at+m[2]:at+m[3]]]
		if !ok {
			at += m[1]
			continue
		}
		whole, args := call(sql[at+m[0]:], m[1]-m[0])
		text, err := f(v, args)
		if err != nil {
			return "", fmt.Errorf("%s: %w", whole, err)
		}
		sql = sql[:at] + strings.ReplaceAll(sql[at:], whole, text)
	}
}

// call finds the end of a macro's use and its arguments. Like the plugin it takes the first
// opening bracket that comes before a closing one for that of the arguments, however far
// behind the name it stands: a macro without brackets is written in some of its own,
// ($__toTime), or it swallows what follows.
func call(s string, name int) (whole string, args []string) {
	depth, begin, end := 0, 0, 0
scan:
	for i, r := range s {
		if depth == 0 && end > 0 {
			break
		}
		switch r {
		case '(':
			depth++
			if begin == 0 {
				begin = i + 1
			}
		case ')':
			if depth == 0 {
				end = 0
				break scan
			}
			depth--
			end = i + 1
		}
	}
	if end == 0 {
		end = name
	}
	inside := ""
	if begin > 0 && begin <= end {
		inside = s[begin : end-1]
	}
	for _, arg := range strings.Split(inside, ",") {
		args = append(args, strings.TrimSpace(arg))
	}
	return s[:end], args
}
