// Package custom evaluates the rules that a pack writes itself, in the Common
// Expression Language (cel.dev), over the facts of a case.
//
// A rule is compiled and type-checked when its pack is read, and refused there when it
// may cost more than the pack allows; one that walks through lists has its cost counted
// while it is evaluated, too, and ends at the same bound. A fact that is not known is unknown in an expression too: it
// is neither equal nor unequal to anything, and an expression that depends on it is no
// match and no mismatch. has(order.channel) asks whether it is known.
//
// The facts that may be used are those of Members. An address, a user agent, an fbp, an
// fbc, a click id and a raw URL are not among them, so that no reason can repeat one.
//
// It imports schemas and label. It keeps no time, no random number and no state: a rule
// may be evaluated by any number of goroutines, each with a Case of its own.
package custom
