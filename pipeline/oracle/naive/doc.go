// Package naive works out from the input records alone what has to stand in the outputs
// once all of them are processed: the verdict of every subject, the roll-up cells, the
// dead letters. It reads everything into plain maps, sorts, and asks scoring; it is slow
// and holds all of its input, so it is for tens of thousands of records.
//
// It shares schemas and their codecs, and scoring, with the pipeline, and nothing of how
// records are fetched, joined, remembered, counted and published. What it covers are runs
// in which nothing is forgotten (no record is displaced by more than the expiry slack) and
// no order has more shipments than its limit: what becomes of those depends on arrival,
// and is refused.
package naive
