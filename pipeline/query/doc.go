// Package query asks ClickHouse the named questions of schemas/clickhouse/queries and
// writes the answers for people and programs.
//
// It owns one connection for as long as a question takes, and only reads: every statement
// runs with readonly and within a bound of time. It imports the queries and the lander's
// settings of ClickHouse.
package query
