package scoring

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/label"
)

// Case is all that is known about a subject. The caller builds it in memory of its
// own, which it may reuse after the verdict has been used; scoring changes nothing
// of it.
type Case struct {
	OrderKey      string
	Order         *schemas.Order              // nil: has not arrived
	Shipment      *schemas.Shipment           // nil: a pre-review of the order
	Clicks        []label.Features            // all kept clicks of the order, in any order
	Verifications []schemas.EcertVerification // the newest answer for each e-Cert ID, or all of them
	Site          *schemas.SellerSite         // of the order; nil: nothing is registered, which is unknown
	Sites         []*schemas.SellerSite       // others of the seller that clicks are on, in any order
	// Dispositions are what officers and brokers did with earlier decisions, about any
	// shipment of the order. One that suppresses changes the route, never the reasons.
	Dispositions []schemas.Disposition
}

// Date is the date a case is judged at: entry_date, else the shipment's
// event_time, else the order's. 0 is unknown.
func (c *Case) Date() schemas.Date {
	if c.Shipment != nil {
		if c.Shipment.EntryDate != 0 {
			return c.Shipment.EntryDate
		}
		if c.Shipment.EventTime != 0 {
			return c.Shipment.EventTime.Date()
		}
	}
	if c.Order != nil && c.Order.EventTime != 0 {
		return c.Order.EventTime.Date()
	}
	return 0
}

// destination is the country the goods are bound for, as sent, and the field that
// says it.
func (c *Case) destination() (field, country string) {
	if c.Shipment != nil && c.Shipment.DestinationCountry != "" {
		return "destination_country", c.Shipment.DestinationCountry
	}
	if c.Order != nil && c.Order.ShipToCountry != "" {
		return "ship_to_country", c.Order.ShipToCountry
	}
	return "destination_country", ""
}

// origin is the country a shipment comes from. An order alone does not say it.
func (c *Case) origin() (field, country string) {
	if c.Shipment != nil {
		return "origin_country", c.Shipment.OriginCountry
	}
	return "origin_country", ""
}

// platform is the seller's site builder: the registered one, else the order's.
func (c *Case) platform() string {
	if c.Site != nil && c.Site.Platform != "" {
		return c.Site.Platform
	}
	if c.Order != nil {
		return c.Order.Platform
	}
	return ""
}

// hsChapter is the first two digits of the first tariff number.
func (c *Case) hsChapter() string {
	code := ""
	if c.Shipment != nil && len(c.Shipment.HSCodes) > 0 {
		code = c.Shipment.HSCodes[0]
	} else if c.Order != nil && len(c.Order.Items) > 0 {
		code = c.Order.Items[0].HSCode
	}
	if len(code) < 2 || !digit(code[0]) || !digit(code[1]) {
		return ""
	}
	return code[:2]
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// cancelled is true when the order or the shipment was cancelled.
func (c *Case) cancelled() bool {
	return c.Order != nil && c.Order.Status == schemas.StatusCancelled ||
		c.Shipment != nil && c.Shipment.Status == schemas.StatusCancelled
}
