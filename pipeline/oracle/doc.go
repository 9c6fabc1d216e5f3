// Package oracle holds what stands in the output topics and in ClickHouse against the
// generator's known answers. It reads what any committed reader reads, and shares no
// code with what decided: not scoring, nor join, nor the task.
package oracle
