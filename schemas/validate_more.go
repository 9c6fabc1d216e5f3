package schemas

// Validate finds the first field that is missing, malformed or past its bound, as
// a *FieldError.
func (e *Shipment) Validate(l *Limits) error {
	c := check{l: l}
	c.required("order_key", e.OrderKey, l.KeyBytes)
	c.required("shipment_id", e.ShipmentID, l.IDBytes)
	c.revision(e.Revision)
	c.requiredTime("event_time", e.EventTime)
	c.status(e.Status)
	c.country("origin_country", e.OriginCountry)
	c.country("destination_country", e.DestinationCountry)
	c.form("port_of_entry", e.PortOfEntry, isPort, allowedPort)
	c.text("mode", e.Mode, l.CodeBytes)
	c.text("carrier", e.Carrier, l.CodeBytes)
	c.text("tracking_number", e.TrackingNumber, l.IDBytes)
	c.text("master_bill", e.MasterBill, l.IDBytes)
	c.text("house_bill", e.HouseBill, l.IDBytes)
	c.text("entry_type", e.EntryType, l.CodeBytes)
	c.date("entry_date", e.EntryDate)
	c.amount("declared_value", e.DeclaredValue)
	c.text("consignee_ref", e.ConsigneeRef, l.IDBytes)
	c.text("owner_ref", e.OwnerRef, l.IDBytes)
	c.boolean("warehouse", e.Warehouse)
	c.boolean("de_minimis_claim", e.DeMinimisClaim)
	c.form("currency", e.Currency, isCurrency, allowedCurrency)
	c.codes("hs_codes", e.HSCodes, isHS, allowedHS)
	c.text("e_cert_id", e.EcertID, l.IDBytes)
	c.form("spi", e.SPI, isSPI, allowedSPI)
	c.text("marketplace", e.Marketplace, l.IDBytes)
	c.amount("listed_price", e.ListedPrice)
	return c.done()
}

// Validate finds the first field that is missing, malformed or past its bound, as
// a *FieldError.
func (e *EcertVerification) Validate(l *Limits) error {
	c := check{l: l}
	c.required("order_key", e.OrderKey, l.KeyBytes)
	c.required("e_cert_id", e.EcertID, l.IDBytes)
	c.text("platform", e.Platform, l.CodeBytes)
	if e.Status == EcertUnknown || int(e.Status) >= len(ecertNames) {
		c.fail("status", "", "VERIFIED, INVALID, REVOKED, EXPIRED, NOT_FOUND, UNAVAILABLE")
	}
	c.requiredTime("checked_at", e.CheckedAt)
	c.date("valid_from", e.ValidFrom)
	c.date("valid_to", e.ValidTo)
	c.codes("hs6", e.HS6, isHS6, allowedHS6)
	c.country("origin_country", e.OriginCountry)
	return c.done()
}

// Validate finds the first field that is missing, malformed or past its bound, as
// a *FieldError.
func (e *Disposition) Validate(l *Limits) error {
	c := check{l: l}
	c.required("order_key", e.OrderKey, l.KeyBytes)
	c.required("shipment_id", e.ShipmentID, l.IDBytes)
	c.form("decision_id", e.DecisionID, isDecisionID, allowedID)
	c.requiredTime("event_time", e.EventTime)
	if !IsDispositionCode(e.Code) {
		c.fail("code", e.Code, AllowedDispositionCode)
	}
	c.text("by", e.By, l.IDBytes)
	c.text("note", e.Note, l.TextBytes)
	c.date("until", e.Until)
	return c.done()
}

// Validate finds the first field that is missing, malformed or past its bound, as
// a *FieldError.
func (e *SellerSite) Validate(l *Limits) error {
	c := check{l: l}
	c.required("seller_id", e.SellerID, l.IDBytes)
	c.required("site_host", e.SiteHost, l.IDBytes)
	c.text("platform", e.Platform, l.CodeBytes)
	c.ids("facebook_pixel_ids", e.FacebookPixelIDs)
	c.ids("bing_campaign_ids", e.BingCampaignIDs)
	c.ids("utm_campaigns", e.UTMCampaigns)
	c.ids("utm_ids", e.UTMIDs)
	c.count("registrations", len(e.Registrations), l.RegisteredIDs)
	for i := range e.Registrations {
		c.registration(i, &e.Registrations[i])
	}
	c.prefix = "origin_integration."
	c.text("platform", e.OriginIntegration.Platform, l.CodeBytes)
	c.date("since", e.OriginIntegration.Since)
	return c.done()
}
