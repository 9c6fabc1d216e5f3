package layout

import "github.com/clearlane/clearlane/schemas"

// The messages of the roll-ups and of the commits.
var (
	Rollup = build[schemas.RollupRow](&all, "Rollup", "The absolute value of one cell of one partition as of one commit. Take the greatest version of each (layout, partition, cell), then add over partitions and epochs.",
		constant("kind", "Kind of the row: funnel of hour_funnel, ledger of day_ledger, else cell.", CellKind, FunnelKind, LedgerKind),
		f(1, "grain", "Cell.Grain", "Which dimensions the cell has.").always(),
		f(2, "time", "Cell.Time", "Start of the cell's minute, hour or day.").always(),
		f(3, "port", "Cell.Port", "Port of entry (minute_route)."),
		f(4, "route", "Cell.Route", "Route (minute_route, day_origin, day_campaign, day_seller)."),
		f(5, "preference_status", "Cell.PreferenceStatus", "Preference status (minute_route); NOT_CLAIMED when left out."),
		f(6, "currency", "Cell.Currency", "Currency of value (of all grains that have one)."),
		f(7, "seller_id", "Cell.SellerID", "Id of the seller (hour_reason, day_seller, hour_funnel)."),
		f(8, "site_host", "Cell.SiteHost", "Host name of the site (hour_reason, day_seller)."),
		f(9, "reason", "Cell.Reason", "Reason code (hour_reason)."),
		f(15, "origin_country", "Cell.OriginCountry", "Country of origin (day_origin)."),
		f(16, "hs_chapter", "Cell.HSChapter", "Chapter of the Harmonized System (day_origin)."),
		f(17, "channel_group", "Cell.ChannelGroup", "Channel group of the attributed click (hour_label)."),
		f(18, "platform", "Cell.Platform", "Platform of the site (hour_label)."),
		f(19, "label_class", "Cell.LabelClass", "Class of the click's labels (hour_label, day_campaign)."),
		f(20, "ad_network", "Cell.AdNetwork", "Advertising network of the attributed click (day_campaign)."),
		f(21, "campaign", "Cell.Campaign", "Campaign of the attributed click (day_campaign)."),
		f(22, "channel", "Cell.Channel", "Channel of the order (hour_funnel)."),
		f(23, "topic", "Cell.Topic", "Topic of the records (day_ledger)."),
		f(24, "outcome", "Cell.Outcome", "What became of the records (day_ledger)."),
		f(10, "count", "Count", "Number of subjects in the cell, of records in one of day_ledger."),
		f(11, "value", "Value", "Sum of declared_value."),
		f(26, "clicks", "Funnel.Clicks", "Clicks held, of orders that arrived and of those that have not (hour_funnel)."),
		f(27, "orders", "Funnel.Orders", "Orders (hour_funnel)."),
		f(28, "shipments", "Funnel.Shipments", "Shipments: joined, waiting and expired (hour_funnel)."),
		f(29, "joined", "Funnel.Joined", "Shipments that have their order and a click (hour_funnel)."),
		f(30, "waiting", "Funnel.Waiting", "Shipments that have not, and may get them (hour_funnel)."),
		f(31, "expired", "Funnel.Expired", "Shipments that had not when their order was forgotten (hour_funnel)."),
		f(12, "layout", "Layout", "Number of input partitions when the row was written.").always(),
		f(13, "partition", "Partition", "Input partition.").always(),
		f(14, "version", "Version", "Commit number.").always(),
		f(25, "epoch", "Cell.Epoch", "Day of the version of the decisions that the cell counts, in days since 1970-01-01; 0 in rows of older releases. It is part of the cell's identity."),
	)

	Progress = build[schemas.Progress](&all, "Progress", "The record that makes a commit: everything up to offsets is in the outputs.",
		f(1, "partition", "Partition", "Input partition.").always(),
		f(2, "layout", "Layout", "Number of input partitions.").always(),
		f(3, "commit", "Commit", "Number of the commit.").always(),
		f(4, "watermark_ms", "Watermark", "Greatest record timestamp taken in, Unix ms.").kind(Millis),
		f(5, "offsets", "Offsets", "Next offset of each input topic.").always(),
		f(6, "policy_hash", "PolicyHash", "Hash of the policy pack."),
		f(7, "geo_version", "GeoVersion", "Version of the country database."),
		f(8, "lists_version", "ListsVersion", "Version of the label lists."),
		f(9, "seller_sites_offset", "SellerSitesOffset", "Next offset of the seller-sites topic.").always(),
		f(10, "instance", "Instance", "Who wrote it."),
		f(11, "sweep_from", "SweepFrom", "Orders of sellers whose sites changed from this offset of seller-sites are being decided anew."),
		f(12, "sweep_to", "SweepTo", "Up to this offset of seller-sites."),
		f(13, "sweep_tag", "SweepTag", "The seller whose orders come next: murmur3-64 of its id.").kind(Hash),
		f(14, "sweep_key", "SweepKey", "The last of its orders that was decided."),
		f(15, "redecide", "Redecide", "All open orders are being decided anew."),
		f(16, "redecide_key", "RedecideKey", "The last of them that was decided."),
		f(21, "epochs_from", "EpochsFrom", "Decisions of this version and greater ones are counted by epoch, those of lower ones, of older releases, in epoch 0."),
		f(20, "shadow_hash", "ShadowHash", "Hash of the shadow policy pack."),
	)
)

// Count is the number of layouts; their IDs are below it.
const Count = 24

// Inputs are the events in the order of their kinds.
var Inputs = [...]*Layout{
	schemas.KindAdClick:           AdClick,
	schemas.KindOrder:             Order,
	schemas.KindShipment:          Shipment,
	schemas.KindEcertVerification: EcertVerification,
	schemas.KindDisposition:       Disposition,
	schemas.KindSellerSite:        SellerSite,
}

// Outputs are the messages that Clearlane writes.
var Outputs = [...]*Layout{Decision, PreReview, Rollup, Progress, Difference}
