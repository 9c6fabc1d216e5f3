package explain

import "github.com/clearlane/clearlane/scoring/reason"

// findings says of each code in words what was found. {observed}, {expected} and {field} are
// the reason's own. A code never changes its meaning, so neither does its sentence; how
// it is worded may.
var findings = [reason.Count]string{
	reason.GeoTargetMismatch:        "The shipping country is {observed}, and the advertising that led to the order does not target it ({expected})",
	reason.GeoClickOutsideTarget:    "The click came from {observed}, outside the countries that its campaign targets ({expected})",
	reason.GeoClickShippingMismatch: "The click came from {observed}, and the goods go to another country; expected: {expected}",
	reason.GeoOriginInconsistent:    "What is stated about where the goods come from does not agree: the {field} is {observed}; expected: {expected}",

	reason.LabelMacroUnexpanded:       "The {field} of the click holds {observed}, a macro that the advertising platform should have filled in; expected: {expected}",
	reason.LabelClickIDSourceConflict: "The click carries {observed}, which do not come together; expected: {expected}",
	reason.LabelIDMalformed:           "The {field} of the click does not have its published form: {observed}; expected: {expected}",
	reason.LabelIDTimeInvalid:         "The time within the {field} of the click cannot be right: {observed}; expected: {expected}",
	reason.LabelFBCConflict:           "The {field} of the click contradicts its landing page: {observed}; expected: {expected}",
	reason.LabelPixelUnregistered:     "The {field} of the click, {observed}, was not registered for the seller's site when the click came; expected: {expected}",
	reason.LabelCampaignUnregistered:  "The {field} of the click, {observed}, was not registered for the seller's site when the click came; expected: {expected}",
	reason.LabelParameterConflict:     "The landing page's address has the {field} more than once, with {observed}; expected: {expected}",

	reason.LabelClickIDsConflict:   "The click carries {observed}; expected: {expected}",
	reason.LabelPaidWithoutClickID: "The {field} says that the click was paid for ({observed}), and no advertising network's id came with it; expected: {expected}",
	reason.LabelOrganicWithClickID: "The {field} says that the click was not paid for ({observed}); expected: {expected}",
	reason.LabelReferrerConflict:   "The page that the click came from contradicts its source: it is {observed}; expected: one {expected}",
	reason.LabelDrift:              "A label of the click, the {field}, is not as it should be, which is no sign of risk: {observed}; expected: {expected}",

	reason.SiteNotIntegrated:   "The seller's site is not connected to an origin verification platform: its state is {observed}; expected: {expected}",
	reason.EcertIDMissing:      "USMCA preference is claimed, and the e-Cert ID stated is {observed}; expected: {expected}",
	reason.EcertPending:        "The verification platform has not answered about the e-Cert: {observed}; expected: {expected}",
	reason.EcertUnverifiable:   "The verification platform could not be asked about the e-Cert, which does not make it invalid: {observed}; expected: {expected}",
	reason.EcertInvalid:        "The e-Cert does not stand at the date of the case: its {field} is {observed}; expected: {expected}",
	reason.EcertRevoked:        "The e-Cert was revoked: its {field} is {observed}; expected: {expected}",
	reason.EcertExpired:        "The e-Cert had expired at the date of the case: its {field} is {observed}; expected: {expected}",
	reason.EcertHS6Mismatch:    "The e-Cert does not cover the goods: their subheading is {observed}; expected: one of {expected}",
	reason.EcertOriginMismatch: "The e-Cert names another country of origin than the goods have, which is {observed}; expected: {expected}",

	reason.TrafficTooFast:    "The order followed the click faster than people order: {observed}; expected: {expected}",
	reason.TrafficTooLate:    "The order followed the click later than clicks lead to orders: {observed}; expected: {expected}",
	reason.TrafficRobot:      "The click came from a robot, as its user agent says: {observed}; expected: {expected}",
	reason.TrafficDatacenter: "The click came from a data centre, as its address says: {observed}; expected: {expected}",

	reason.CertMissing:         "USMCA preference is claimed, and the certification of origin that is shown is {observed}; expected: {expected}",
	reason.CertElement1Missing: "The certification of origin does not say in which role its certifier acts (element 1 of Annex 5-A): {observed}; expected: {expected}",
	reason.CertElement2Missing: "The certification of origin does not name its certifier (element 2 of Annex 5-A): {observed}; expected: {expected}",
	reason.CertElement3Missing: "The certification of origin does not name the exporter (element 3 of Annex 5-A): {observed}; expected: {expected}",
	reason.CertElement4Missing: "The certification of origin does not name the producer (element 4 of Annex 5-A): {observed}; expected: {expected}",
	reason.CertElement5Missing: "The certification of origin does not name the importer (element 5 of Annex 5-A): {observed}; expected: {expected}",
	reason.CertElement6Missing: "The certification of origin does not describe the goods and their subheading (element 6 of Annex 5-A): {observed}; expected: {expected}",
	reason.CertElement7Missing: "The certification of origin does not name an origin criterion (element 7 of Annex 5-A): {observed}; expected: {expected}",
	reason.CertElement8Missing: "The certification of origin does not state its blanket period whole (element 8 of Annex 5-A): {observed}; expected: {expected}",
	reason.CertElement9Missing: "The certification of origin is not signed and dated (element 9 of Annex 5-A): {observed}; expected: {expected}",
	reason.BlanketExpired:      "The blanket period of the certification does not reach to the date of the case: {observed}; expected: {expected}",
	reason.BlanketGT12M:        "The blanket period of the certification is longer than twelve months: {observed}; expected: {expected}",
	reason.HS6Mismatch:         "The certification of origin is for other goods: the {field} is {observed}; expected: {expected}",
	reason.OriginNotUSCAMX:     "USMCA preference is claimed for goods that come from none of its parties: the {field} is {observed}; expected: {expected}",
	reason.SPIWithoutCert:      "The special program indicator claims USMCA preference, and nothing certifies the origin: {observed}; expected: {expected}",
	reason.CertAfterClaim:      "The certification of origin was signed after the claim was made: {observed}; expected: {expected}",

	reason.Entry321Suspended:       "The de minimis exemption (Section 321) is claimed while it is suspended: {observed}; expected: {expected}",
	reason.Entry321OverLimit:       "The de minimis exemption (Section 321) is claimed for more than its limit: {observed}; expected: {expected}",
	reason.EntryWarehouseConsignee: "The goods are consigned to a fulfilment warehouse, and their owner is not named: {observed}; expected: {expected}",
	reason.EntryTypeRetired:        "The entry type is no longer in use: {observed}; expected: {expected}",
	reason.EntryDataIncomplete:     "Data elements of the shipment are missing: {observed}; expected: {expected}",
	reason.IPRLowPrice:             "The price is unusually low for goods of this brand: {observed}; expected: {expected}",
	reason.IPRSellerUnidentified:   "Goods of a watched brand are sold by somebody who is not identified: {observed}; expected: {expected}",
}

// otherFinding is that of a code that this program does not know: a pack's custom rule, or one
// of a newer program.
const otherFinding = "The rule looked at the {field} and found {observed}; expected: {expected}"

// Disclaimer stands on every record.
const Disclaimer = "This record says which rules of a policy pack a program applied to the data it was given. " +
	"It is not legal advice, not a ruling and not a finding of any customs authority. " +
	"Of the measures behind the rules some were published officially, others are known from reports or vendors' documentation only; each rule says which."
