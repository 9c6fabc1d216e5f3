// Package scoring decides about a case: a shipment with its order, its clicks and
// what is known about its origin, or an order before any shipment (a pre-review).
//
// It is pure: no I/O, no clock, no goroutine, no globals but errors and tables.
// The verdict is a function of the case and the policy pack. It imports schemas
// and its own folders:
//
//	reason   the reason codes, a contract with brokers and analysts
//	policy   the dated, sourced rules: what weighs how much, where and since when
//	geo      countries, and the country of an address
//	label    what the labels of a click say, derived once when it is taken in
//	entry    how a shipment is entered: Section 321, entry types, data elements
//	origin   the USMCA preference: claim, e-Cert, certification, site integration
//
// A folder finds facts; the pack says whether a fact is a reason, and how much it
// weighs. A further family of rules is a further folder of the same kind, and one
// more line in Scorer.judge.
package scoring
