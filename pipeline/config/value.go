package config

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// set reads the text of one value into the field: the one way in for the file, the
// environment and flags, so that all three understand the same.
func (f *field) set(text string) error {
	switch p := f.value.Addr().Interface().(type) {
	case *string:
		*p = text
	case *Secret:
		*p = Secret(text)
	case *bool:
		switch text {
		case "true", "false":
			*p = text == "true"
		default:
			return errors.New("true or false")
		}
	case *int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return errors.New("a whole number")
		}
		*p = n
	case *int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return errors.New("a whole number")
		}
		*p = n
	case *time.Duration:
		if f.off() && strings.EqualFold(text, Off) {
			*p = 0
			return nil
		}
		d, err := time.ParseDuration(text)
		if err != nil {
			return errors.New(`a duration with its unit, such as "25ms", "3s" or "720h"`)
		}
		*p = d
	case *Size:
		n, err := ParseSize(text)
		if err != nil {
			return err
		}
		*p = n
	case *[]string:
		*p = splitList(text)
	default:
		panic(fmt.Sprintf("config: key %s has a type without a text form: %T", f.path, p))
	}
	return nil
}

// splitList takes a list apart as the environment and flags write it: "a, b".
func splitList(text string) []string {
	list := []string{}
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, item)
		}
	}
	return list
}

// off is true for a setting that can be switched off.
func (f *field) off() bool { return f.tag.Get("off") != "" }

// isOff is true for a setting that is switched off.
func (f *field) isOff() bool {
	return f.off() && (f.value.IsZero() || f.value.Kind() == reflect.String && strings.EqualFold(f.value.String(), Off))
}

// text is the value as set reads it; of a secret only that there is one.
func (f *field) text() string {
	if f.value.Type() == reflect.TypeFor[time.Duration]() && f.isOff() {
		return Off
	}
	switch v := f.value.Interface().(type) {
	case time.Duration:
		return shortDuration(v)
	case []string:
		return strings.Join(v, ",")
	default:
		return fmt.Sprint(v)
	}
}

// shortDuration leaves out the trailing "0m0s" of time.Duration's own text.
func shortDuration(d time.Duration) string {
	s := d.String()
	if t, ok := strings.CutSuffix(s, "m0s"); ok {
		s = t + "m"
	}
	if t, ok := strings.CutSuffix(s, "h0m"); ok {
		s = t + "h"
	}
	return s
}
