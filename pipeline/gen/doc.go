// Package gen makes streams of events whose right answers are known beside them.
//
// Everything is a function of Options: each order is made from the seed and its number
// alone, so that any process can work out the answers again (Expect) without the
// stream. The generator plants causes and writes down what must follow from them; it
// imports nothing of scoring, join or the policy pack and never looks at an event to
// find an answer, so that an error there cannot hide behind the same error here.
//
// What is planted, and what must follow (the default routes):
//
//   - Labels (labelCause): on the click that counts, the newest not after the order. The
//     reason is labelCodes of the cause; HIGH_RISK_CONTROL in a pilot port, elsewhere
//     DOCUMENT_REVIEW, nothing at a date before 2026-06-01. Drift gives nothing.
//   - Geography: target countries of that click that leave out the destination, in the
//     same way GEO_TARGET_MISMATCH.
//   - Claims (claimCause, siteState): claimEffects has a line for each of the e-Cert
//     table's. They hold for a B2B claim bound for the US from 2026-06-27; another claim
//     stands as ELIGIBLE.
//   - Cancelled orders and shipments: RELEASE, no reasons, NOT_CLAIMED. A shipment without
//     its order: RELEASE, incomplete. Without a click that counts: incomplete, the rest holds.
//   - Idle records, which must change nothing: clicks that do not count (as false as
//     can be), older revisions with other contents, duplicates, stragglers, answers about
//     another e-Cert ID, fbclid beside gclid or alone, missing referrers, addresses and
//     targets, fields that no schema knows, and bad records (badSorts), each a dead letter.
//
// A cause for every reason code, and honest noise, are package truth's: this stream is
// for what must hold of any stream, fast and in any order.
//
// Addresses come from the ranges kept for documentation: a country database knows none
// of them, so the second signal of geography stays unknown.
package gen
