package custom

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/label"
)

// Case is what rules are evaluated on. One goroutine owns it, and fills it anew for
// each subject; rules change nothing of it.
type Case struct {
	Order    *schemas.Order      // nil: has not arrived
	Shipment *schemas.Shipment   // nil: a pre-review of the order
	Click    *label.Features     // the attributed one, nil: none
	Clicks   []label.Features    // all kept ones
	Site     *schemas.SellerSite // nil: nothing is registered
	Answers  []schemas.EcertVerification
	Facts    Facts

	clicks, answers ref.Val // of Clicks and Answers, made when first asked for
}

// Facts are what the pack and the date make of a case.
type Facts struct {
	Date    schemas.Date // the case is judged at, 0: unknown
	Port    string       // Schedule D where the pack knows it, else as stated
	Country string       // the goods are bound for, empty: unknown
	Builder bool         // the seller's platform is in the pack's list of builders
}

// Begin makes the case ready for another subject.
func (c *Case) Begin() { *c = Case{} }

// ResolveName is cel-go's question for a variable.
func (c *Case) ResolveName(name string) (any, bool) {
	switch name {
	case "facts":
		return &object[Facts]{factsType, &c.Facts}, true
	case "order":
		return known(orderType, c.Order), true
	case "shipment":
		return known(shipmentType, c.Shipment), true
	case "click":
		return known(clickType, c.Click), true
	case "site":
		return known(siteType, c.Site), true
	case "clicks":
		if c.clicks == nil {
			c.clicks = list(clickType, c.Clicks)
		}
		return c.clicks, true
	case "answers":
		if c.answers == nil {
			c.answers = list(answerType, c.Answers)
		}
		return c.answers, true
	}
	return nil, false
}

// Parent is the activation behind this one: none.
func (*Case) Parent() cel.Activation { return nil }

func known[T any](k *kind[T], v *T) ref.Val {
	if v == nil {
		return k.absent
	}
	return &object[T]{k, v}
}

func list[T any](k *kind[T], all []T) ref.Val {
	vals := make([]ref.Val, len(all))
	for i := range all {
		vals[i] = &object[T]{k, &all[i]}
	}
	return types.NewRefValList(types.DefaultTypeAdapter, vals)
}
