package truth

import "math/rand/v2"

// dice is the chance of one order: a function of the seed and the order's number.
type dice struct{ *rand.Rand }

func newDice(seed, n uint64) dice { return dice{rand.New(rand.NewPCG(seed, n))} }

// perMille is true p times of a thousand.
func (r dice) perMille(p int) bool { return r.IntN(1000) < p }

// between is a number from lo to hi, both included.
func (r dice) between(lo, hi int64) int64 { return lo + r.Int64N(hi-lo+1) }

// text is n characters of an alphabet.
func (r dice) text(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

// number is n digits, the first not 0.
func (r dice) number(n int) string {
	return r.text("123456789", 1) + r.text(digits, n-1)
}

// pick is one of the list.
func pick[T any](r dice, list []T) T { return list[r.IntN(len(list))] }

// weighted is one of the list, each as often as its weight says.
func weighted[T any](r dice, list []T, weight func(*T) int) *T {
	sum := 0
	for i := range list {
		sum += weight(&list[i])
	}
	v := r.IntN(sum)
	for i := range list {
		if v -= weight(&list[i]); v < 0 {
			return &list[i]
		}
	}
	return &list[len(list)-1]
}

const (
	digits = "0123456789"
	hexes  = "0123456789abcdef"
	alnum  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" + digits
	// Click ids have - and _ too, which are left out: of random text with them one in some
	// ten thousand looks like a __MACRO__.
	token = alnum
)
