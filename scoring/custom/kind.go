package custom

import (
	"fmt"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/clearlane/clearlane/schemas"
)

// member is one fact of a T that rules may ask for.
type member[T any] struct {
	name  string
	typ   *types.Type
	about string
	get   func(*T) ref.Val // nil: not known
}

// kind is a type of objects that rules see.
type kind[T any] struct {
	name    string
	typ     *types.Type
	about   string
	members []member[T]
	fields  map[string]*types.FieldType
	absent  ref.Val // of an object that has not arrived
}

// newKind makes a kind. variable is what an unknown member is called by: order.channel.
func newKind[T any](name, variable, about string, members []member[T]) *kind[T] {
	k := &kind[T]{
		name: name, typ: types.NewObjectType(name), about: about, members: members,
		fields: make(map[string]*types.FieldType, len(members)), absent: unknown(variable),
	}
	for i := range members {
		m := &members[i]
		missing := unknown(variable + "." + m.name)
		k.fields[m.name] = &types.FieldType{
			Type:  m.typ,
			IsSet: func(target any) bool { return m.get(target.(*T)) != nil },
			GetFrom: func(target any) (any, error) {
				if v := m.get(target.(*T)); v != nil {
					return v, nil
				}
				return missing, nil
			},
		}
	}
	return k
}

// unknown is the value of what is not known, under the name that the verdict's unknown
// then carries. All have one id: of several that meet, cel-go keeps all names.
func unknown(name string) ref.Val { return types.NewUnknown(1, types.NewAttributeTrail(name)) }

// object is a T as rules see it.
type object[T any] struct {
	kind *kind[T]
	v    *T
}

var errConvert = "%s is not converted"

func (o *object[T]) ConvertToNative(t reflect.Type) (any, error) {
	if t == reflect.TypeOf(o.v) {
		return o.v, nil
	}
	return nil, fmt.Errorf(errConvert, o.kind.name)
}

func (o *object[T]) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return o.kind.typ
	}
	return types.NewErr(errConvert, o.kind.name)
}

func (o *object[T]) Equal(other ref.Val) ref.Val {
	p, ok := other.(*object[T])
	return types.Bool(ok && p.v == o.v)
}

func (o *object[T]) Type() ref.Type { return o.kind.typ }
func (o *object[T]) Value() any     { return o.v }

// decimal is an amount. It is compared with another one and with whole numbers.
type decimal struct{ schemas.Decimal }

var decimalType = types.NewObjectType("decimal", traits.ComparerType)

const wholeE4 = 10_000 // ten-thousandths of one

func (d decimal) Compare(other ref.Val) ref.Val {
	var e4 int64
	switch o := other.(type) {
	case decimal:
		e4 = o.E4
	case types.Int:
		if o > maxWhole || o < -maxWhole {
			return types.Int(-sign(int64(o)))
		}
		e4 = int64(o) * wholeE4
	default:
		return types.MaybeNoSuchOverloadErr(other)
	}
	switch {
	case d.E4 < e4:
		return types.IntNegOne
	case d.E4 > e4:
		return types.IntOne
	}
	return types.IntZero
}

// maxWhole is the greatest whole number that an amount can be.
const maxWhole = (1<<63 - 1) / wholeE4

func sign(n int64) int64 {
	if n < 0 {
		return -1
	}
	return 1
}

func (d decimal) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf(errConvert, "decimal")
}

func (d decimal) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.StringType:
		return types.String(d.String())
	case types.TypeType:
		return decimalType
	}
	return types.NewErr(errConvert, "decimal")
}

func (d decimal) Equal(other ref.Val) ref.Val {
	switch other.(type) {
	case decimal, types.Int:
		return types.Bool(d.Compare(other) == types.IntZero)
	}
	return types.False
}

func (d decimal) Type() ref.Type { return decimalType }
func (d decimal) Value() any     { return d.Decimal }
