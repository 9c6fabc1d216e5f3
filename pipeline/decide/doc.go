// Package decide is the way from a record to a verdict that every door into
// Clearlane shares: the Kafka task, the offline `clearlane score` and the backtest.
// Intake turns the bytes of an event into a record of the join; Decider builds the case
// of a joined order, scores it, by a second pack too where there is one, and tells
// whether the verdict differs from what was published. Neither does I/O or reads a
// clock; one goroutine owns each.
package decide
