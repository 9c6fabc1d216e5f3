package naive

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring"
	"github.com/clearlane/clearlane/scoring/host"
)

// order decides all subjects of one order. A shipment is decided by the newest case
// that has it, the claim by the newest that has an order.
func (x *Expected) order(s *Settings, sites map[site]*schemas.SellerSite, k orderKey, events []*event) error {
	for _, part := range cases(events, s.RetentionMs) {
		held := greatest(part)
		x.funnel(k.partition, held, s.Clicks)
		c := scoring.Case{OrderKey: k.key}
		if orders := held[schemas.KindOrder]; len(orders) > 0 {
			c.Order = orders[0].order
			c.Site = registered(sites, c.Order.SellerID, c.Order.SiteHost)
		}
		for _, e := range newest(held[schemas.KindAdClick], s.Clicks) {
			c.Clicks = append(c.Clicks, *e.click)
			if c.Order != nil && !host.Same(e.click.SiteHost, c.Order.SiteHost) {
				if other := registered(sites, c.Order.SellerID, e.click.SiteHost); other != nil && other != c.Site {
					c.Sites = append(c.Sites, other)
				}
			}
		}
		for _, e := range newest(held[schemas.KindEcertVerification], s.Verifications) {
			c.Verifications = append(c.Verifications, *e.answer)
		}
		for _, e := range newest(held[schemas.KindDisposition], s.Dispositions) {
			c.Dispositions = append(c.Dispositions, *e.hold)
		}
		shipments := held[schemas.KindShipment]
		if len(shipments) > s.Shipments {
			return fmt.Errorf("order %q has %d shipments: which of them are kept depends on arrival; at most %d can be judged here", k.key, len(shipments), s.Shipments)
		}
		for _, e := range shipments {
			c.Shipment = e.shipment
			v := &schemas.Verdict{} // of a scorer of its own, whose memory nothing overwrites
			scoring.New(s.Policy).Score(&c, v)
			x.Decisions[Subject{k.partition, k.key, e.id}] = v
			note(x.Differences, Subject{k.partition, k.key, e.id}, s.contrast(&c, Subject{k.partition, k.key, e.id}, v))
		}
		c.Shipment = nil
		if c.Order == nil {
			continue
		}
		v, claim := &schemas.Verdict{}, Subject{k.partition, k.key, ""}
		scoring.New(s.Policy).PreReview(&c, v)
		delete(x.PreReviews, claim)
		delete(x.TakenBack, claim)
		difference := s.contrast(&c, claim, v)
		delete(x.Differences, claim)
		delete(x.MayDiffer, claim)
		if s.Policy.WantsPreReview(c.Order) {
			x.PreReviews[claim] = v
			note(x.Differences, claim, difference)
		} else {
			x.TakenBack[claim] = v
			note(x.MayDiffer, claim, difference)
		}
	}
	return nil
}

// registered is what a seller has registered about a site: with and without "www." it is the
// same one, unless each is registered.
func registered(sites map[site]*schemas.SellerSite, seller, name string) *schemas.SellerSite {
	name = host.Canonical(name)
	if s := sites[site{seller, name}]; s != nil {
		return s
	}
	if s := sites[site{seller, "www." + name}]; s != nil && host.Same(name, s.SiteHost) {
		return s
	}
	return sites[site{seller, strings.TrimPrefix(name, "www.")}]
}

// cases cuts the records of an order where they pause for longer than the retention, the
// oldest part first.
func cases(events []*event, retentionMs int64) (parts [][]*event) {
	slices.SortFunc(events, func(a, b *event) int { return cmp.Compare(a.recordMs, b.recordMs) })
	first := 0
	for i := range events {
		if i > first && events[i].recordMs-events[i-1].recordMs > retentionMs {
			parts = append(parts, events[first:i])
			first = i
		}
	}
	return append(parts, events[first:])
}

// greatest is the event that holds of each kind and id.
func greatest(events []*event) map[schemas.Kind][]*event {
	type name struct {
		kind schemas.Kind
		id   string
	}
	best := map[name]*event{}
	for _, e := range events {
		k := name{e.kind, e.id}
		if best[k] == nil || e.compare(best[k]) > 0 {
			best[k] = e
		}
	}
	held := map[schemas.Kind][]*event{}
	for k, e := range best {
		held[k.kind] = append(held[k.kind], e)
	}
	return held
}

// newest is the n newest by revision, time and id.
func newest(events []*event, n int) []*event {
	slices.SortFunc(events, func(a, b *event) int {
		return cmp.Or(cmp.Compare(b.revision, a.revision), cmp.Compare(b.time, a.time), cmp.Compare(b.id, a.id))
	})
	return events[:min(n, len(events))]
}
