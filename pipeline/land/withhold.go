package land

import (
	"regexp"
	"strings"

	"github.com/clearlane/clearlane/schemas"
)

// leftOut stands in a reason where a value stood that the tables do not show. The record
// itself, with the value, is on the dead-letter topic at (partition, letter_offset).
const leftOut = "(left out)"

// quoted finds what a reason repeats of a record: schemas.Quote puts all of it between
// quotes, escaped, and says behind them how much it has cut off. What a decoder says of
// bytes that it cannot read repeats none of them.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"(?:\.\.\. \(\d+ bytes\))?`)

// codeRefused is of rows of ours that ClickHouse refuses, codeMalformed of records that
// could not be read: what their field holds is not what it seems to.
const (
	codeRefused   = "refused"
	codeMalformed = "malformed"
)

// shownReason is a reason as it may be shown: the value is left out unless the field is
// one that schemas has as plain, and holds no object or list. The server's words about a row of ours stay: decisions,
// pre-reviews and roll-ups hold nothing personal.
func shownReason(code, field, reason string) string {
	if code == codeRefused {
		return reason
	}
	plain := code != codeMalformed && schemas.Plain(field)
	return quoted.ReplaceAllStringFunc(reason, func(value string) string {
		if plain && !strings.HasPrefix(value, `"{`) && !strings.HasPrefix(value, `"[`) {
			return value
		}
		return leftOut
	})
}
