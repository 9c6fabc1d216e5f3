package schemas

import (
	"encoding/binary"
	"encoding/hex"
	"errors"

	"github.com/twmb/murmur3"
)

// ErrDecisionID: not 32 hex digits.
var ErrDecisionID = errors.New("a decision id is 32 lower-case hex digits")

// MakeDecisionID names the subject "this shipment of this order".
func MakeDecisionID(orderKey, shipmentID string) DecisionID {
	var room [576]byte // two keys of the default bounds, so that nothing is allocated
	b := appendCounted(room[:0], orderKey)
	return hashID(appendCounted(b, shipmentID))
}

// MakePreReviewID names the subject "the claim of this order".
func MakePreReviewID(orderKey string) DecisionID {
	var room [320]byte
	return hashID(appendCounted(room[:0], orderKey))
}

func appendCounted(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func hashID(b []byte) (id DecisionID) {
	h1, h2 := murmur3.Sum128(b)
	binary.BigEndian.PutUint64(id[:8], h1)
	binary.BigEndian.PutUint64(id[8:], h2)
	return id
}

// Append writes the 32 hex digits.
func (id DecisionID) Append(dst []byte) []byte { return hex.AppendEncode(dst, id[:]) }

func (id DecisionID) String() string { return hex.EncodeToString(id[:]) }

// ParseDecisionID reads 32 lower-case hex digits.
func ParseDecisionID(s string) (id DecisionID, err error) {
	if !isDecisionID(s) {
		return DecisionID{}, ErrDecisionID
	}
	for i := range id {
		id[i] = nibble(s[2*i])<<4 | nibble(s[2*i+1])
	}
	return id, nil
}

func isDecisionID(s string) bool {
	if len(s) != 32 {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func nibble(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c - 'a' + 10
}
