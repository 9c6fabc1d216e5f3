package schemas

// Time is an instant in milliseconds since the Unix epoch, UTC. Zero is unknown.
// On the wire: RFC 3339, or an integer of Unix milliseconds.
type Time int64

// Date is a calendar day, counted in days since 1970-01-01, UTC. Zero is unknown.
// On the wire: YYYY-MM-DD.
type Date int32

// Decimal is an exact amount in ten-thousandths of a unit of its currency, or of
// a piece where it counts pieces. On the wire: a decimal string with at most four
// places, "129.90".
type Decimal struct {
	E4  int64
	Set bool // false: not stated, which is not zero
}

// Bool is a truth value that may be unstated.
type Bool uint8

// The three values of Bool.
const (
	Unstated Bool = iota
	False
	True
)
