package gen

// rng is splitmix64. It is written out here because the stream of a seed is a
// contract: answers are recomputed in other processes, and by later builds.
type rng struct{ s uint64 }

// newRNG is the source of one entity: salt says of what sort, n which one. Entities
// never share a source, so that any of them can be made without the others.
func newRNG(seed, salt, n uint64) rng {
	r := rng{seed ^ salt*0x9e3779b97f4a7c15}
	r.s ^= r.next()
	r.s += n * 0xd1342543de82ef95
	r.next()
	return r
}

func (r *rng) next() uint64 {
	r.s += 0x9e3779b97f4a7c15
	z := r.s
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// n is a number from 0 to n-1.
func (r *rng) n(n int) int { return int((r.next() >> 32) * uint64(n) >> 32) }

// between is a number from lo to hi, both included.
func (r *rng) between(lo, hi int64) int64 {
	if hi <= lo {
		return lo
	}
	return lo + int64(r.next()%uint64(hi-lo+1))
}

// perMille is true p times of a thousand.
func (r *rng) perMille(p int) bool { return r.n(1000) < p }

// pick is one of the list.
func pick[T any](r *rng, list []T) T { return list[r.n(len(list))] }

// weighted is an index of the weights, each as often as its weight says.
func (r *rng) weighted(weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	v := r.n(sum)
	for i, w := range weights {
		if v -= w; v < 0 {
			return i
		}
	}
	return len(weights) - 1
}

const (
	alnum  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	base64 = alnum + "-_"
	hexes  = "0123456789abcdef"
	digits = "0123456789"
)

// chars appends n characters of an alphabet.
func (r *rng) chars(dst []byte, alphabet string, n int) []byte {
	for range n {
		dst = append(dst, alphabet[r.n(len(alphabet))])
	}
	return dst
}

// text is n characters of an alphabet.
func (r *rng) text(alphabet string, n int) string {
	var buf [128]byte
	return string(r.chars(buf[:0], alphabet, n))
}
