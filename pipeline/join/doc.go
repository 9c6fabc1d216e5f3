// Package join is the state machine of one order: it holds, of every record read for
// an order key, what a verdict may depend on, and nothing that depends on when or in
// which sequence the records came.
//
// State is a join-semilattice. Applying a record is commutative, associative and
// idempotent, so the state is a function of the set of records: of any permutation,
// any duplication, and any split into batches with the state encoded and decoded in
// between. The one exception is forgetting, which is bound by time: records that are
// displaced by at most Limits.SlackMs in record time leave the same state too.
//
// The package imports schemas and the standard library. It has no clock, no I/O and
// no goroutine, and it never looks into an event: an entry's payload is opaque. One
// goroutine owns a State.
package join
