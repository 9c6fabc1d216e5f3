package schemas

import (
	"errors"
	"math/bits"
)

// Rate is the exact price of one unit of a currency in another, in ten-thousand-
// millionths (10^-10): six significant digits of a currency of which ten thousand make
// a dollar. Zero is no rate.
type Rate uint64

// OneToOne is the rate of a currency in itself, MaxRate the greatest one.
const (
	OneToOne Rate = 1e10
	MaxRate  Rate = 1e6 * OneToOne
)

// AllowedRate is what is allowed for rates, as errors say it.
const AllowedRate = "a decimal string with at most ten places, greater than 0 and at most 1000000, \"0.1395\""

var errRate = errors.New("not " + AllowedRate)

// ParseRate reads "0.006776": digits, and at most ten places behind a point.
func ParseRate(s string) (Rate, error) {
	v, places, digits := uint64(0), -1, 0
	for _, c := range []byte(s) {
		switch {
		case c == '.' && places < 0 && digits > 0:
			places = 0
			continue
		case c-'0' > 9 || places == 10 || v > uint64(MaxRate):
			return 0, errRate
		}
		v = v*10 + uint64(c-'0')
		digits++
		if places >= 0 {
			places++
		}
	}
	if digits == 0 || places == 0 {
		return 0, errRate
	}
	for n := max(places, 0); n < 10; n++ {
		if v > uint64(MaxRate) {
			return 0, errRate
		}
		v *= 10
	}
	if v == 0 || v > uint64(MaxRate) {
		return 0, errRate
	}
	return Rate(v), nil
}

// Append writes r with all the places it has, and at least one.
func (r Rate) Append(dst []byte) []byte {
	var buf [32]byte
	i := len(buf)
	v := uint64(r)
	for n := 0; n < 10; n++ {
		if d := v % 10; d != 0 || i < len(buf) || n == 9 {
			i--
			buf[i] = byte('0' + d)
		}
		v /= 10
	}
	i--
	buf[i] = '.'
	for {
		i--
		buf[i] = byte('0' + v%10)
		if v /= 10; v == 0 {
			return append(dst, buf[i:]...)
		}
	}
}

func (r Rate) String() string { return string(r.Append(nil)) }

// CompareAt is the order of d, converted at a rate, and a limit: -1, 0 or 1. It is
// exact: nothing is rounded. Neither amount may be negative.
func (d Decimal) CompareAt(r Rate, limit Decimal) int {
	hi, lo := bits.Mul64(uint64(d.E4), uint64(r))
	limitHi, limitLo := bits.Mul64(uint64(limit.E4), uint64(OneToOne))
	switch {
	case hi < limitHi || hi == limitHi && lo < limitLo:
		return -1
	case hi == limitHi && lo == limitLo:
		return 0
	}
	return 1
}

// At is d, which is not negative, converted at a rate and rounded half up to
// ten-thousandths, to be shown. What a Decimal cannot hold is not stated.
func (d Decimal) At(r Rate) Decimal {
	hi, lo := bits.Mul64(uint64(d.E4), uint64(r))
	lo, carry := bits.Add64(lo, uint64(OneToOne)/2, 0)
	hi += carry
	if !d.Set || d.E4 < 0 || hi >= uint64(OneToOne)/2 {
		return Decimal{}
	}
	q, _ := bits.Div64(hi, lo, uint64(OneToOne))
	return Decimal{E4: int64(q), Set: true}
}
