// Package explain says in words what a decision is made of: each reason with what was
// seen, what was expected, by which rule and on which source; what is not known; what the
// route follows from; and the smallest changes that would lead to a milder route.
//
// It is pure, as the rest of scoring: a Record is a function of the decision, the pack and,
// where it is at hand, the case. It finds nothing itself: findings are the verdict's, and what would
// be decided of a changed case is asked of a scoring.Scorer.
//
// A Record holds no click id, address, user agent, fbp, fbc or URL. What came from outside
// is in it with everything unprintable escaped (clean), so that no renderer can be led astray.
//
// It imports schemas, scoring, policy, label and reason.
package explain
