package scoring

import (
	"github.com/clearlane/clearlane/scoring/geo"
	"github.com/clearlane/clearlane/scoring/policy"
	"github.com/clearlane/clearlane/scoring/reason"
)

// judgeGeo holds the countries that the attributed click's campaign targets against
// the shipping country, and the click's own country, the weaker signal, against both. Of
// a seller with campaigns for several countries that campaign alone counts, whichever
// clicks' labels do.
func (s *Scorer) judgeGeo() {
	s.judgeOriginCountry()
	target := s.inForce(reason.GeoTargetMismatch)
	outside := s.inForce(reason.GeoClickOutsideTarget)
	shipping := s.inForce(reason.GeoClickShippingMismatch)
	if !target && !outside && !shipping {
		return
	}
	if s.click == nil {
		if len(s.c.Clicks) == 0 {
			s.unknown("click", "none has arrived")
		} else {
			s.unknown("click", "none before the order and within the attribution window")
		}
		return
	}
	s.pack.Targets(s.click.Targets, &s.targets)
	none := s.targets.None()
	if none && (target || outside) {
		s.unknown("target_countries", "not stated")
	}
	if target && !none {
		s.judgeTarget()
	}
	if outside || shipping {
		s.judgeClickCountry(outside && !none, shipping)
	}
}

// judgeTarget finds a shipping country that no target covers. Where either of two may be
// the shipping country, one that is targeted is enough, and one that may be keeps it open.
func (s *Scorer) judgeTarget() {
	destField, dest := s.c.destination()
	origField, orig := s.c.origin()
	switch s.pack.Shipping {
	case policy.ShippingDestination:
		if c, is := s.covered(destField, dest); is == policy.NotCovered && !s.territoryCovered(c) {
			s.notTargeted(destField, c.String())
		}
	case policy.ShippingOrigin:
		if c, is := s.covered(origField, orig); is == policy.NotCovered {
			s.notTargeted(origField, c.String())
		}
	case policy.ShippingEither:
		if s.targets.Covers(s.pack.Country(dest)) == policy.Covered || s.targets.Covers(s.pack.Country(orig)) == policy.Covered {
			return
		}
		to, isDest := s.covered(destField, dest)
		from, isOrig := s.covered(origField, orig)
		if isDest == policy.NotCovered && isOrig == policy.NotCovered && !s.territoryCovered(to) {
			s.notTargeted(destField, s.text.Join(to.String(), ", from ", from.String()))
		}
	}
}

// territoryCovered is true where the shipment is bound for a country as a whole and the
// order for a territory of it that is targeted, or may be: customs writes US for Puerto
// Rico, and the order says it more exactly.
func (s *Scorer) territoryCovered(bound geo.Country) bool {
	if s.c.Shipment == nil || s.c.Order == nil {
		return false
	}
	part := s.pack.Country(s.c.Order.ShipToCountry)
	if !s.pack.Territory(part, bound) {
		return false
	}
	_, is := s.covered("ship_to_country", s.c.Order.ShipToCountry)
	return is != policy.NotCovered
}

// covered says whether a country as sent is targeted, and what is unknown where that
// can't be said.
func (s *Scorer) covered(field, sent string) (geo.Country, policy.Coverage) {
	country := s.pack.Country(sent)
	if country == 0 {
		s.unknownCountry(field, sent)
		return 0, policy.Unclear
	}
	is := s.targets.Covers(country)
	if is == policy.Unclear {
		s.unknownTarget()
	}
	return country, is
}

func (s *Scorer) notTargeted(field, observed string) {
	s.find(reason.GeoTargetMismatch, field, observed, s.text.List("targeted: ", s.click.Targets))
}

func (s *Scorer) judgeClickCountry(outside, shipping bool) {
	country := geo.ParseCountry(s.click.Country)
	if country == 0 {
		if s.click.GeoBuild == 0 {
			s.unknown("click_country", "no country database was asked")
		} else {
			s.unknown("click_country", "the country database knows none for the address")
		}
		return
	}
	if outside {
		switch s.targets.Covers(country) {
		case policy.NotCovered:
			s.find(reason.GeoClickOutsideTarget, "click_country", country.String(),
				s.text.List("targeted: ", s.click.Targets))
		case policy.Unclear:
			s.unknownTarget()
		}
	}
	if !shipping {
		return
	}
	field, sent := s.c.destination()
	bound := s.pack.Country(sent)
	if bound == 0 {
		s.unknownCountry(field, sent)
	} else if !s.pack.OneCountry(bound, country) {
		s.find(reason.GeoClickShippingMismatch, "click_country", country.String(), bound.String())
	}
}

// judgeOriginCountry finds a shipment whose country of origin is that of none of the
// goods. It says no more than that two statements differ: goods made in one country and
// sent from another are ordinary trade, and what a claim needs is judged with the claim.
// It is silent while one side says nothing at all.
func (s *Scorer) judgeOriginCountry() {
	field, sent := s.c.origin()
	if sent == "" || s.c.Order == nil || !s.inForce(reason.GeoOriginInconsistent) {
		return
	}
	stated, open := "", false
	from := s.pack.Country(sent)
	for i := range s.c.Order.Items {
		made := s.c.Order.Items[i].OriginCountry
		if made == "" {
			open = true
			continue
		}
		country := s.pack.Country(made)
		if country != 0 && s.pack.OneCountry(from, country) {
			return
		}
		open = open || country == 0
		if stated == "" || made < stated {
			stated = made
		}
	}
	switch {
	case stated == "":
	case from == 0:
		s.unknownCountry(field, sent)
	case open:
		s.unknown("items.origin_country", "not known of every item")
	default:
		s.find(reason.GeoOriginInconsistent, field, from.String(), s.text.Join("of goods from ", s.pack.Country(stated).String()))
	}
}

func (s *Scorer) unknownTarget() {
	s.unknown("target_countries", "a name that the policy pack does not know")
}

func (s *Scorer) unknownCountry(field, sent string) {
	if sent == "" {
		s.unknown(field, "not stated")
	} else {
		s.unknown(field, "not an ISO 3166-1 country")
	}
}
