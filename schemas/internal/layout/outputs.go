package layout

import (
	"slices"

	"github.com/clearlane/clearlane/schemas"
)

// The messages that go out, and what stands within them.
var (
	Reason = build[schemas.Reason](&all, "Reason", "One finding, with what it needs to be defended before an officer.",
		f(1, "code", "Code", "Reason code; it never changes its meaning.").always(),
		f(2, "severity", "Severity", "Hard reasons route by themselves, soft ones ask for documents, info ones change nothing.").always(),
		f(3, "weight", "Weight", "Share of the score.").always(),
		f(4, "rule_id", "RuleID", "Rule of the policy pack."),
		f(5, "rule_version", "RuleVersion", "Version of the rule."),
		f(6, "pack_version", "PackVersion", "Version of the policy pack."),
		f(7, "field", "Field", "The field that was judged.").always(),
		f(8, "observed", "Observed", "What stood there; never personal data.").always(),
		f(9, "expected", "Expected", "What the rule expects.").always(),
		f(10, "source", "Source", "Where the rule comes from."),
		f(11, "confidence", "Confidence", "How sure the source is: official, reported, vendor or heuristic."),
	)

	Unknown = build[schemas.Unknown](&all, "Unknown", "A question that could not be answered: never a match, never a mismatch.",
		f(1, "field", "Field", "The field in question.").always(),
		f(2, "why", "Why", "Why there is no answer.").always(),
	)

	Suppression = build[schemas.Suppression](&all, "Suppression", "The disposition that a shipment's route is taken from, instead of from its reasons.",
		f(1, "code", "Code", "Code of the disposition.").always(),
		f(2, "until", "Until", "Last day that it holds, by the date of the case.").always(),
		f(3, "route", "Route", "Where the reasons lead.").always(),
	)

	Ecert = build[schemas.Ecert](&all, "Ecert", "The e-Cert that a preference claim rests on, and what its platform answered.",
		f(1, "id", "ID", "e_cert_id of the shipment, else of the order's preference.").always(),
		f(2, "platform", "Platform", "The platform that answered."),
		f(3, "status", "Status", "What it answered; left out when no answer has arrived."),
		f(4, "valid_to", "ValidTo", "Last day of its validity, left out when not stated."),
	)

	Position = build[schemas.Position](&all, "Position", "Where a record stands.",
		f(1, "topic", "Topic", "Kafka topic.").always(),
		f(2, "partition", "Partition", "Kafka partition.").always(),
		f(3, "offset", "Offset", "Kafka offset.").always(),
	)

	SiteEvidence = build[schemas.SiteEvidence](&all, "SiteEvidence", "The fields of the seller's site that were used.",
		f(1, "known", "Known", "Whether the site is registered.").always(),
		f(2, "platform", "Platform", "The SaaS site builder."),
		f(3, "integration", "Integration", "How far the site is connected to a verification platform."),
		f(4, "since", "Since", "First day of that state."),
		f(5, "elsewhere", "Elsewhere", "Fields of the attributed click whose value other sellers have registered, and not this one, when it was decided."),
	)

	Evidence = build[schemas.Evidence](&all, "Evidence", "What a verdict was derived from. It is not part of the verdict.",
		f(1, "positions", "Positions", "The records used; of identical ones the lowest offset.").list(Position, listOps[schemas.Position]()).always(),
		f(2, "input_hash", "InputHash", "Hash over the records used.").kind(Hash),
		f(3, "policy_hash", "PolicyHash", "Hash of the policy pack."),
		f(4, "geo_version", "GeoVersion", "The country database that the attributed click's country comes from; of one no longer in force its build time (Unix seconds) alone."),
		f(5, "lists_version", "ListsVersion", "Version of the label lists."),
		f(6, "site", "Site", "The seller's site as it was used.").sub(SiteEvidence),
	)

	// Verdict is not a message of its own: its members stand flat in a decision.
	Verdict = build[schemas.Verdict](&all, "Verdict", "What was decided about a subject.", verdictFields("")...)

	Decision = build[schemas.Decision](&all, "Decision", "One published version of the verdict about a shipment. The same in the topics of decisions and of high-risk ones.",
		slices.Concat([]Field{
			f(1, "decision_id", "ID", "Names the subject for ever: murmur3-128 over order_key and shipment_id.").always(),
			f(2, "order_key", "OrderKey", "Key of the order.").always(),
			f(3, "shipment_id", "ShipmentID", "Id of the shipment.").always(),
		}, publishedFields(), []Field{
			f(7, "retracted", "Retracted", "On the high-risk topic: the decision leaves high-risk control."),
		}, verdictFields("Verdict."), evidenceFields())...)

	PreReview = build[schemas.PreReview](&all, "PreReview", "One published version of the verdict about an order's preference claim, before and apart from its shipments.",
		slices.Concat([]Field{
			f(1, "pre_review_id", "ID", "Names the subject for ever: murmur3-128 over order_key.").always(),
			f(2, "order_key", "OrderKey", "Key of the order.").always(),
			f(3, "order_id", "OrderID", "The site's order number."),
		}, publishedFields(), verdictFields("Verdict."), evidenceFields())...)
)

func publishedFields() []Field {
	return []Field{
		f(4, "version", "Version", "Grows with every publication about the subject.").always(),
		f(5, "supersedes", "Supersedes", "The version before, left out for the first."),
		f(6, "decided_at", "DecidedAt", "When it was decided."),
	}
}

func verdictFields(path string) []Field {
	return []Field{
		f(10, "route", path+"Route", "Where the shipment goes.").always(),
		f(11, "score", path+"Score", "Sum of the weights.").always(),
		f(12, "preference_status", path+"PreferenceStatus", "Where the USMCA claim stands.").always(),
		f(13, "reasons", path+"Reasons", "The findings, by code, then field.").list(Reason, listOps[schemas.Reason]()).always(),
		f(14, "unknowns", path+"Unknowns", "What could not be answered, by field.").list(Unknown, listOps[schemas.Unknown]()).always(),
		f(15, "complete", path+"Complete", "Whether all records of the case are there.").always(),
		f(16, "missing", path+"Missing", "What an incomplete case lacks: order, click."),
		f(17, "attributed_click", path+"AttributedClick", "click_id of the attributed click."),
		f(18, "cancelled", path+"Cancelled", "The order or the shipment was cancelled."),
		f(19, "suppressed", path+"Suppressed", "A disposition holds the shipment back from where its reasons lead.").sub(Suppression),
		f(20, "seller_id", path+"Dimensions.SellerID", "Id of the seller."),
		f(21, "site_host", path+"Dimensions.SiteHost", "Host name of the site."),
		f(22, "platform", path+"Dimensions.Platform", "The SaaS site builder."),
		f(23, "channel", path+"Dimensions.Channel", "B2B or B2C."),
		f(24, "port", path+"Dimensions.Port", "Port of entry."),
		f(25, "origin_country", path+"Dimensions.OriginCountry", "Country of origin."),
		f(26, "hs_chapter", path+"Dimensions.HSChapter", "Chapter of the tariff code."),
		f(27, "channel_group", path+"Dimensions.ChannelGroup", "GA4 default channel group of the attributed click."),
		f(33, "ad_network", path+"Dimensions.AdNetwork", "Advertising network of the attributed click: google, meta, microsoft, tiktok."),
		f(34, "campaign", path+"Dimensions.Campaign", "Campaign of the attributed click: utm_campaign, else the Bing campaign id."),
		f(28, "label_class", path+"Dimensions.LabelClass", "certain, likely, drift, clean or none."),
		f(29, "currency", path+"Dimensions.Currency", "Currency of declared_value."),
		f(30, "declared_value", path+"Dimensions.DeclaredValue", "Declared value."),
		f(31, "event_time", path+"Dimensions.EventTime", "Time of the case; roll-up cells are cut by it."),
		f(32, "data_completeness", path+"DataCompleteness", "Percent of the Section 321 Data Pilot's elements that are known, where Section 321 is claimed."),
		f(35, "ecert", path+"Ecert", "The e-Cert that the preference claim rests on.").sub(Ecert),
	}
}

func evidenceFields() []Field {
	return []Field{
		f(40, "verdict_hash", "VerdictHash", "Hash of the verdict; a new version is published only when it differs.").kind(Hash).always(),
		f(41, "input_time_ms", "Evidence.InputTime", "Kafka timestamp of the newest record used, Unix ms.").kind(Millis),
		f(42, "evidence", "Evidence", "What the verdict was derived from.").sub(Evidence).always(),
	}
}
