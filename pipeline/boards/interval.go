package boards

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// steps are the widths that Grafana rounds to, each with the width from which the next
// one is taken.
var steps = []struct{ below, step time.Duration }{
	{1500 * time.Millisecond, time.Second}, {3500 * time.Millisecond, 2 * time.Second}, {7500 * time.Millisecond, 5 * time.Second},
	{12500 * time.Millisecond, 10 * time.Second}, {17500 * time.Millisecond, 15 * time.Second}, {25 * time.Second, 20 * time.Second},
	{45 * time.Second, 30 * time.Second}, {90 * time.Second, time.Minute}, {210 * time.Second, 2 * time.Minute},
	{450 * time.Second, 5 * time.Minute}, {750 * time.Second, 10 * time.Minute}, {1050 * time.Second, 15 * time.Minute},
	{25 * time.Minute, 20 * time.Minute}, {45 * time.Minute, 30 * time.Minute}, {90 * time.Minute, time.Hour},
	{150 * time.Minute, 2 * time.Hour}, {270 * time.Minute, 3 * time.Hour}, {9 * time.Hour, 6 * time.Hour},
	{day, 12 * time.Hour}, {week, day}, {3 * week, week}, {6 * week, 30 * day},
}

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// interval is the width of the steps in which Grafana asks for a span in so many points,
// at least that of the panel.
func interval(span time.Duration, points int, least time.Duration) time.Duration {
	exact := span / time.Duration(points)
	for _, s := range steps {
		if exact < s.below {
			return max(s.step, least)
		}
	}
	return max(365*day, least)
}

var intervalForm = regexp.MustCompile(`^([1-9][0-9]?)([smhd])$`)

// minInterval reads a panel's least interval, such as 1m; an empty one is a second.
func minInterval(s string) (time.Duration, error) {
	if s == "" {
		return time.Second, nil
	}
	m := intervalForm.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("interval %q, must be a number up to 99 and s, m, h or d", s)
	}
	n, err := strconv.Atoi(m[1])
	unit := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": day}[m[2]]
	return time.Duration(n) * unit, err
}
