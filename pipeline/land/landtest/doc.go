// Package landtest gives tests a small, fixed set of decisions in two forms: landed in
// tables of the real ClickHouse engine, and as the Go values that numbers are worked
// out from independently.
//
// Everything comes from generated events by the real join, scoring, roll-up book, wire
// form and lander; only the clock and what a shadow pack says are of this package. A set
// is a function of its options: the same in every run and on every machine.
//
// It owns a broker and a database for as long as a test runs. Only tests import it.
package landtest
