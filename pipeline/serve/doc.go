// Package serve is what Clearlane shows to the outside: metrics, health and
// readiness over HTTP, and logging.
//
// Metrics are off the hot path. What a task does is counted in its own plain numbers
// and merged here once a micro-batch; what the connections, stores and the lander
// know about themselves is asked for when Prometheus scrapes (Sample). No label has
// a value that an event's sender can choose: topics, routes, rule codes and tables.
package serve
