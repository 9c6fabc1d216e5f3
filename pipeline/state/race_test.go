//go:build race

package state

// raceBuild is true in builds with the race detector, in which Pebble checks itself.
const raceBuild = true
