package custom

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"

	"github.com/clearlane/clearlane/schemas"
)

// provider tells cel-go the types of the case beside its own.
type provider struct {
	*types.Registry
	kinds map[string]describer
}

// describer is a kind of any type.
type describer interface {
	celType() *types.Type
	field(name string) (*types.FieldType, bool)
	document() Object
}

func (k *kind[T]) celType() *types.Type { return k.typ }

func (k *kind[T]) field(name string) (*types.FieldType, bool) {
	f, ok := k.fields[name]
	return f, ok
}

func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if k, ok := p.kinds[name]; ok {
		return types.NewTypeTypeWithParam(k.celType()), true
	}
	return p.Registry.FindStructType(name)
}

func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	k, ok := p.kinds[name]
	if !ok {
		return p.Registry.FindStructFieldNames(name)
	}
	var names []string
	for _, m := range k.document().Members {
		names = append(names, m.Name)
	}
	return names, true
}

func (p *provider) FindStructFieldType(name, member string) (*types.FieldType, bool) {
	if k, ok := p.kinds[name]; ok {
		return k.field(member)
	}
	return p.Registry.FindStructFieldType(name, member)
}

// variables are what the case offers, in the order of the documentation.
var variables = []struct {
	name string
	typ  *types.Type
	kind describer
}{
	{"facts", factsType.typ, factsType},
	{"order", orderType.typ, orderType},
	{"shipment", shipmentType.typ, shipmentType},
	{"click", clickType.typ, clickType},
	{"clicks", types.NewListType(clickType.typ), clickType},
	{"site", siteType.typ, siteType},
	{"answers", types.NewListType(answerType.typ), answerType},
}

// environment is cel-go's, with the case declared; it is made once, and never changes.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	reg, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	p := &provider{Registry: reg, kinds: map[string]describer{itemType.name: itemType}}
	options := []cel.EnvOption{
		cel.CustomTypeProvider(p), cel.CustomTypeAdapter(reg),
		cel.DefaultUTCTimeZone(true), cel.CrossTypeNumericComparisons(true),
		cel.ParserExpressionSizeLimit(MaxExpression), cel.ParserRecursionLimit(maxDepth),
		ext.Strings(), ext.Sets(),
	}
	for _, v := range variables {
		p.kinds[v.kind.document().Type] = v.kind
		options = append(options, cel.Variable(v.name, v.typ))
	}
	options = append(options, functions()...)
	return cel.NewEnv(options...)
})

// conversions are amounts and days in an expression: decimal("99.95"), date("2026-07-01").
// A constant that is none is refused with its pack; a member that is none makes the
// rule unknown.
var conversions = map[string]func(ref.Val) ref.Val{
	"decimal": func(v ref.Val) ref.Val {
		d, err := schemas.ParseDecimal(string(v.(types.String)))
		if err != nil {
			return types.NewErr("decimal: allowed: %s", schemas.AllowedDecimal)
		}
		return decimal{d}
	},
	"date": func(v ref.Val) ref.Val {
		d, err := schemas.ParseDate(string(v.(types.String)))
		if err != nil {
			return types.NewErr("date: allowed: a date YYYY-MM-DD")
		}
		return types.Timestamp{Time: time.UnixMilli(int64(d.Time())).UTC()}
	},
}

const decimalToString = "string_decimal" // overload

func functions() []cel.EnvOption {
	all := []cel.EnvOption{
		cel.Function("decimal", cel.Overload("decimal_string", []*cel.Type{cel.StringType}, decimalType, cel.UnaryBinding(conversions["decimal"]))),
		cel.Function("date", cel.Overload("date_string", []*cel.Type{cel.StringType}, cel.TimestampType, cel.UnaryBinding(conversions["date"]))),
		cel.Function("string", cel.Overload(decimalToString, []*cel.Type{decimalType}, cel.StringType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return v.ConvertToType(types.StringType) }))),
	}
	for _, op := range []string{operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals} {
		all = append(all, cel.Function(op,
			cel.Overload(op+"decimal_decimal", []*cel.Type{decimalType, decimalType}, cel.BoolType),
			cel.Overload(op+"decimal_int", []*cel.Type{decimalType, cel.IntType}, cel.BoolType)))
	}
	return all
}

// Bounds of an expression.
const (
	MaxExpression = 4096 // bytes
	maxDepth      = 64
)

// compile checks an expression and its type.
func compile(text string, want *cel.Type) (*cel.Env, *cel.Ast, error) {
	if text == "" {
		return nil, nil, errors.New("it is empty")
	}
	if len(text) > MaxExpression {
		return nil, nil, fmt.Errorf("%d bytes; allowed: at most %d", len(text), MaxExpression)
	}
	env, err := environment()
	if err != nil {
		return nil, nil, err
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		return nil, nil, wrong(issues)
	}
	if !ast.OutputType().IsExactType(want) {
		return nil, nil, fmt.Errorf("it is of type %s; allowed: %s", ast.OutputType(), want)
	}
	return env, ast, nil
}

// wrong is the first fault of an expression in one line, with its place.
func wrong(issues *cel.Issues) error {
	first := issues.Errors()[0]
	return fmt.Errorf("line %d, column %d: %s", first.Location.Line(), first.Location.Column()+1, first.Message)
}
