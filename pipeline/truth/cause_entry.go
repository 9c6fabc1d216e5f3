package truth

import "github.com/clearlane/clearlane/schemas"

// wantParcel wants a parcel of a consumer, bound for the United States.
func wantParcel(s *spec, r dice) {
	s.b2b, s.claim, s.dest, s.early = false, false, "US", false
	s.origin = pick(r, []string{"CN", "HK", "VN", "TR", "IN", "DE"})
}

// wantBefore wants one from the summer of 2025, when Section 321 could be claimed for
// goods of all countries but China and Hong Kong.
func wantBefore(s *spec, r dice) {
	wantParcel(s, r)
	s.before = true
	s.origin = pick(r, []string{"VN", "TR", "IN", "DE"})
}

// wantEither wants a parcel of either time.
func wantEither(s *spec, r dice) {
	if r.perMille(500) {
		wantBefore(s, r)
		return
	}
	wantParcel(s, r)
}

// entryCauses are faults of how a shipment is entered.
var entryCauses = []cause{
	{name: "de minimis claimed while suspended", family: ofEntry, weight: 6, want: wantParcel, plant: func(d *draft) { d.deMinimis() }},
	{name: "de minimis claimed by its entry type", family: ofEntry, weight: 4, want: wantParcel, plant: func(d *draft) {
		d.deMinimis()
		d.ship.EntryType = "86"
		if d.r.perMille(500) {
			d.ship.DeMinimisClaim = schemas.Unstated
		}
		d.addTo(onShipment, "ENTRY_TYPE_RETIRED")
	}},
	{name: "de minimis claimed for goods of China", family: ofEntry, weight: 3, want: func(s *spec, r dice) {
		wantBefore(s, r)
		s.origin = pick(r, []string{"CN", "HK"})
	}, plant: func(d *draft) { d.deMinimis() }},
	{name: "de minimis claimed over the limit", family: ofEntry, weight: 6, want: wantBefore, plant: func(d *draft) {
		d.deMinimis()
		d.ship.DeclaredValue = cents(80_001 + int64(d.r.IntN(200_000)))
		d.addTo(onShipment, "ENTRY_321_OVER_LIMIT")
	}},
	{name: "warehouse as the consignee", family: ofEntry, weight: 6, want: wantEither, plant: func(d *draft) {
		d.deMinimis()
		d.ship.Warehouse, d.ship.OwnerRef = schemas.True, ""
		d.ship.ConsigneeRef = "Fulfilment centre " + d.r.number(3)
		d.addTo(onShipment, "ENTRY_WAREHOUSE_CONSIGNEE")
	}},
	{name: "retired entry type", family: ofEntry, weight: 4, want: wantParcel, plant: func(d *draft) {
		d.ship.EntryType = "86"
		d.addTo(onShipment, "ENTRY_TYPE_RETIRED")
	}},
	{name: "data element missing", family: ofEntry, weight: 8, want: wantEither, plant: plantMissingElement},
}

// deMinimis claims Section 321 for a parcel of little value. It is a fault by itself
// once the exemption of its goods is suspended.
func (d *draft) deMinimis() {
	sh := &d.ship
	sh.DeMinimisClaim, sh.DeclaredValue, sh.Currency = schemas.True, cents(1_000+int64(d.r.IntN(79_001))), "USD"
	sh.EntryType = ""
	if !d.spec.before || d.spec.origin == "CN" || d.spec.origin == "HK" {
		d.addTo(onShipment, "ENTRY_321_SUSPENDED")
	}
}

// plantMissingElement leaves out one of the data elements of the Section 321 Data Pilot.
func plantMissingElement(d *draft) {
	d.deMinimis()
	sh := &d.ship
	switch d.r.IntN(6) {
	case 0:
		sh.TrackingNumber, sh.MasterBill, sh.HouseBill = "", "", ""
	case 1:
		sh.Mode = ""
	case 2:
		d.order.BuyerRef = ""
	case 3:
		sh.ConsigneeRef = ""
	case 4:
		d.order.Items[0].Description = ""
	default:
		sh.ListedPrice = schemas.Decimal{}
	}
	d.addTo(onShipment, "ENTRY_DATA_INCOMPLETE")
}
