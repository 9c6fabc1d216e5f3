// Package backtest says what a policy pack would have changed: it adds up the pairs of
// verdicts that two packs give about the same subjects, and prints the result for people
// (text, Markdown) and for programs (JSON).
//
// A subject is changed when its two verdicts differ in what matters (decide.Contrast):
// route, score, preference status, codes and severities of reasons. All totals are exact;
// lists of unbounded length (ports, sellers) show the first few, and the rest as one row.
// A report is a function of the set of pairs: not of their sequence, and of no clock.
//
// It does no I/O. One goroutine owns a Tally.
package backtest
