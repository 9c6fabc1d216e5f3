// Package offline is the door into Clearlane that needs no Kafka: it reads events as
// lines of JSON and writes what would be decided about them, by the same join and the
// same scoring as a task of the stream.
//
// The record time of an event is its own time. Two ways of writing:
//
//   - The final decision of every subject, in the order of the subjects. All cases of
//     an order are kept and seller sites are those of the whole file, so the output is
//     a function of the set of lines. Two things only depend on their sequence: the
//     line numbers in the evidence, and which of two lines about one seller site holds
//     (the later one, as in the topic).
//   - Every version, in the order of the lines: what a task publishes that takes one
//     record at a time, with the seller sites read so far.
//
// Evidence names the file as the topic, 0 as the partition and the line, counted from
// 1, as the offset. There is no clock: decided_at is the time of the newest record
// used, and so is the version of a final decision.
//
// One goroutine owns a Scorer. It has no bound but the file's: the states of all orders
// are held in memory, in their encoded form.
package offline
