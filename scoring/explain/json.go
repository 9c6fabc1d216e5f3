package explain

import (
	"encoding/json"
	"fmt"
)

// AppendJSON appends the record as one line of JSON.
func AppendJSON(dst []byte, r *Record) ([]byte, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return dst, fmt.Errorf("record as JSON: %w", err)
	}
	return append(append(dst, b...), '\n'), nil
}
