package layout

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/clearlane/clearlane/schemas"
)

// f is one line of a table: number, name, Go field ("UTM.Source"), doc.
func f(num int32, name, goField, doc string) Field {
	return Field{Num: num, Name: name, Key: `"` + name + `":`, Doc: doc, Present: -1, goField: goField}
}

// skipped is a member that is accepted and ignored.
func skipped(name, doc string) Field {
	return Field{Name: name, Key: `"` + name + `":`, Kind: Skip, Doc: doc, Present: -1}
}

// constant is a member that holds one of a few texts, which follows from the rest of the
// message; the first one stands for all where nothing follows.
func constant(name, doc string, texts ...string) Field {
	return Field{Name: name, Key: `"` + name + `":`, Kind: Const, Names: texts, Always: true, Doc: doc, Present: -1}
}

func (d Field) req() Field                             { d.Required = true; return d }
func (d Field) always() Field                          { d.Always = true; return d }
func (d Field) as(form Form) Field                     { d.Form = form; return d }
func (d Field) kind(k Kind) Field                      { d.Kind = k; return d }
func (d Field) integer() Field                         { d.Integer = true; return d }
func (d Field) most(n func(*schemas.Limits) int) Field { d.Most = n; return d }
func (d Field) sub(l *Layout) Field                    { d.Sub = l; return d }
func (d Field) list(l *Layout, ops ListOps) Field      { d.Sub, d.List = l, ops; return d }

type enumeration struct {
	name  string
	count int // values
	first int // the first one that the wire may hold
}

var enumerations = map[reflect.Type]enumeration{
	reflect.TypeFor[schemas.Route]():             {"Route", 4, 1},
	reflect.TypeFor[schemas.PreferenceStatus]():  {"PreferenceStatus", 4, 0},
	reflect.TypeFor[schemas.Severity]():          {"Severity", 3, 0},
	reflect.TypeFor[schemas.Status]():            {"Status", 2, 0},
	reflect.TypeFor[schemas.EcertStatus]():       {"EcertStatus", 7, 1},
	reflect.TypeFor[schemas.IntegrationStatus](): {"IntegrationStatus", 4, 1},
	reflect.TypeFor[schemas.Grain]():             {"Grain", 9, 1},
}

var kinds = map[reflect.Type]Kind{
	reflect.TypeFor[string]():             String,
	reflect.TypeFor[[]string]():           Strings,
	reflect.TypeFor[schemas.Time]():       Time,
	reflect.TypeFor[schemas.Date]():       Date,
	reflect.TypeFor[schemas.Decimal]():    Decimal,
	reflect.TypeFor[schemas.Sum]():        Sum,
	reflect.TypeFor[schemas.Bool]():       Truth,
	reflect.TypeFor[bool]():               Flag,
	reflect.TypeFor[int32]():              Int32,
	reflect.TypeFor[int64]():              Int64,
	reflect.TypeFor[uint32]():             Uint32,
	reflect.TypeFor[uint64]():             Uint64,
	reflect.TypeFor[schemas.DecisionID](): ID,
	reflect.TypeFor[map[string]int64]():   Offsets,
}

// tables numbers the layouts as they are built.
type tables struct{ n int }

// build fills in what follows from the struct.
func build[T any](t *tables, name, doc string, fields ...Field) *Layout {
	l := &Layout{ID: t.n, Name: name, Doc: doc, Type: reflect.TypeFor[T](), Fields: fields}
	t.n++
	for i := range l.Fields {
		l.Fields[i].resolve(l.Type)
		l.Fields[i].words()
		l.index(i)
		if k := l.Fields[i].Kind; k != Skip && k != Const {
			l.Held |= 1 << i
		}
	}
	if len(l.Fields) > 64 {
		panic(name + ": more than 64 members: the sets of members seen are 64-bit")
	}
	return l
}

func (l *Layout) input() *Layout { l.Input = true; return l }

func (l *Layout) index(i int) {
	h := hash([]byte(l.Fields[i].Name))
	for ; l.lookup[h] != 0; h++ {
		if l.Fields[l.lookup[h]-1].Name == l.Fields[i].Name {
			panic(l.Name + ": two members " + l.Fields[i].Name)
		}
	}
	l.lookup[h] = uint8(i + 1)
}

func (d *Field) resolve(t reflect.Type) {
	if d.Kind == Skip && d.Num == 0 || d.Kind == Const {
		return
	}
	path := d.goField
	for name := range strings.SplitSeq(path, ".") {
		sf, ok := t.FieldByName(name)
		if !ok {
			panic(fmt.Sprintf("%s: %v has no field %s", d.Name, t, name))
		}
		d.Offset += sf.Offset
		t = sf.Type
	}
	if e, ok := enumerations[t]; ok {
		d.Kind, d.EnumName, d.First = Enum, e.name, e.first
		for v := range e.count {
			x := reflect.New(t).Elem()
			x.SetUint(uint64(v))
			d.Names = append(d.Names, fmt.Sprint(x.Interface()))
		}
		return
	}
	switch {
	case d.Kind != Skip: // stated: a form of the type of its own
	case d.Sub != nil && t.Kind() == reflect.Slice:
		d.Kind = List
	case d.Sub != nil:
		d.Kind = Object
		if p, ok := t.FieldByName("Present"); ok {
			d.Present = int(p.Offset)
		}
	default:
		k, ok := kinds[t]
		if !ok {
			panic(fmt.Sprintf("%s: no kind for %v", d.Name, t))
		}
		d.Kind = k
	}
}
