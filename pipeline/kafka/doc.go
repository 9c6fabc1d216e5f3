// Package kafka is everything that Clearlane says to Kafka: it reads the inputs of
// a task (Fetcher, Feed), shares out the partitions among the processes of a group
// (Group), writes outputs in transactions (Writer), reads back what was written
// (Reader) and creates and checks the topics (Topics).
//
// kafka-go connects and routes for reading; its fetch goes through
// Transport.RoundTrip with a message of ours that reads the answer straight into pooled memory and decodes record batches in place (wire.go,
// batch.go). Decoding is ours for three reasons: kafka-go hands out records of
// aborted transactions, drops a batch's last offset delta (so that a reader of a
// compacted topic may ask for the same offset for ever), and copies every record
// through pages. What is written we encode ourselves (out_batch.go) and send through
// franz-go's kgo (send.go, links.go): kafka-go has no transactional producer.
// The group is spoken with kgo's requests: kafka-go's has no static members.
//
// The package may import schemas, pipeline/record and, for the errors and the
// output numbers it shares with its only user, pipeline/task.
//
// Promises: a Feed hands out committed records only, each offset once and in order;
// a Writer that has been fenced never writes again; every queue has a bound.
package kafka
