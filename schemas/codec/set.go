package codec

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// setText stores a text that stands for a value of another kind. JSON and
// Protobuf share it.
func setText(f *layout.Field, p unsafe.Pointer, v string) error {
	var err error
	switch f.Kind {
	case layout.Const:
		if slices.Contains(f.Names, v) {
			return nil
		}
		return schemas.NewFieldError(f.Name, v, allowed(f))
	case layout.Time:
		*(*schemas.Time)(p), err = schemas.ParseTime(v)
	case layout.Date:
		*(*schemas.Date)(p), err = schemas.ParseDate(v)
	case layout.Decimal:
		*(*schemas.Decimal)(p), err = schemas.ParseDecimal(v)
	case layout.Sum:
		*(*schemas.Sum)(p), err = schemas.ParseSum(v)
	case layout.ID:
		*(*schemas.DecisionID)(p), err = schemas.ParseDecisionID(v)
	case layout.Hash:
		if len(v) == 16 {
			if *(*uint64)(p), err = strconv.ParseUint(v, 16, 64); err == nil {
				return nil
			}
		}
		return refusedText(f, v)
	case layout.Enum:
		for i := f.First; i < len(f.Names); i++ {
			if f.Names[i] == v {
				*(*uint8)(p) = uint8(i)
				return nil
			}
		}
		return refusedText(f, v)
	default:
		return refusedText(f, v)
	}
	if err != nil {
		return refusedText(f, v)
	}
	return nil
}

func refusedText(f *layout.Field, v string) error {
	if v == "" {
		return &schemas.FieldError{Field: f.Name, Value: `""`, Allowed: allowed(f)}
	}
	return schemas.NewFieldError(f.Name, v, allowed(f))
}

// setInt stores a signed integer; false: it does not fit.
func setInt(f *layout.Field, p unsafe.Pointer, n int64) bool {
	switch f.Kind {
	case layout.Int64:
		*(*int64)(p) = n
	case layout.Int32:
		*(*int32)(p) = int32(n)
		return n >= math.MinInt32 && n <= math.MaxInt32
	case layout.Time:
		*(*schemas.Time)(p) = schemas.Time(n)
		return schemas.Time(n) >= schemas.MinTime && schemas.Time(n) <= schemas.MaxTime
	case layout.Millis:
		*(*schemas.Time)(p) = schemas.Time(n)
	default:
		return false
	}
	return true
}

// setWhole stores an amount without decimal places.
func setWhole(p unsafe.Pointer, n int64) bool {
	*(*schemas.Decimal)(p) = schemas.DecimalOf(n, 0)
	return true
}

// setUint stores an unsigned integer; false: it does not fit.
func setUint(f *layout.Field, p unsafe.Pointer, n uint64) bool {
	switch f.Kind {
	case layout.Uint64, layout.Hash:
		*(*uint64)(p) = n
	case layout.Uint32:
		*(*uint32)(p) = uint32(n)
		return n <= math.MaxUint32
	default:
		return false
	}
	return true
}

func setBool(f *layout.Field, p unsafe.Pointer, v bool) {
	if f.Kind == layout.Flag {
		*(*bool)(p) = v
		return
	}
	*(*schemas.Bool)(p) = schemas.False
	if v {
		*(*schemas.Bool)(p) = schemas.True
	}
}

// allowed is what a member takes, as errors say it.
func allowed(f *layout.Field) string {
	switch f.Kind {
	case layout.Const:
		return strings.Join(f.Names, ", ")
	case layout.String:
		return "a string"
	case layout.Time:
		return schemas.AllowedTime
	case layout.Date:
		return schemas.AllowedDate
	case layout.Decimal:
		if f.Integer {
			return schemas.AllowedDecimal + ", or an integer"
		}
		return schemas.AllowedDecimal
	case layout.Sum:
		return schemas.AllowedDecimal
	case layout.Flag, layout.Truth:
		return "true, false"
	case layout.Int32, layout.Uint32:
		return "a 32-bit integer"
	case layout.Int64, layout.Millis:
		return "a 64-bit integer"
	case layout.Uint64:
		return "a 64-bit integer, 0 or more"
	case layout.Hash:
		return "16 hex digits"
	case layout.ID:
		return schemas.ErrDecisionID.Error()
	case layout.Enum:
		return strings.Join(f.Names[f.First:], ", ")
	case layout.Offsets:
		return "an object of integers"
	}
	return "a value of its kind"
}
