package decide

import (
	"errors"
	"fmt"

	"github.com/clearlane/clearlane/schemas"
)

// Reject is why a record can't be taken in. It becomes a dead letter.
type Reject struct {
	Code  string // a constant below: stable, for counting
	Field string // the field at fault, or key, value, timestamp
	Err   error
}

// The codes of rejects.
const (
	RejectMalformed   = "malformed"        // not a readable event
	RejectInvalid     = "invalid"          // a field has a value that is not allowed
	RejectKey         = "key"              // no key, or another one than order_key
	RejectNull        = "null_value"       // a tombstone where nothing can be deleted
	RejectOversized   = "oversized"        // more bytes than an event may have
	RejectAhead       = "ahead"            // event_time lies too far after the record's timestamp
	RejectLate        = "late"             // event_time lies too far before the record's timestamp
	RejectOverLimit   = "over_limit"       // more shipments than an order may have
	RejectOutOfWindow = "out_of_retention" // belongs to a case that is forgotten
)

func (r *Reject) Error() string { return fmt.Sprintf("%s: %s: %v", r.Code, r.Field, r.Err) }

func (r *Reject) Unwrap() error { return r.Err }

// RejectOf classifies what the codec or the validation said.
func RejectOf(err error) *Reject {
	var f *schemas.FieldError
	if errors.As(err, &f) {
		return &Reject{Code: RejectInvalid, Field: f.Field, Err: err}
	}
	return &Reject{Code: RejectMalformed, Field: "value", Err: err}
}
