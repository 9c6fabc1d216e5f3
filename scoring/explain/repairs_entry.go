package explain

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/reason"
)

var repairsOfEntries = []repair{
	{"de-minimis-withdrawn", "an ordinary entry in place of the de minimis claim", []reason.Code{reason.Entry321Suspended, reason.Entry321OverLimit,
		reason.EntryWarehouseConsignee, reason.EntryTypeRetired, reason.EntryDataIncomplete}, (*draft).ordinaryEntry},
	{"owner-named", "the owner of the goods named", []reason.Code{reason.EntryWarehouseConsignee}, (*draft).nameOwner},
	{"data-supplied", "all data elements of the shipment", []reason.Code{reason.EntryDataIncomplete}, (*draft).supplyData},
	{"seller-named", "the seller of the goods named", []reason.Code{reason.IPRSellerUnidentified}, (*draft).nameSeller},
}

// ordinaryEntry is a consumption entry (type 01), with duty.
func (d *draft) ordinaryEntry() {
	if s := d.c.Shipment; s != nil {
		s.DeMinimisClaim, s.EntryType = schemas.False, "01"
	}
}

func (d *draft) nameOwner() {
	if d.c.Shipment != nil {
		assume(&d.c.Shipment.OwnerRef)
	}
}

func (d *draft) nameSeller() {
	if d.c.Order != nil {
		assume(&d.c.Order.SellerID)
	}
}

// supplyData fills in the data elements of the Section 321 Data Pilot.
func (d *draft) supplyData() {
	s, o := d.c.Shipment, d.c.Order
	if s == nil || o == nil {
		return
	}
	for _, field := range []*string{&s.Carrier, &s.TrackingNumber, &s.Mode, &s.OwnerRef, &s.ConsigneeRef, &o.SellerID, &o.BuyerRef} {
		assume(field)
	}
	for i := range o.Items {
		assume(&o.Items[i].Description)
	}
	if !s.ListedPrice.Set {
		s.ListedPrice = s.DeclaredValue
	}
}

func assume(field *string) {
	if *field == "" {
		*field = assumed
	}
}
