package layout

import "github.com/clearlane/clearlane/schemas"

// CellKind is the kind of row that this layout describes; the topic holds others.
const CellKind = "cell"

// The messages of the roll-ups and of the commits.
var (
	Rollup = build[schemas.RollupRow](&all, "Rollup", "The absolute value of one roll-up cell of one partition as of one commit. Take the greatest version of each (layout, partition, cell), then add over partitions.",
		constant("kind", CellKind, "Kind of the row."),
		f(1, "grain", "Cell.Grain", "Which dimensions the cell has.").always(),
		f(2, "time", "Cell.Time", "Start of the cell's minute or hour.").always(),
		f(3, "port", "Cell.Port", "Port of entry (minute_route)."),
		f(4, "route", "Cell.Route", "Route (minute_route)."),
		f(5, "preference_status", "Cell.PreferenceStatus", "Preference status (minute_route); NOT_CLAIMED when left out."),
		f(6, "currency", "Cell.Currency", "Currency of value (minute_route)."),
		f(7, "seller_id", "Cell.SellerID", "Id of the seller (hour_reason)."),
		f(8, "site_host", "Cell.SiteHost", "Host name of the site (hour_reason)."),
		f(9, "reason", "Cell.Reason", "Reason code (hour_reason)."),
		f(10, "count", "Count", "Number of subjects in the cell.").always(),
		f(11, "value", "Value", "Sum of declared_value.").always(),
		f(12, "layout", "Layout", "Number of input partitions when the row was written.").always(),
		f(13, "partition", "Partition", "Input partition.").always(),
		f(14, "version", "Version", "Commit number.").always(),
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
		f(20, "shadow_hash", "ShadowHash", "Hash of the shadow policy pack."),
	)
)

// Count is the number of layouts; their IDs are below it.
const Count = 23

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
