package custom

import "cel.dev/cel-go/common/types"

// Object is one variable, or the elements of one, with what may be asked of it.
type Object struct {
	Variable string // empty for a type that only stands within another
	Type     string
	List     bool // the variable is a list of these
	About    string
	Members  []Member
}

// Member is one fact that rules may use.
type Member struct {
	Name  string
	Type  string
	About string
}

func (k *kind[T]) document() Object {
	o := Object{Type: k.name, About: k.about}
	for _, m := range k.members {
		o.Members = append(o.Members, Member{m.name, typeName(m.typ), m.about})
	}
	return o
}

func typeName(t *types.Type) string {
	if t == types.TimestampType {
		return "timestamp" // as expressions call it
	}
	return t.String()
}

// Document is the case as rules see it: all that may stand in an expression beside the
// operators, macros and functions of CEL, its strings and sets extensions, and decimal()
// and date().
func Document() []Object {
	var all []Object
	for _, v := range variables {
		o := v.kind.document()
		o.Variable, o.List = v.name, v.typ.TypeName() == "list"
		all = append(all, o)
	}
	return append(all, itemType.document())
}
