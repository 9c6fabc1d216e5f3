// Package measure holds what was decided against the answers of a labelled set, code by
// code: how many causes were planted, how many were found, what was found beside them.
// It imports schemas and truth, and nothing that decides.
package measure
