// Package codec turns bytes into the types of package schemas and back: JSON and
// Protobuf as they cross the wire, and a compact binary form for local state.
//
// The messages are described once, in schemas/internal/layout; the readers and
// writers here walk that description over the struct's memory, so this package is
// the one place that uses package unsafe. It imports schemas and nothing else of
// Clearlane.
//
// Memory: strings of what was read alias the bytes they were read from or, where
// JSON escapes had to be undone, memory of the reader. Each reader says how long
// that holds.
package codec
