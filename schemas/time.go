package schemas

import (
	"errors"
	"time"
)

// Bounds of the times and dates that an event may state.
var (
	MinTime = Time(daysOf(2000, 1, 1)) * msPerDay
	MaxTime = Time(daysOf(2101, 1, 1))*msPerDay - 1
	MinDate = Date(daysOf(1990, 1, 1))
	MaxDate = Date(daysOf(2100, 12, 31))
)

const msPerDay = 24 * 60 * 60 * 1000

// What is allowed for times and dates, as errors say it.
const (
	AllowedTime = "RFC 3339 or integer Unix milliseconds, 2000-01-01 to 2100-12-31"
	AllowedDate = "YYYY-MM-DD, 1990-01-01 to 2100-12-31"
)

var (
	errTime = errors.New("not " + AllowedTime)
	errDate = errors.New("not " + AllowedDate)
)

// ParseTime reads RFC 3339 ("2026-07-01T12:00:00.250+02:00"); digits of the
// fraction past the millisecond are cut off. Leap seconds are refused, as are
// times outside MinTime to MaxTime.
func ParseTime(s string) (Time, error) {
	if len(s) < len("2006-01-02T15:04:05Z") || s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return 0, errTime
	}
	day, ok := parseDay(s[:10])
	if !ok {
		return 0, errTime
	}
	h, m, sec := two(s, 11), two(s, 14), two(s, 17)
	if h > 23 || m > 59 || sec > 59 {
		return 0, errTime
	}
	ms, rest, ok := parseFraction(s[19:])
	if !ok {
		return 0, errTime
	}
	zone, ok := parseZone(rest)
	if !ok {
		return 0, errTime
	}
	t := Time(day)*msPerDay + Time((h*60+m-zone)*60+sec)*1000 + Time(ms)
	if t < MinTime || t > MaxTime {
		return 0, errTime
	}
	return t, nil
}

// parseFraction reads ".123456" in milliseconds and returns what follows it.
func parseFraction(s string) (ms int, rest string, ok bool) {
	if s == "" || s[0] != '.' {
		return 0, s, true
	}
	i, unit := 1, 100
	for ; i < len(s) && s[i]-'0' <= 9; i++ {
		ms += int(s[i]-'0') * unit
		unit /= 10
	}
	return ms, s[i:], i > 1
}

// parseZone reads "Z" or "+02:00" in minutes east of UTC.
func parseZone(s string) (minutes int, ok bool) {
	if s == "Z" {
		return 0, true
	}
	if len(s) != len("+02:00") || (s[0] != '+' && s[0] != '-') || s[3] != ':' {
		return 0, false
	}
	h, m := two(s, 1), two(s, 4)
	if h > 23 || m > 59 {
		return 0, false
	}
	if s[0] == '-' {
		return -(h*60 + m), true
	}
	return h*60 + m, true
}

// Append writes t as RFC 3339 in UTC with milliseconds.
func (t Time) Append(dst []byte) []byte {
	if t < MinTime || t > MaxTime {
		return time.UnixMilli(int64(t)).UTC().AppendFormat(dst, "2006-01-02T15:04:05.000Z")
	}
	y, mo, d := civilOf(int(t / msPerDay))
	ms := int(t % msPerDay)
	text := [24]byte{4: '-', 7: '-', 10: 'T', 13: ':', 16: ':', 19: '.', 23: 'Z'}
	put2(text[0:], y/100)
	put2(text[2:], y%100)
	put2(text[5:], mo)
	put2(text[8:], d)
	put2(text[11:], ms/3_600_000)
	put2(text[14:], ms/60_000%60)
	put2(text[17:], ms/1000%60)
	text[20] = byte('0' + ms/100%10)
	put2(text[21:], ms%100)
	return append(dst, text[:]...)
}

// String is t as RFC 3339, empty when it is unknown.
func (t Time) String() string {
	if t == 0 {
		return ""
	}
	return string(t.Append(nil))
}

// Date is the day of t, UTC.
func (t Time) Date() Date { return Date(floorDiv(int(t), msPerDay)) }

// Time is the first instant of d, UTC.
func (d Date) Time() Time { return Time(d) * msPerDay }

// NextYear is the same day of the next year; of 29 February it is 28 February.
func (d Date) NextYear() Date {
	year, month, day := civilOf(int(d))
	if !validDay(year+1, month, day) {
		day--
	}
	return Date(daysOf(year+1, month, day))
}

// ParseDate reads YYYY-MM-DD, MinDate to MaxDate.
func ParseDate(s string) (Date, error) {
	if len(s) != len("2006-01-02") {
		return 0, errDate
	}
	day, ok := parseDay(s)
	if d := Date(day); ok && day != 0 && d >= MinDate && d <= MaxDate {
		return d, nil
	}
	return 0, errDate
}

// parseDay reads the ten bytes YYYY-MM-DD as days since 1970-01-01.
func parseDay(s string) (int, bool) {
	y, m, d := two(s, 0)*100+two(s, 2), two(s, 5), two(s, 8)
	if y >= noDigits || s[4] != '-' || s[7] != '-' || !validDay(y, m, d) {
		return 0, false
	}
	return daysOf(y, m, d), true
}

// Append writes d as YYYY-MM-DD.
func (d Date) Append(dst []byte) []byte {
	if d < MinDate || d > MaxDate {
		return time.Unix(int64(d)*86400, 0).UTC().AppendFormat(dst, "2006-01-02")
	}
	y, m, day := civilOf(int(d))
	return append2(append(append2(append(append4(dst, y), '-'), m), '-'), day)
}

// String is d as YYYY-MM-DD, empty when it is unknown.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return string(d.Append(nil))
}
