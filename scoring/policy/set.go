package policy

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clearlane/clearlane/schemas"
)

// Set is the packs that live together, one after the other: the date of a case chooses the
// one that judges it. A pack without valid_to is in force until the next one begins. Before
// the first pack and behind the last none is. A Set is never changed, and may be shared.
type Set struct {
	// Hash is that of the pack where there is one, else SHA-256 over the packs' hashes in
	// the sequence of their dates, hex.
	Hash    string
	Version string // the packs' versions, with commas between them

	packs []*Pack // by ascending ValidFrom
}

// Alone is the set of one pack.
func Alone(p *Pack) *Set { return &Set{Hash: p.Hash, Version: p.Version, packs: []*Pack{p}} }

// DefaultSet is the pack that is compiled in, alone.
func DefaultSet() (*Set, error) {
	p, err := Default()
	if err != nil {
		return nil, err
	}
	return Alone(p), nil
}

// NewSet puts packs together. No two may be in force on one day, nor may a day lie between
// two on which none is: all such faults are reported at once, one a line.
func NewSet(packs ...*Pack) (*Set, error) {
	if len(packs) == 0 {
		return nil, errors.New("policy packs: none; allowed: at least one")
	}
	if len(packs) == 1 {
		return Alone(packs[0]), nil
	}
	s := &Set{packs: slices.SortedStableFunc(slices.Values(packs), func(a, b *Pack) int {
		return cmp.Or(cmp.Compare(a.ValidFrom, b.ValidFrom), cmp.Compare(a.Hash, b.Hash))
	})}
	var faults []error
	fault := func(p *Pack, key string, value schemas.Date, allowed string, other *Pack) {
		faults = append(faults, fmt.Errorf("%s %s: %s: %s; allowed: %s (%s %s begins on %s)",
			p.ID, p.Version, key, value, allowed, other.ID, other.Version, other.ValidFrom))
	}
	sum, versions := sha256.New(), []string(nil)
	for i, p := range s.packs {
		fmt.Fprintf(sum, "%s\n", p.Hash)
		versions = append(versions, p.Version)
		if i+1 == len(s.packs) {
			break
		}
		switch next := s.packs[i+1]; {
		case next.ValidFrom == p.ValidFrom:
			fault(p, "valid_from", p.ValidFrom, "a day on which no other pack begins", next)
		case p.ValidTo != 0 && p.ValidTo >= next.ValidFrom:
			fault(p, "valid_to", p.ValidTo, "the day before the next pack begins, or none", next)
		case p.ValidTo != 0 && p.ValidTo+1 < next.ValidFrom:
			fault(p, "valid_to", p.ValidTo, "the day before the next pack begins, or none: no day without a pack", next)
		}
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("policy packs: %w", errors.Join(faults...))
	}
	s.Hash, s.Version = hex.EncodeToString(sum.Sum(nil)), strings.Join(versions, ",")
	return s, nil
}

// Packs is the packs by their dates. It is for reading.
func (s *Set) Packs() []*Pack { return s.packs }

// At is the pack in force on a day. Where none is, ok is false, and the pack is the one
// nearest to the day: it has names of ports and countries, and its rules are not in force.
// On no day (0) no rule is in force anyway: it is the last pack.
func (s *Set) At(day schemas.Date) (p *Pack, ok bool) {
	last := s.packs[len(s.packs)-1]
	if day == 0 {
		return last, true
	}
	for i := len(s.packs) - 1; i > 0; i-- {
		if p := s.packs[i]; day >= p.ValidFrom {
			return p, p.ValidTo == 0 || day <= p.ValidTo
		}
	}
	p = s.packs[0]
	return p, day >= p.ValidFrom && (p.ValidTo == 0 || day <= p.ValidTo)
}

// WantsPreReview is true for an order that gets a pre-review by the pack of its date.
func (s *Set) WantsPreReview(o *schemas.Order) bool {
	p, _ := s.At(o.EventTime.Date())
	return p.WantsPreReview(o)
}

// PreReviews is which orders may get a pre-review: by the pack of the set that wants the
// most.
func (s *Set) PreReviews() PreReviewOrders {
	most := PreReviewNone
	for _, p := range s.packs {
		switch {
		case p.PreReviews == PreReviewAll:
			return PreReviewAll
		case p.PreReviews == PreReviewClaims:
			most = PreReviewClaims
		}
	}
	return most
}

// ByHash is the pack of a hash, nil where none has it.
func (s *Set) ByHash(hash string) *Pack {
	for _, p := range s.packs {
		if p.Hash == hash {
			return p
		}
	}
	return nil
}
