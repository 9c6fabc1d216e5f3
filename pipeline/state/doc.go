// Package state is the local state of one partition: order states and roll-up cells by
// key, and one blob of positions that says which records all of it reflects. It is a
// write-back cache in front of a Pebble database, because a Pebble get and put cost ten
// times what decoding an event does.
//
// Promises:
//   - What Flush froze is found after a crash as a whole, together with its positions,
//     or not at all. State and positions never disagree, whatever was lost.
//   - A change made while a flush is under way belongs to the next one.
//   - Every level of memory has a bound that is a named option.
//   - A fault of the disk is an error of the next call, never the end of the process.
//
// A read asks the changes of now, those being flushed, those flushed lately, then the
// filter of stored keys, and Pebble last. One goroutine owns a Store; Metrics alone may
// be called from others.
package state
