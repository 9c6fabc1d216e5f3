package decide

import (
	"fmt"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/label"
	"github.com/clearlane/clearlane/scoring/policy"
)

// reading is how much of the loaded order has been decoded.
type reading uint8

const (
	nothing   reading = iota
	orderOnly         // d.facts.Order and Site
	allFacts
)

// Load takes up an order. What is known of it is decoded when a verdict first asks for it:
// most records of an order come while there is nothing to decide. Until the last subject is
// judged st must stay as it is: the facts alias it.
func (d *Decider) Load(orderKey string, st Joined) {
	d.joined, d.read = st, nothing
	c := &d.facts
	c.OrderKey, c.Order, c.Shipment, c.Site = orderKey, nil, nil, nil
	c.Clicks, c.Verifications, c.Dispositions, c.Sites = c.Clicks[:0], c.Verifications[:0], c.Dispositions[:0], c.Sites[:0]
}

// wants tells whether a policy wants a pre-review of the loaded order.
func (d *Decider) wants(p *policy.Set) (bool, error) {
	e, ok := d.joined.Order()
	if !ok {
		return false, nil
	}
	switch p.PreReviews() {
	case policy.PreReviewNone:
		return false, nil
	case policy.PreReviewClaims: // most orders have no preference to claim it by
		if has, err := codec.OrderHasPreference(e.Payload); !has {
			return false, orderFault(err)
		}
	}
	err := d.readOrder()
	return err == nil && p.WantsPreReview(&d.order), err
}

func (d *Decider) readOrder() error {
	if d.read >= orderOnly {
		return nil
	}
	if e, ok := d.joined.Order(); ok {
		if err := codec.ReadOrder(e.Payload, &d.order); err != nil {
			return orderFault(err)
		}
		c := &d.facts
		d.order.OrderKey = c.OrderKey
		c.Order = &d.order
		if d.refs.Sites != nil {
			c.Site = d.refs.Sites.Site(d.order.SellerID, d.order.SiteHost)
		}
	}
	d.read = orderOnly
	return nil
}

func orderFault(err error) error {
	if err != nil {
		return fmt.Errorf("order in the local state: %w", err)
	}
	return nil
}

// readFacts decodes what all subjects of the order share.
func (d *Decider) readFacts() error {
	if d.read == allFacts {
		return nil
	}
	if err := d.readOrder(); err != nil {
		return err
	}
	c := &d.facts
	clicks := d.joined.Clicks()
	c.Clicks = resize(c.Clicks, len(clicks))
	for i := range clicks {
		if err := label.ReadFeatures(clicks[i].Payload, &c.Clicks[i]); err != nil {
			return fmt.Errorf("click in the local state: %w", err)
		}
		c.Clicks[i].ClickID, c.Clicks[i].EventTime = clicks[i].ID, schemas.Time(clicks[i].Rank.EventMs)
	}
	d.otherSites()
	certs := d.joined.Verifications()
	c.Verifications = resize(c.Verifications, len(certs))
	for i := range certs {
		if err := codec.ReadEcertVerification(certs[i].Payload, &c.Verifications[i]); err != nil {
			return fmt.Errorf("e-Cert answer in the local state: %w", err)
		}
	}
	holds := d.joined.Dispositions()
	c.Dispositions = resize(c.Dispositions, len(holds))
	for i := range holds {
		if err := codec.ReadDisposition(holds[i].Payload, &c.Dispositions[i]); err != nil {
			return fmt.Errorf("disposition in the local state: %w", err)
		}
	}
	d.read = allFacts
	return nil
}

// resize keeps the elements' own memory, so that reading into them need not allocate.
func resize[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	return append(s[:cap(s)], make([]T, n-cap(s))...)
}
