package offline

import (
	"fmt"
	"strings"

	"github.com/clearlane/clearlane/schemas"
)

// Summary is what a run has read and written.
type Summary struct {
	Lines      int64 // but for empty ones
	Bad        int64
	Events     [schemas.KindSellerSite + 1]int64 // lines taken in, by kind
	Duplicates int64                             // among them, of records that hold
	Stale      int64                             // outranked by another record of the same thing
	Evicted    int64                             // older than what an order keeps of its kind
	Dropped    int64                             // shipments pushed out of their order by its limit
	Unknown    uint64                            // members that no schema has; of seller sites they are not counted
	Orders     int
	Decisions  [schemas.RouteHighRisk + 1]int64 // written, by route
	PreReviews [schemas.RouteHighRisk + 1]int64
}

func (s *Scorer) summary() Summary {
	sum := s.sum
	sum.Orders, sum.Unknown = s.orders+len(s.table.slots), s.intake.UnknownFields()
	return sum
}

// String is the summary in one line: what is always of interest, then what there is of
// the rest.
func (s *Summary) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d lines:", s.Lines)
	for kind := schemas.KindAdClick; kind <= schemas.KindSellerSite; kind++ {
		fmt.Fprintf(&b, " %d %s,", s.Events[kind], kind)
	}
	fmt.Fprintf(&b, " %d bad; %d orders", s.Bad, s.Orders)
	routes(&b, "decisions", &s.Decisions)
	if total(&s.PreReviews) > 0 {
		routes(&b, "pre-reviews", &s.PreReviews)
	}
	for _, n := range []struct {
		count int64
		what  string
	}{
		{s.Duplicates, "duplicates"}, {s.Stale, "stale"}, {s.Evicted, "past the limit of their kind"},
		{s.Dropped, "shipments dropped"}, {int64(s.Unknown), "unknown fields"},
	} {
		if n.count > 0 {
			fmt.Fprintf(&b, "; %d %s", n.count, n.what)
		}
	}
	return b.String()
}

func routes(b *strings.Builder, what string, by *[schemas.RouteHighRisk + 1]int64) {
	fmt.Fprintf(b, "; %d %s: %d RELEASE, %d DOCUMENT_REVIEW, %d HIGH_RISK_CONTROL", total(by), what,
		by[schemas.RouteRelease], by[schemas.RouteDocumentReview], by[schemas.RouteHighRisk])
}

func total(by *[schemas.RouteHighRisk + 1]int64) (n int64) {
	for _, c := range by {
		n += c
	}
	return n
}
