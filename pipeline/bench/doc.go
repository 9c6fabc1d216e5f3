// Package bench holds what a benchmark of Clearlane measures: the figures of one run
// with all that is needed to read them later (machine, program, settings), what the
// system says a process has used, delays and their percentiles, and the table of
// several runs. It starts nothing and reads no Kafka: `clearlane bench` does.
package bench
