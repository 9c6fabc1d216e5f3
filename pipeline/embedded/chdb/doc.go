// Package chdb runs the ClickHouse engine inside this process, from the shared
// library libchdb, and serves it to clickhouse-go/v2 over HTTP on a loopback
// address. It is what make demo and the tests land in; a deployment uses a server.
//
// It owns the library, its connections and the HTTP server in front of them. It
// imports nothing else of Clearlane. The library is opened without cgo.
//
// What the library does and does not (release 26.7.3, seen in its tests and ours):
//   - One data directory per process at a time. Several connections to it may run
//     statements at once, each one statement at a time. Closing the last one stops
//     the engine; after that the same or another directory can be opened.
//   - Its signal handlers would take over those of the Go runtime, so they are
//     switched off before the first connection. It does not survive a fork.
//   - A connection keeps USE and SET, which HTTP does not: a connection that has run
//     such a statement is replaced, and the settings of a request are set before and
//     put back after it.
//   - FORMAT Native is written at revision 0, while clickhouse-go reads what follows
//     its hello query at the revision that the hello states. The hello is therefore
//     answered here, encoded as the client asks, with revision 0 in it.
//   - Binary data reaches a table through the streaming insert only. It takes chunks
//     cut anywhere and writes blocks as they fill (max_insert_block_size), so memory
//     is bounded; an insert cut short may leave whole blocks behind, as on a server.
//   - A SELECT is fetched block by block; every other statement's result is
//     materialised in the library first.
//   - External tables, sessions and authentication are not served.
package chdb
