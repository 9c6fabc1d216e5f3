// Package land moves what the pipeline has committed from Kafka into ClickHouse: the
// stateless role that makes tables out of topics.
//
// It owns a consumer group, the writers that fill batches and insert them side by side,
// their connections, and the migrations of the tables. It imports schemas and its codecs, and nothing
// else of Clearlane.
//
// Promises:
//   - Nothing is lost: an offset is committed after every row up to it has been
//     acknowledged by ClickHouse, or stands on the dead-letter topic.
//   - Nothing is doubled: a row's identity is the table's sorting key, so that reading
//     any part of a topic again changes nothing that a query over the views sees.
//   - Nothing is held up by what it does not share: a slow insert holds its writer's
//     partitions, a ClickHouse that is away holds reading, within bounds of memory.
//   - Nothing blocks for ever but a ClickHouse that is away: a row that the server
//     refuses is found by halving its batch and put on the dead-letter topic.
package land
