package layout

import (
	"slices"

	"github.com/clearlane/clearlane/schemas"
)

// Difference is what a shadow pack says differently.
var Difference = build[schemas.Difference](&all, "Difference", "What the shadow policy pack says differently about a shipment, or about an order's preference claim. The newest version of a decision_id holds; one that does not differ ends those before.",
	slices.Concat([]Field{
		f(1, "decision_id", "ID", "Id of the decision; of a pre-review its pre_review_id.").always(),
		f(2, "order_key", "OrderKey", "Key of the order.").always(),
		f(3, "shipment_id", "ShipmentID", "Id of the shipment; left out for a pre-review."),
		f(4, "version", "Version", "Grows with every publication about the subject.").always(),
		f(5, "supersedes", "Supersedes", "The version before, left out for the first."),
		f(6, "compared_at", "ComparedAt", "When it was compared."),
		f(7, "differs", "Differs", "False: the two packs agree again.").always(),
		f(8, "decision_version", "DecisionVersion", "Version of the decision or pre-review that was compared.").always(),
	}, opinionFields(10, "live_", "Live.", "the live pack", "the shadow pack"), opinionFields(20, "shadow_", "Shadow.", "the shadow pack", "the live pack"), []Field{
		f(30, "seller_id", "SellerID", "Id of the seller."),
		f(31, "site_host", "SiteHost", "Host name of the site."),
		f(32, "channel", "Channel", "B2B or B2C."),
		f(33, "port", "Port", "Port of entry."),
		f(34, "origin_country", "OriginCountry", "Country of origin."),
		f(35, "currency", "Currency", "Currency of declared_value."),
		f(36, "declared_value", "DeclaredValue", "Declared value."),
		f(37, "event_time", "EventTime", "Time of the case."),
		f(40, "input_time_ms", "InputTime", "Kafka timestamp of the newest record used, Unix ms.").kind(Millis),
		f(41, "difference_hash", "Hash", "Hash of what differs; a new version is published only when it is another. 0: nothing differs.").kind(Hash).always(),
	})...)

func opinionFields(num int32, prefix, path, of, other string) []Field {
	return []Field{
		f(num, prefix+"pack_version", path+"PackVersion", "Version of "+of+".").always(),
		f(num+1, prefix+"pack_hash", path+"PackHash", "Hash of "+of+".").always(),
		f(num+2, prefix+"route", path+"Route", "Route by "+of+".").always(),
		f(num+3, prefix+"score", path+"Score", "Sum of the weights by "+of+".").always(),
		f(num+4, prefix+"preference_status", path+"PreferenceStatus", "Where the USMCA claim stands by "+of+".").always(),
		f(num+5, prefix+"only", path+"Only", "Codes of reasons that "+other+" does not have, or has of another severity.").always(),
	}
}
