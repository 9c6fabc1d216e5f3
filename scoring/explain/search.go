package explain

import (
	"math/bits"
	"slices"

	"github.com/clearlane/clearlane/schemas"
)

// Bounds of the search.
const (
	// MaxTogether is how many changes at a time are tried in all combinations.
	MaxTogether = 3
	// MaxTries is how often a case is decided anew for one record.
	MaxTries = 5000
	// MaxWays is how many ways to one route a record names.
	MaxWays = 8
	// maxAll is how many changes there may be for the way past MaxTogether to be looked for: all subsets of
	// what is left of them are tried.
	maxAll = 10
)

// found is a smallest set of changes and the route it leads to.
type found struct {
	set   []int
	route schemas.Route
}

// search looks for the smallest sets of n changes that lead to a route milder than now:
// first to the next milder one, then to the ones behind it. No proper subset of a set leads as far. cut is true
// where a bound left sets out.
type search struct {
	n int
	// monotone: no further change makes the route stricter again. Then what is left of all changes, when
	// none of it can be dropped, is a smallest set.
	monotone bool
	last     int // a change that is a last resort, of n: to where all sets need it, a set without it is looked for too; n: there is none
	now      schemas.Route
	eval     func(set []int) schemas.Route

	tried map[uint64]schemas.Route
	tries int
	cut   bool
}

// maxChanges is how many changes a set's key holds.
const maxChanges = 64

func (s *search) run() (ways []found) {
	if s.n > maxChanges {
		s.n, s.cut = maxChanges, true
	}
	s.tried = map[uint64]schemas.Route{}
	for target := s.now - 1; target >= schemas.RouteRelease && s.now > target; target-- {
		direct := s.to(target, 0)
		if len(direct) > 0 && s.last < s.n && !slices.ContainsFunc(direct, func(f found) bool { return !slices.Contains(f.set, s.last) }) {
			direct = append(direct, s.to(target, 1<<s.last)...)
		}
		for _, f := range direct {
			if !slices.ContainsFunc(ways, func(w found) bool { return slices.Equal(w.set, f.set) }) {
				ways = append(ways, f)
			}
		}
	}
	return ways
}

// to finds the smallest sets that lead to target or further and hold none of avoid.
func (s *search) to(target schemas.Route, avoid uint64) (ways []found) {
	for size := 1; size <= min(MaxTogether, s.n); size++ {
		combinations(s.n, size, func(set uint64) bool {
			if set&avoid != 0 {
				return true
			}
			if route, ok := s.route(set); ok && route <= target {
				if len(ways) == MaxWays {
					s.cut = true
					return false
				}
				ways = append(ways, found{members(set), route})
			}
			return !s.spent()
		})
		if len(ways) > 0 {
			return ways
		}
	}
	return s.many(target, avoid)
}

// many finds one set past MaxTogether: of all changes those are dropped, from the last one
// on, without which the route is reached too; of what is left the smallest subset counts.
func (s *search) many(target schemas.Route, avoid uint64) []found {
	all := (uint64(1)<<s.n - 1) &^ avoid
	if route, ok := s.route(all); !ok || route > target || s.n <= MaxTogether {
		return nil
	}
	for i := s.n - 1; i >= 0; i-- {
		if all>>i&1 == 0 {
			continue
		}
		if route, ok := s.route(all &^ (1 << i)); ok && route <= target {
			all &^= 1 << i
		}
	}
	if s.monotone {
		route, ok := s.route(all)
		if !ok {
			return nil
		}
		return []found{{members(all), route}}
	}
	if bits.OnesCount64(all) > maxAll {
		s.cut = true
		return nil
	}
	best, reached := all, schemas.RouteNone
	for set := all; ; set = (set - 1) & all {
		route, ok := s.route(set)
		if !ok {
			return nil // whether it is smallest is not known
		}
		if route <= target && (reached == schemas.RouteNone || bits.OnesCount64(set) < bits.OnesCount64(best)) {
			best, reached = set, route
		}
		if set == 0 {
			return []found{{members(best), reached}}
		}
	}
}

// route decides the case with a set of changes, each set once.
func (s *search) route(set uint64) (schemas.Route, bool) {
	if route, ok := s.tried[set]; ok {
		return route, true
	}
	if s.spent() {
		return 0, false
	}
	s.tries++
	route := s.eval(members(set))
	s.tried[set] = route
	return route, true
}

func (s *search) spent() bool {
	if s.tries >= MaxTries {
		s.cut = true
	}
	return s.tries >= MaxTries
}

// combinations yields the subsets of size of n, those of small numbers first.
func combinations(n, size int, yield func(uint64) bool) {
	var walk func(from, left int, set uint64) bool
	walk = func(from, left int, set uint64) bool {
		if left == 0 {
			return yield(set)
		}
		for i := from; i <= n-left; i++ {
			if !walk(i+1, left-1, set|1<<i) {
				return false
			}
		}
		return true
	}
	walk(0, size, 0)
}

func members(set uint64) (out []int) {
	for ; set != 0; set &= set - 1 {
		out = append(out, bits.TrailingZeros64(set))
	}
	return out
}
