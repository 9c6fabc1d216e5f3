package schemas

// The proleptic Gregorian calendar in whole days, after Howard Hinnant,
// "chrono-compatible low-level date algorithms": exact and without tables.

const daysTo1970 = 719468 // days from 0000-03-01 to 1970-01-01

// daysOf counts the days from 1970-01-01 to a day of the calendar.
func daysOf(year, month, day int) int {
	if month <= 2 {
		year--
	}
	era := floorDiv(year, 400)
	yoe := year - era*400
	doy := (153*((month+9)%12)+2)/5 + day - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return era*146097 + doe - daysTo1970
}

// civilOf is the inverse of daysOf.
func civilOf(days int) (year, month, day int) {
	z := days + daysTo1970
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	month = mp + 3
	if month > 12 {
		month -= 12
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

var monthDays = [13]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func validDay(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	n := monthDays[month]
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		n = 29
	}
	return day <= n
}

// noDigits is more than any number of four digits.
const noDigits = 1 << 20

// two is the number that the two digits of s from i on make, noDigits where they are none.
func two(s string, i int) int {
	a, b := s[i]-'0', s[i+1]-'0'
	if a > 9 || b > 9 {
		return noDigits
	}
	return int(a)*10 + int(b)
}

// put2 writes the two digits of a number below 100.
func put2(dst []byte, v int) {
	dst[0], dst[1] = byte('0'+v/10), byte('0'+v%10)
}

func append2(dst []byte, v int) []byte {
	return append(dst, byte('0'+v/10), byte('0'+v%10))
}

func append4(dst []byte, v int) []byte {
	return append2(append2(dst, v/100), v%100)
}
