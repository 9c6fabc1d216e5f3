// Package audit searches the output topics, and the tables made of them, for whatever
// must not stand there after any crash: something said twice, missing, wrong or out of
// order. What has to stand there, package naive worked out from the input records.
//
// It sees what any committed reader sees, and shares schemas and their codecs with the
// pipeline, nothing else.
package audit
