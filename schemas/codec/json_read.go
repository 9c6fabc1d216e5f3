package codec

import (
	"math"
	"strconv"
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// reader reads messages by their layouts.
type reader struct {
	scanner
	limits  *schemas.Limits
	unknown uint64
	seen    uint64 // members of the message read last, by index; some may hold nothing
	// follow guesses the next member: of each layout, by the member before it (0 at
	// the start), the one that came next last time. Senders rarely change their order.
	follow [layout.Count][65]uint8
}

// readAny reads a record, whatever its format, into the message at p, which is empty.
func (r *reader) readAny(b []byte, l *layout.Layout, p unsafe.Pointer) error {
	format, body, err := FormatOf(b)
	if err != nil {
		return err
	}
	if format == FormatProtobuf {
		r.seen = math.MaxUint64 >> (64 - len(l.Fields))
		err = r.readProto(body, l, p)
	} else {
		err = r.read(body, l, p)
	}
	if se, ok := err.(*schemas.SyntaxError); ok {
		se.Offset += len(b) - len(body) // counted from the start of the record
	}
	return err
}

// read reads one whole JSON text, an object, into the message at p.
func (r *reader) read(b []byte, l *layout.Layout, p unsafe.Pointer) error {
	r.b, r.i, r.scratch, r.depth = b, 0, r.scratch[:0], r.limits.Depth
	if r.space() != '{' {
		return r.fail("expected an object")
	}
	if err := r.object(l, p); err != nil {
		return err
	}
	if r.space(); r.i != len(r.b) {
		return r.fail("bytes behind the object")
	}
	return nil
}

// object reads the object at hand.
func (r *reader) object(l *layout.Layout, p unsafe.Pointer) error {
	if err := r.enter(); err != nil {
		return err
	}
	var seen uint64
	follow := &r.follow[l.ID]
	last := 0
	for first := true; ; first = false {
		k := int(follow[last])
		f := &l.Fields[k]
		if step, ok := f.Follows(r.b[r.i:]); ok && !first && seen&(1<<k) == 0 { // as machines write it
			last = k + 1
			seen |= 1 << k
			r.i += step
			if f.Kind == layout.String {
				if end, ok := plain(r.b, r.i); ok {
					*(*string)(unsafe.Add(p, f.Offset)) = alias(r.b[r.i:end])
					r.i = end + 1
					continue
				}
				r.i-- // to its quote
			}
		} else {
			if done, err := r.more(first, '}'); done || err != nil {
				r.seen = seen
				return err
			}
			var err error
			if k, err = r.member(l, k); err != nil {
				return err
			}
			if k < 0 {
				r.unknown++
				if err := r.skip(); err != nil {
					return err
				}
				continue
			}
			follow[last] = uint8(k)
			f = &l.Fields[k]
			last = k + 1
			if seen&(1<<k) != 0 {
				return &schemas.FieldError{Field: f.Name, Value: "there twice", Allowed: "each member once"}
			}
			seen |= 1 << k
		}
		if err := r.value(f, unsafe.Add(p, f.Offset)); err != nil {
			return err
		}
	}
}

// member reads a member's name and its colon, and finds the member, which may be the one
// guessed; -1 when there is none of that name.
func (r *reader) member(l *layout.Layout, guess int) (int, error) {
	if r.space() != '"' {
		return 0, r.fail("expected a member's name")
	}
	if key := l.Fields[guess].Key; len(r.b)-r.i >= len(key) && string(r.b[r.i:r.i+len(key)]) == key {
		r.i += len(key)
		return guess, nil
	}
	return r.name(l)
}

// name reads a member's name and the colon, and finds the member, -1 when there is
// none of that name.
func (r *reader) name(l *layout.Layout) (int, error) {
	mark := len(r.scratch)
	name, err := r.str()
	if err != nil {
		return 0, err
	}
	k := l.Find(unsafe.Slice(unsafe.StringData(name), len(name)))
	r.scratch = r.scratch[:mark]
	if r.space() != ':' {
		return 0, r.fail("expected a colon")
	}
	r.i++
	return k, nil
}

// value reads the value of a member into p. null is as good as left out.
func (r *reader) value(f *layout.Field, p unsafe.Pointer) error {
	c := r.space()
	if c == '"' && f.Kind == layout.String {
		v, err := r.str()
		*(*string)(p) = v
		return err
	}
	if c == 'n' {
		return r.literal("null")
	}
	if r.i >= len(r.b) {
		return r.fail("expected a value")
	}
	switch f.Kind {
	case layout.Skip:
		return r.skip()
	case layout.Object:
		if c != '{' {
			return r.wrong(f, "an object")
		}
		if f.Present >= 0 {
			*(*bool)(unsafe.Add(p, f.Present)) = true
		}
		if err := r.object(f.Sub, p); err != nil {
			return within(f.Name+".", err)
		}
		return nil
	case layout.List:
		return r.list(f, p)
	case layout.Strings, layout.Registered:
		return r.strings(f, (*[]string)(p))
	case layout.Offsets:
		return r.offsets(f, p)
	case layout.Flag, layout.Truth:
		return r.boolean(f, p, c)
	}
	if c == '"' {
		v, err := r.str()
		if err != nil {
			return err
		}
		return setText(f, p, v)
	}
	if c == '-' || c-'0' < 10 {
		return r.numeric(f, p)
	}
	return r.wrong(f, allowed(f))
}

// wrong refuses the value at hand for its type, unless it is no JSON at all.
func (r *reader) wrong(f *layout.Field, allowed string) error {
	start := r.i
	if err := r.skip(); err != nil {
		return err
	}
	return schemas.NewFieldError(f.Name, alias(r.b[start:r.i]), allowed)
}

func (r *reader) numeric(f *layout.Field, p unsafe.Pointer) error {
	if n, end, ok := r.short(); ok && (setInt(f, p, n) || f.Integer && setWhole(p, n)) {
		r.i = end
		return nil
	}
	tok, integer, err := r.number()
	if err != nil {
		return err
	}
	v := alias(tok)
	refused := schemas.NewFieldError
	if !integer {
		return refused(f.Name, v, allowed(f))
	}
	switch f.Kind {
	case layout.Decimal:
		if d, err := schemas.ParseDecimal(v); f.Integer && err == nil {
			*(*schemas.Decimal)(p) = d
			return nil
		}
	case layout.Uint32, layout.Uint64:
		if n, err := strconv.ParseUint(v, 10, 64); err == nil && setUint(f, p, n) {
			return nil
		}
	case layout.Int32, layout.Int64, layout.Time, layout.Millis:
		if n, err := strconv.ParseInt(v, 10, 64); err == nil && setInt(f, p, n) {
			return nil
		}
	}
	return refused(f.Name, v, allowed(f))
}

func (r *reader) boolean(f *layout.Field, p unsafe.Pointer, c byte) error {
	v := false
	switch c {
	case 't':
		if err := r.literal("true"); err != nil {
			return err
		}
		v = true
	case 'f':
		if err := r.literal("false"); err != nil {
			return err
		}
	default:
		return r.wrong(f, allowed(f))
	}
	setBool(f, p, v)
	return nil
}
