package schemas

import (
	"errors"
	"math"
	"math/bits"
	"strconv"
)

// AllowedDecimal is what is allowed for amounts, as errors say it.
const AllowedDecimal = "a decimal string with at most four places, \"129.90\""

var errDecimal = errors.New("not " + AllowedDecimal)

const e4 = 10_000

// DecimalOf is an amount of whole units and ten-thousandths.
func DecimalOf(units, tenThousandths int64) Decimal {
	return Decimal{E4: units*e4 + tenThousandths, Set: true}
}

// ParseDecimal reads "-12.5": digits, and at most four places behind a point.
// Amounts past int64 ten-thousandths are refused; events are bounded far below.
func ParseDecimal(s string) (Decimal, error) {
	neg := s != "" && s[0] == '-'
	i := 0
	if neg {
		i = 1
	}
	start := i
	var v uint64
	for ; i < len(s) && s[i]-'0' <= 9; i++ {
		if i-start >= 15 {
			return Decimal{}, errDecimal
		}
		v = v*10 + uint64(s[i]-'0')
	}
	if i == start {
		return Decimal{}, errDecimal
	}
	v *= e4
	if i < len(s) {
		places := s[i+1:]
		if s[i] != '.' || places == "" || len(places) > 4 {
			return Decimal{}, errDecimal
		}
		unit := uint64(1000)
		for _, c := range []byte(places) {
			if c-'0' > 9 {
				return Decimal{}, errDecimal
			}
			v += uint64(c-'0') * unit
			unit /= 10
		}
	}
	if v > math.MaxInt64 {
		return Decimal{}, errDecimal
	}
	d := Decimal{E4: int64(v), Set: true}
	if neg {
		d.E4 = -d.E4
	}
	return d, nil
}

// Append writes d with two to four places. What is not stated writes nothing.
func (d Decimal) Append(dst []byte) []byte {
	if !d.Set {
		return dst
	}
	v := uint64(d.E4)
	if d.E4 < 0 {
		dst = append(dst, '-')
		v = -v
	}
	return appendPlaces(strconv.AppendUint(dst, v/e4, 10), v%e4)
}

// appendPlaces writes ten-thousandths behind a point, two places at least.
func appendPlaces(dst []byte, v uint64) []byte {
	dst = append2(append(dst, '.'), int(v/100))
	switch v %= 100; {
	case v == 0:
		return dst
	case v%10 == 0:
		return append(dst, byte('0'+v/10))
	}
	return append2(dst, int(v))
}

func (d Decimal) String() string { return string(d.Append(nil)) }

// Add is s plus d, exactly. What is not stated adds nothing.
func (s Sum) Add(d Decimal) Sum {
	if !d.Set {
		return s
	}
	return s.AddSum(Sum{Hi: d.E4 >> 63, Lo: uint64(d.E4)})
}

// Sub is s less d, exactly. What is not stated takes nothing away.
func (s Sum) Sub(d Decimal) Sum {
	if !d.Set {
		return s
	}
	return s.AddSum(Sum{Hi: d.E4 >> 63, Lo: uint64(d.E4)}.Neg())
}

// AddSum is s plus o, modulo 2^128.
func (s Sum) AddSum(o Sum) Sum {
	lo, carry := bits.Add64(s.Lo, o.Lo, 0)
	hi, _ := bits.Add64(uint64(s.Hi), uint64(o.Hi), carry)
	return Sum{Hi: int64(hi), Lo: lo}
}

// Neg is minus s, modulo 2^128.
func (s Sum) Neg() Sum {
	lo, borrow := bits.Sub64(0, s.Lo, 0)
	hi, _ := bits.Sub64(0, uint64(s.Hi), borrow)
	return Sum{Hi: int64(hi), Lo: lo}
}

// Append writes s as a decimal with two to four places.
func (s Sum) Append(dst []byte) []byte {
	if s.Hi < 0 {
		dst = append(dst, '-')
		s = s.Neg()
	}
	qhi, r := uint64(s.Hi)/e4, uint64(s.Hi)%e4
	qlo, places := bits.Div64(r, s.Lo, e4)
	// The quotient in base 10^19, the greatest power of ten in 64 bits: 2^128/10^4
	// is below 10^38, so two such digits hold it.
	const base = 10_000_000_000_000_000_000
	if qhi == 0 {
		return appendPlaces(strconv.AppendUint(dst, qlo, 10), places)
	}
	high, low := bits.Div64(qhi, qlo, base)
	dst = strconv.AppendUint(dst, high, 10)
	for p := uint64(base / 10); p > 1 && low < p; p /= 10 {
		dst = append(dst, '0')
	}
	return appendPlaces(strconv.AppendUint(dst, low, 10), places)
}

func (s Sum) String() string { return string(s.Append(nil)) }

// ParseSum reads what Append writes. A number past 128 bits is refused.
func ParseSum(str string) (Sum, error) {
	neg := str != "" && str[0] == '-'
	if neg {
		str = str[1:]
	}
	var hi, lo uint64
	places := -1
	for _, c := range []byte(str) {
		if c == '.' && places < 0 {
			places = 0
			continue
		}
		if c-'0' > 9 {
			return Sum{}, errDecimal
		}
		if places >= 0 {
			places++
		}
		var ok bool
		if hi, lo, ok = mulAdd(hi, lo, 10, uint64(c-'0')); !ok {
			return Sum{}, errDecimal
		}
	}
	if str == "" || str[0] == '.' || places == 0 || places > 4 {
		return Sum{}, errDecimal
	}
	for ; places < 4; places = max(places, 0) + 1 {
		var ok bool
		if hi, lo, ok = mulAdd(hi, lo, 10, 0); !ok {
			return Sum{}, errDecimal
		}
	}
	s := Sum{Hi: int64(hi), Lo: lo}
	if neg {
		s = s.Neg()
	}
	return s, nil
}

// mulAdd is hi:lo * m + a; ok is false past 127 bits.
func mulAdd(hi, lo, m, a uint64) (rhi, rlo uint64, ok bool) {
	over, h := bits.Mul64(hi, m)
	c, l := bits.Mul64(lo, m)
	l, carry := bits.Add64(l, a, 0)
	h, carry = bits.Add64(h, c, carry)
	return h, l, over == 0 && carry == 0 && h <= math.MaxInt64
}
