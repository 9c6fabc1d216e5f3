package chdb

import (
	"strings"
	"unsafe"
)

// args holds the strings of one call in the form the C interface takes them.
type args struct {
	q, f                []byte
	names, values       []unsafe.Pointer
	nameLens, valueLens []uintptr
	text                [][]byte
}

func newArgs(statement, format string, params []pair) *args {
	a := &args{q: []byte(statement), f: []byte(format)}
	for _, p := range params {
		name, value := []byte(p.name), []byte(p.value+"\x00") // never empty, so that there is an address
		a.text = append(a.text, name, value)
		a.names = append(a.names, data(name))
		a.nameLens = append(a.nameLens, uintptr(len(name)))
		a.values = append(a.values, data(value))
		a.valueLens = append(a.valueLens, uintptr(len(p.value)))
	}
	return a
}

// data is the address of a slice's first element, nil for an empty slice.
func data[T any](s []T) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(s)) }

var (
	nameEscapes = strings.NewReplacer("\\", "\\\\", "`", "\\`")
	textEscapes = strings.NewReplacer("\\", "\\\\", "'", "\\'")
)

func quoteName(s string) string { return "`" + nameEscapes.Replace(s) + "`" }
func quoteText(s string) string { return "'" + textEscapes.Replace(s) + "'" }
