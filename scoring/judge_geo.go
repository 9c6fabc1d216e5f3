package scoring

import (
	"github.com/clearlane/clearlane/scoring/geo"
	"github.com/clearlane/clearlane/scoring/policy"
	"github.com/clearlane/clearlane/scoring/reason"
)

// judgeGeo holds the countries that the attributed click's campaign targets against
// the shipping country, and the click's own country, the weaker signal, against both.
func (s *Scorer) judgeGeo() {
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
	unclear, none := s.pack.Targets(s.click.Targets, &s.targets)
	if none && (target || outside) {
		s.unknown("target_countries", "not stated")
	}
	if target && !none {
		s.judgeTarget(unclear)
	}
	if outside || shipping {
		s.judgeClickCountry(outside && !none, shipping, unclear)
	}
}

// judgeTarget finds a shipping country that no target covers.
func (s *Scorer) judgeTarget(unclear bool) {
	destField, dest := s.c.destination()
	origField, orig := s.c.origin()
	field, sent := destField, dest
	other := ""
	switch s.pack.Shipping {
	case policy.ShippingOrigin:
		field, sent = origField, orig
	case policy.ShippingEither:
		other = orig
		if s.targets.Has(s.pack.Country(orig)) {
			return
		}
		if s.pack.Country(orig) == 0 && !s.targets.Has(s.pack.Country(dest)) {
			s.unknownCountry(origField, orig)
			return
		}
	}
	country := s.pack.Country(sent)
	switch {
	case country == 0:
		s.unknownCountry(field, sent)
	case s.targets.Has(country):
	case unclear:
		s.unknown("target_countries", "a name that the policy pack does not know")
	default:
		observed := country.String()
		if other != "" {
			observed = s.text.Join(observed, ", from ", s.pack.Country(other).String())
		}
		s.find(reason.GeoTargetMismatch, field, observed, s.text.List("targeted: ", s.click.Targets))
	}
}

func (s *Scorer) judgeClickCountry(outside, shipping, unclear bool) {
	country := geo.ParseCountry(s.click.Country)
	if country == 0 {
		if s.click.GeoBuild == 0 {
			s.unknown("click_country", "no country database was asked")
		} else {
			s.unknown("click_country", "the country database knows none for the address")
		}
		return
	}
	if outside && !s.targets.Has(country) && !unclear {
		s.find(reason.GeoClickOutsideTarget, "click_country", country.String(),
			s.text.List("targeted: ", s.click.Targets))
	}
	if !shipping {
		return
	}
	field, sent := s.c.destination()
	bound := s.pack.Country(sent)
	if bound == 0 {
		s.unknownCountry(field, sent)
	} else if bound != country {
		s.find(reason.GeoClickShippingMismatch, "click_country", country.String(), bound.String())
	}
}

func (s *Scorer) unknownCountry(field, sent string) {
	if sent == "" {
		s.unknown(field, "not stated")
	} else {
		s.unknown(field, "not an ISO 3166-1 country")
	}
}
