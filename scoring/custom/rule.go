package custom

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Outcome is what a rule says of a case.
type Outcome uint8

// The outcomes.
const (
	NoMatch Outcome = iota
	Match
	Unknown // it depends on what is not known, or could not be evaluated
)

// Rule is one compiled rule. It never changes.
type Rule struct {
	when     cel.Program
	observed cel.Program // nil: none
	// AsksShipment is true of a rule that looks at the shipment: it has nothing to
	// say in a pre-review.
	AsksShipment bool
	// MaxCost is what its evaluation may cost at most, in CEL's units, events being
	// within the default limits.
	MaxCost uint64
}

// Compile makes a rule of two expressions: when has to be a bool, observed, which may be
// empty, a string. Errors name the expression and what is wrong with it. A rule that may
// cost more than limit, in CEL's units, is refused.
func Compile(when, observed string, limit uint64) (*Rule, error) {
	r := &Rule{}
	var err error
	if r.when, err = r.program(when, cel.BoolType, limit); err != nil {
		return nil, fmt.Errorf("when: %w", err)
	}
	if observed != "" {
		if r.observed, err = r.program(observed, cel.StringType, limit); err != nil {
			return nil, fmt.Errorf("observed: %w", err)
		}
	}
	return r, nil
}

func (r *Rule) program(text string, want *cel.Type, limit uint64) (cel.Program, error) {
	env, checked, err := compile(text, want)
	if err != nil {
		return nil, err
	}
	estimate, err := env.EstimateCost(checked, sizes{})
	if err != nil {
		return nil, err
	}
	if estimate.Max > limit {
		return nil, fmt.Errorf("it may cost %d; allowed: at most %d, custom.cost_limit", estimate.Max, limit)
	}
	r.MaxCost = max(r.MaxCost, estimate.Max)
	for _, reference := range checked.NativeRep().ReferenceMap() {
		r.AsksShipment = r.AsksShipment || reference.Name == "shipment"
	}
	walks, err := look(checked.NativeRep().Expr())
	if err != nil {
		return nil, err
	}
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if walks {
		options = append(options, cel.CostLimit(limit))
	}
	return env.Program(checked, options...)
}

// look refuses what type-checking lets pass: decimal("...") and date("...") of constants
// that are none, and a variable of a macro that hides one of the case. walks is true of
// an expression that walks through a list: its cost has to be counted while it does,
// because larger limits than the default ones may be configured. Counting costs as much
// as a short expression itself; that of one without a list is bounded by the estimate.
func look(e ast.Expr) (walks bool, fault error) {
	ast.PostOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if fault != nil {
			return
		}
		switch e.Kind() {
		case ast.ComprehensionKind:
			walks = true
			for _, v := range variables {
				if e.AsComprehension().IterVar() == v.name {
					fault = fmt.Errorf("%s is a variable of the case; allowed: another name within exists, all, filter and map", v.name)
				}
			}
		case ast.CallKind:
			fault = constant(e.AsCall())
		}
	}))
	return walks, fault
}

func constant(call ast.CallExpr) error {
	convert := conversions[call.FunctionName()]
	if convert == nil || len(call.Args()) != 1 || call.Args()[0].Kind() != ast.LiteralKind {
		return nil
	}
	if arg, ok := call.Args()[0].AsLiteral().(types.String); ok {
		if v := convert(arg); types.IsError(v) {
			return fmt.Errorf("%q: %v", string(arg), v)
		}
	}
	return nil
}

// Eval evaluates the rule on a case. why says of an Unknown what is not known, in the
// names of Members, or what went wrong; of a Match it is empty, and observed is what
// the second expression gives, empty where that depends on what is not known.
func (r *Rule) Eval(c *Case) (o Outcome, observed, why string) {
	v, _, err := r.when.Eval(c)
	switch {
	case types.IsUnknown(v):
		return Unknown, "", names(v)
	case err != nil:
		return Unknown, "", "it could not be evaluated: " + wentWrong(err)
	case v != types.True:
		return NoMatch, "", ""
	}
	if r.observed != nil {
		if v, _, err := r.observed.Eval(c); err == nil {
			if s, ok := v.(types.String); ok {
				observed = string(s)
			}
		}
	}
	return Match, observed, ""
}

// names is which members an unknown depends on, sorted, each once.
func names(v ref.Val) string {
	u := v.(*types.Unknown)
	var all []string
	for _, id := range u.IDs() {
		trails, _ := u.GetAttributeTrails(id)
		for _, t := range trails {
			all = append(all, t.String())
		}
	}
	slices.Sort(all)
	return "not known: " + strings.Join(slices.Compact(all), ", ")
}

// faults are what evaluating an expression may meet, in the words that cel-go begins its
// errors with; behind them stand values.
var faults = [...]string{
	"type conversion error", "no such overload", "no such key", "index out of range", "index out of bounds",
	"division by zero", "modulus by zero", "integer overflow", "unsigned integer overflow", "range error",
	"invalid RFC 3339 timestamp", "unknown time zone", "timestamp overflow", "duration overflow",
	"error parsing regexp", "operation cancelled: actual cost limit exceeded",
}

// wentWrong is what an error says without the values that cel-go repeats in it: a key that
// is not there, a text that is no time. They may be a person's. The errors of the case's
// own functions repeat none.
func wentWrong(err error) string {
	text := err.Error()
	if strings.HasPrefix(text, "decimal: allowed: ") || strings.HasPrefix(text, "date: allowed: ") {
		return text
	}
	for _, f := range faults {
		if strings.HasPrefix(text, f) {
			return f
		}
	}
	return "an error of the expression"
}
