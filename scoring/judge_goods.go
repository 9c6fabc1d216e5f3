package scoring

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/entry"
	"github.com/clearlane/clearlane/scoring/policy"
	"github.com/clearlane/clearlane/scoring/reason"
)

// judgeGoods looks at the items of brands that the pack watches, for what CBP's guides
// warn of: a price too good to be true, and a seller that nobody knows.
func (s *Scorer) judgeGoods() {
	if s.c.Order == nil || !s.pack.WatchesBrands() {
		return
	}
	price, seller := s.inForce(reason.IPRLowPrice), s.inForce(reason.IPRSellerUnidentified)
	for i := range s.c.Order.Items {
		item := &s.c.Order.Items[i]
		if item.Brand == "" {
			if price || seller {
				s.unknown("items.brand", "not stated")
			}
			continue
		}
		brand := s.pack.Brand(item.Brand)
		if brand == nil {
			continue
		}
		switch covered, known := brand.Covers(item.HSCode); {
		case s.facts.Country == 0:
			s.unknownCountry(s.c.destination())
		case !known && (price || seller):
			s.unknown("items.hs_code", "not stated")
		case covered:
			if seller {
				s.judgeSeller(brand)
			}
			if price {
				s.judgePrice(item, brand)
			}
		}
	}
}

// judgeSeller finds watched goods that no seller stands behind. One that is named and
// not registered is not known to be unidentified.
func (s *Scorer) judgeSeller(b *policy.Brand) {
	if s.c.Order.SellerID == "" {
		s.find(reason.IPRSellerUnidentified, "seller_id", "not stated", s.text.Join("the seller of goods of ", b.Name))
	} else if s.c.Site == nil {
		s.unknown("seller_id", "the seller is not registered")
	}
}

// judgePrice holds a piece's price against the brand's reference price.
func (s *Scorer) judgePrice(item *schemas.Item, b *policy.Brand) {
	if !item.UnitValue.Set {
		s.unknown("items.unit_value", "not stated")
		return
	}
	currency := s.c.Order.Currency
	rate, why := entry.Rate(s.pack, currency, s.facts.Date)
	switch {
	case why != "":
		s.unknown("currency", why)
	case item.UnitValue.CompareAt(rate, b.Low) < 0:
		least := s.text.Amount("at least ", b.Low, " USD, ")
		of := s.text.Count(least, int(b.Percent), " % of the reference price for ")
		s.find(reason.IPRLowPrice, "items.unit_value", entry.Amount(&s.text, item.UnitValue, currency, rate), s.text.Join(of, b.Name))
	}
}
