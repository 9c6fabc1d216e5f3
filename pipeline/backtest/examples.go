package backtest

import (
	"bytes"
	"slices"
	"strings"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/offline"
	"github.com/clearlane/clearlane/schemas"
)

// examples are the changed subjects of the smallest ids, in their sequence: as ids are
// hashes, a sample that anybody finds again.
type examples []example

type example struct {
	id schemas.DecisionID
	Example
}

// add takes a subject in if its id is among the first few. All is copied.
func (x *examples) add(p *offline.Pair, old, now *schemas.Verdict, d *schemas.Dimensions, c *decide.Contrast, most int) {
	id := schemas.MakeDecisionID(p.OrderKey, p.Subject)
	if p.Subject == "" {
		id = schemas.MakePreReviewID(p.OrderKey)
	}
	at, _ := slices.BinarySearchFunc(*x, id, func(e example, id schemas.DecisionID) int { return bytes.Compare(e.id[:], id[:]) })
	if at >= most {
		return
	}
	if len(*x) == most {
		*x = (*x)[:most-1]
	}
	*x = slices.Insert(*x, at, example{id, Example{
		DecisionID: id.String(), OrderKey: strings.Clone(p.OrderKey), ShipmentID: strings.Clone(p.Subject), Date: p.Date.String(),
		SellerID: strings.Clone(d.SellerID), Port: strings.Clone(d.Port), Currency: strings.Clone(d.Currency), Value: d.DeclaredValue.String(),
		OldRoute: old.Route.String(), NewRoute: now.Route.String(), OldScore: old.Score, NewScore: now.Score,
		OldStatus: old.PreferenceStatus.String(), NewStatus: now.PreferenceStatus.String(),
		OnlyOld: cloned(c.OnlyOld), OnlyNew: cloned(c.OnlyNew), Both: cloned(c.Both),
	}})
}

// cloned is a copy that is never nil, so that JSON has a list.
func cloned(codes []string) []string {
	out := make([]string, len(codes))
	for i, code := range codes {
		out[i] = strings.Clone(code)
	}
	return out
}
