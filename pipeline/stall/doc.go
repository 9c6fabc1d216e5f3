// Package stall keeps what took long in a process, and says of each record that was late
// what it was late beside. It takes times as values, starts nothing and knows neither
// Kafka nor the local state: whoever does the work notes it.
package stall
