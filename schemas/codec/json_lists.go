package codec

import (
	"errors"
	"strconv"
	"strings"
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// strings reads a list of texts. A present list is not nil, even when it is empty.
func (r *reader) strings(f *layout.Field, list *[]string) error {
	if r.b[r.i] != '[' {
		return r.wrong(f, "a list of strings")
	}
	if err := r.enter(); err != nil {
		return err
	}
	if *list == nil && f.Kind == layout.Registered {
		*list = []string{}
	}
	for first := true; ; first = false {
		if done, err := r.more(first, ']'); done || err != nil {
			return err
		}
		if r.space() != '"' {
			return within(f.Name, r.wrong(element(len(*list)), "a string"))
		}
		if err := r.room(f, len(*list)); err != nil {
			return err
		}
		v, err := r.str()
		if err != nil {
			return err
		}
		*list = append(*list, v)
	}
}

func (r *reader) list(f *layout.Field, p unsafe.Pointer) error {
	if r.b[r.i] != '[' {
		return r.wrong(f, "a list of objects")
	}
	if err := r.enter(); err != nil {
		return err
	}
	for n := 0; ; n++ {
		if done, err := r.more(n == 0, ']'); done || err != nil {
			return err
		}
		if r.space() != '{' {
			return within(f.Name, r.wrong(element(n), "an object"))
		}
		if err := r.room(f, n); err != nil {
			return err
		}
		if err := r.object(f.Sub, f.List.Grow(p)); err != nil {
			return within(f.Name+element(n).Name+".", err)
		}
	}
}

// room refuses one element more than the limit, before memory is taken for it.
func (r *reader) room(f *layout.Field, n int) error {
	if f.Most == nil || n < f.Most(r.limits) {
		return nil
	}
	return tooMany(f, r.limits)
}

func tooMany(f *layout.Field, l *schemas.Limits) error {
	most := strconv.Itoa(f.Most(l))
	return &schemas.FieldError{Field: f.Name, Value: "more than " + most, Allowed: "at most " + most}
}

func (r *reader) offsets(f *layout.Field, p unsafe.Pointer) error {
	if r.b[r.i] != '{' {
		return r.wrong(f, allowed(f))
	}
	if err := r.enter(); err != nil {
		return err
	}
	m := make(map[string]int64)
	*(*map[string]int64)(p) = m
	for first := true; ; first = false {
		if done, err := r.more(first, '}'); done || err != nil {
			return err
		}
		if r.space() != '"' {
			return r.fail("expected a member's name")
		}
		topic, err := r.str()
		if err != nil {
			return err
		}
		if r.space() != ':' {
			return r.fail("expected a colon")
		}
		r.i++
		r.space()
		var n int64
		each := layout.Field{Name: f.Name + "." + topic, Kind: layout.Int64}
		if err := r.value(&each, unsafe.Pointer(&n)); err != nil {
			return err
		}
		m[strings.Clone(topic)] = n
	}
}

func element(n int) *layout.Field { return &layout.Field{Name: "[" + strconv.Itoa(n) + "]"} }

// within puts the path of an object before the field that an error names.
func within(path string, err error) error {
	var fe *schemas.FieldError
	if errors.As(err, &fe) {
		fe.Field = path + fe.Field
	}
	return err
}
