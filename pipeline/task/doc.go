// Package task runs one partition: it merges the input topics by record time,
// decodes, joins, scores, emits and commits. One goroutine owns a task and all it
// holds. It sees Kafka and the local state through the interfaces in deps.go.
package task
