// Package oracle holds what stands in the output topics and in ClickHouse against the
// generator's known answers. It reads what any committed reader reads, and shares no
// code with what decided: not scoring, nor join, nor the task.
//
// naive works the answers out of the input records instead, whoever made them, and audit
// searches the outputs for all that must not stand there.
package oracle
