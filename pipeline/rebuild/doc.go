// Package rebuild works every roll-up cell out anew from the history of decisions in
// ClickHouse, and says where the roll-ups differ: they must not.
//
// A cell holds the decisions that stand, the newest version of each and, of an order that
// was forgotten and came back, that of each of its lives; so a cell is a function of the
// history alone, whatever was published in between. One day of
// event_time is compared after the other, which bounds the server's memory by a day and
// ours by its differences. It only reads.
//
// Rows on their way are no fault. What differs is compared again and again, each time
// after all that was committed before has landed (Settled); only a cell that misses the
// same amount every time is a fault. A cell that decisions move meanwhile misses another
// amount each time, or none.
//
// Funnel and ledger count records, not decisions, and cannot be worked out from here.
// Of the ledger the published decisions are held against the rows of the history.
package rebuild
