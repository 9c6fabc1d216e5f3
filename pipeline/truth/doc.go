// Package truth makes labelled sets: events of orders with planted causes, and beside
// them the answer of each subject. What scoring finds in the events is then held
// against the answers, code by code (package measure).
//
// It imports schemas only. Nothing of it comes from scoring, the join or a policy
// pack: a cause is a way to make an order wrong, taken from the text of the rules, and
// its codes are written down as names. No event is ever looked at to find an answer.
//
// An order is drawn in five steps: a spec (whose seller, which network, bound for
// where), the events of an honest order of that spec, the noise, the causes, and the
// landing URL as a visitor's browser has it. About two of five orders have no cause.
// Causes of one order are of different families, and each is planted whole.
//
// Noise is what honest traffic looks like: privacy tools that take ids and referrers
// away, devices that several buyers share, agencies with one pixel at many sellers,
// freight forwarders, advertising in several countries, redirects, in-app browsers, URLs
// encoded in every way that is met. It comes from lists of this package that no
// rule reads, and it has no codes: a reason that it provokes counts against
// precision. An order whose only oddities are noise is clean.
package truth
