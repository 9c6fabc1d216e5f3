package plot

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// show writes a value in a unit of Grafana's.
func show(v any, unit string) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		if unit == "time:YYYY-MM-DD" {
			return v.UTC().Format(time.DateOnly)
		}
		return v.UTC().Format("2006-01-02 15:04:05")
	}
	n, ok := number(v)
	if !ok {
		return "-"
	}
	switch unit {
	case "percentunit":
		return trim(100*n) + " %"
	case "s", "ms":
		return trim(n) + " " + unit
	case "d":
		return trim(n) + " days"
	case "locale":
		return thousands(trim(n))
	case "bytes":
		return scaled(n, 1024, []string{" B", " KiB", " MiB", " GiB"})
	case "ops":
		return scaled(n, 1000, []string{" ops/s", "K ops/s", "M ops/s"})
	}
	return scaled(n, 1000, []string{"", " K", " Mil", " Bil"})
}

func scaled(n, base float64, units []string) string {
	i := 0
	for math.Abs(n) >= base && i < len(units)-1 {
		n, i = n/base, i+1
	}
	return trim(n) + units[i]
}

// thousands parts the digits of a number in threes.
func thousands(s string) string {
	units, places, fraction := strings.Cut(s, ".")
	for i := len(units) - 3; i > 0 && units[i-1] != '-'; i -= 3 {
		units = units[:i] + "," + units[i:]
	}
	if fraction {
		return units + "." + places
	}
	return units
}

func trim(n float64) string {
	s := strconv.FormatFloat(n, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// ticks are round values from 0 to at least top.
func ticks(top float64) []float64 {
	if top <= 0 {
		return []float64{0, 1}
	}
	step := math.Pow(10, math.Floor(math.Log10(top)))
	for top/step < 3 {
		step /= 2
	}
	var all []float64
	for v := 0.0; ; v += step {
		all = append(all, v)
		if v >= top {
			return all
		}
	}
}

func clock(at time.Time, span time.Duration) string {
	switch {
	case span > 3*24*time.Hour:
		return at.UTC().Format("01-02")
	case span > 12*time.Hour:
		return at.UTC().Format("01-02 15:04")
	}
	return at.UTC().Format("15:04")
}
