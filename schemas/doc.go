// Package schemas holds what crosses the wire: the events that come in, the
// decisions, pre-reviews and roll-up rows that go out, and their limits.
//
// It imports nothing else of Clearlane. The types are plain: no method of theirs
// does I/O, reads a clock or starts a goroutine. Strings and byte slices of a
// decoded event may alias the buffer they were decoded from; who keeps an event
// longer than that buffer copies it (codec.AppendOrder and its siblings do).
package schemas
