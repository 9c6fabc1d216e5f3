package explain

import (
	"fmt"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/reason"
)

// shipment is what the shipment says.
func (e *explainer) shipment() Section {
	s := Section{Name: "shipment", Title: "What the shipment says"}
	sh := e.Case.Shipment
	if sh == nil {
		s.Lead = "It is not held any more."
		return s
	}
	s.stated("shipment_id", "Shipment", sh.ShipmentID)
	s.add("revision", "Revision", fmt.Sprint(sh.Revision))
	s.add("event_time", "Time", timeOr(sh.EventTime, "not stated"))
	s.add("status", "Status", sh.Status.String())
	s.stated("origin_country", "Origin", sh.OriginCountry)
	s.stated("destination_country", "Destination", sh.DestinationCountry)
	s.stated("port_of_entry", "Port of entry", e.port(sh.PortOfEntry))
	s.add("entry_type", "Entry type", or(reason.Show(sh.EntryType), "not stated"))
	s.add("entry_date", "Entry date", dateOr(sh.EntryDate, "not stated"))
	s.add("declared_value", "Declared value", money(sh.DeclaredValue, sh.Currency))
	s.add("hs_codes", "Tariff numbers", list(sh.HSCodes, "not stated"))
	s.add("mode", "Mode of transport", or(reason.Show(sh.Mode), "not stated"))
	s.add("carrier", "Carrier", or(reason.Show(sh.Carrier), "not stated"))
	s.add("marketplace", "Marketplace", or(reason.Show(sh.Marketplace), "not stated"))
	s.add("de_minimis_claim", "De minimis exemption (Section 321)", yes(sh.DeMinimisClaim, "claimed", "not claimed"))
	if share := e.verdict.DataCompleteness; share.Set {
		s.add("data_completeness", "Data elements known (Section 321 Data Pilot)", share.String()+" %")
	}
	s.add("warehouse", "Consignee is a fulfilment warehouse", yes(sh.Warehouse, "yes", "no"))
	return s
}

// port is a port as given, with the name that the pack has for it.
func (e *explainer) port(given string) string {
	if e.pack == nil {
		return given
	}
	if code, known := e.pack.Port(given); known {
		if name := e.pack.PortName(code); name != "" {
			return given + ", " + name
		}
	}
	return given
}

// order is what the order says. Who bought is nobody's business here.
func (e *explainer) order() Section {
	s := Section{Name: "order", Title: "What the order says"}
	o := e.Case.Order
	if o == nil {
		s.Lead = "It has not arrived."
		return s
	}
	s.stated("order_id", "Order", o.OrderID)
	s.add("revision", "Revision", fmt.Sprint(o.Revision))
	s.add("event_time", "Time", timeOr(o.EventTime, "not stated"))
	s.add("status", "Status", o.Status.String())
	s.stated("seller_id", "Seller", o.SellerID)
	s.stated("seller_country", "Seller's country", o.SellerCountry)
	s.add("site_host", "Site", or(reason.Show(o.SiteHost), "not stated"))
	s.add("platform", "Site builder", or(reason.Show(o.Platform), "not stated"))
	s.stated("channel", "Sales channel", o.Channel)
	s.stated("ship_to_country", "Shipped to", o.ShipToCountry)
	s.add("value", "Value", money(o.Value, o.Currency))
	for i := range o.Items[:min(len(o.Items), reason.MaxListed)] {
		it := &o.Items[i]
		s.add("item", fmt.Sprintf("Item %d", i+1), fmt.Sprintf("tariff number %s, from %s",
			or(reason.Show(it.HSCode), "not stated"), or(it.OriginCountry, "not stated")))
	}
	if more := len(o.Items) - reason.MaxListed; more > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("The order has %d more items.", more))
	}
	return s
}

func yes(b schemas.Bool, is, isNot string) string {
	switch b {
	case schemas.True:
		return is
	case schemas.False:
		return isNot
	}
	return "not stated"
}

// dispositions are what officers and brokers did with earlier decisions about the
// subject. Who they are, and what they noted, is not repeated.
func (e *explainer) dispositions() (s Section, any bool) {
	s = Section{Name: "dispositions", Title: "What was done with earlier decisions"}
	for i := range e.Case.Dispositions {
		d := &e.Case.Dispositions[i]
		if d.ShipmentID != e.Decision.ShipmentID {
			continue
		}
		text := clean(d.Code)
		if d.Until != 0 {
			text += ", until " + d.Until.String()
		}
		s.add("disposition", timeOr(d.EventTime, "at no stated time"), text)
	}
	return s, len(s.Facts) > 0
}
