// Package kafkatest starts brokers for tests, benchmarks and demonstrations: kfake
// in this process (Fake), and a real Apache Kafka in a process of its own (Start),
// from the jars that deploy/kafka/install.sh fetches. It takes no *testing.T, so
// that commands may use it; package brokers below it is for tests.
package kafkatest
