// Package boards reads the Grafana dashboards as Grafana gets them, and makes of their
// queries the SQL that the ClickHouse data source sends to the server: so that each can be
// run, held against known answers, timed and drawn without Grafana.
//
// What it expands is what the pinned plugin does (grafana-clickhouse-datasource, see
// docker-compose.yml): first $__conditionalAll, then the dashboard's variables, both in the
// browser; then the macros of time, in the plugin's backend. It is stricter in three things
// that would go wrong silently there: a variable that nobody defines, a macro that nobody
// knows, and All of a variable outside $__conditionalAll are faults.
//
// It imports the standard library only and knows no connection.
package boards

//go:generate go run ./internal/gen
