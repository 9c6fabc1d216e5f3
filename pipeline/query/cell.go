package query

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// text is a cell as text: times in RFC 3339 and UTC, days as such, decimals exact with at
// least two places. NULL has none.
func text(cell any, columnType string) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case uint64:
		return strconv.FormatUint(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case decimal.Decimal:
		return amount(v)
	case time.Time:
		return moment(v, columnType)
	case string:
		return v
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = text(v[i], columnType)
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(cell)
}

// amount is exact; "12.50" and "0.0125".
func amount(d decimal.Decimal) string {
	s := d.String() // without trailing zeros
	_, places, _ := strings.Cut(s, ".")
	if len(places) < 2 {
		return d.StringFixed(2)
	}
	return s
}

// moment is a day, a time to the second, or one with milliseconds, by the column's type.
func moment(t time.Time, columnType string) string {
	switch {
	case strings.Contains(columnType, "DateTime64"):
		return t.UTC().Format("2006-01-02T15:04:05.000Z")
	case strings.Contains(columnType, "DateTime"):
		return t.UTC().Format("2006-01-02T15:04:05Z")
	}
	return t.Format(time.DateOnly)
}

// isNumber says whether a column's cells stand right.
func isNumber(columnType string) bool {
	t := strings.TrimPrefix(columnType, "Nullable(")
	for _, prefix := range []string{"Int", "UInt", "Float", "Decimal"} {
		if strings.HasPrefix(t, prefix) {
			return true
		}
	}
	return false
}
