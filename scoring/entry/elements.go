package entry

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
	"github.com/clearlane/clearlane/scoring/reason"
)

// elements counts the data elements that are known of those the pack asks for. What a
// carrier transmits differs from what a marketplace does: a shipment that names a
// marketplace is held against the latter.
func (r *Result) elements(c *Case) {
	e := c.Pack.Entry
	list, of := e.Carrier, "a carrier"
	if trim(c.Shipment.Marketplace) != "" {
		list, of = e.Marketplace, "a marketplace"
	}
	if len(list) == 0 {
		return
	}
	known := 0
	for _, x := range list {
		if has(c, x) {
			known++
			continue
		}
		if len(r.missing) > 0 {
			r.missing = append(r.missing, ", "...)
		}
		r.missing = append(r.missing, x.String()...)
	}
	r.Completeness = percent(known, len(list))
	if known*100 < int(e.CompletePercent)*len(list) {
		share := r.text.Amount("", r.Completeness, " % known; missing: ")
		r.find(reason.EntryDataIncomplete, "data_elements", r.text.Join(share, r.text.Bytes(r.missing)),
			r.text.Count("at least ", int(e.CompletePercent), r.text.Count(" % of the ", len(list), r.text.Join(" elements of ", of))))
	}
}

// percent is the share of n in all, rounded half up to hundredths of a percent.
func percent(n, all int) schemas.Decimal {
	return schemas.DecimalOf(0, int64((2*n*10_000+all)/(2*all)*100))
}

// has is whether an event carries a data element.
func has(c *Case, x policy.DataElement) bool {
	s, o := c.Shipment, c.Order
	switch x {
	case policy.ElementCarrier:
		return trim(s.Carrier) != ""
	case policy.ElementMarketplace:
		return trim(s.Marketplace) != ""
	case policy.ElementBill:
		return trim(s.TrackingNumber) != "" || trim(s.HouseBill) != "" || trim(s.MasterBill) != ""
	case policy.ElementMode:
		return trim(s.Mode) != ""
	case policy.ElementInitiator:
		return trim(s.OwnerRef) != "" || o != nil && trim(o.SellerID) != ""
	case policy.ElementSeller:
		return o != nil && trim(o.SellerID) != ""
	case policy.ElementBuyer:
		return o != nil && trim(o.BuyerRef) != ""
	case policy.ElementDeliverTo:
		return trim(s.ConsigneeRef) != ""
	case policy.ElementDescription:
		return described(o)
	case policy.ElementListedPrice:
		return s.ListedPrice.Set
	}
	return false
}

// described is whether every item of an order has a description.
func described(o *schemas.Order) bool {
	if o == nil {
		return false
	}
	for i := range o.Items {
		if trim(o.Items[i].Description) == "" {
			return false
		}
	}
	return len(o.Items) > 0
}
