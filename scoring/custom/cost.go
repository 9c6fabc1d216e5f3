package custom

import (
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/clearlane/clearlane/schemas"
)

// Bounds of the lists that the join keeps, as the cost of a rule is estimated.
const (
	mostClicks  = 16
	mostAnswers = 16
)

// sizes tells cel-go how long the parts of a case may be. Where larger limits are
// configured, a rule may meet its cost limit while it is evaluated: it is unknown then.
type sizes struct{}

// EstimateSize is cel-go's question for the size of a part.
func (sizes) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	path := n.Path()
	if len(path) == 0 {
		return nil
	}
	limits := schemas.DefaultLimits()
	most := limits.IDBytes
	switch path[len(path)-1] {
	case "clicks":
		most = mostClicks
	case "answers":
		most = mostAnswers
	case "items":
		most = limits.Items
	case "hs_codes", "hs6":
		most = limits.HSCodes
	case "target_countries":
		most = limits.TargetCountries
	case "facebook_pixel_ids", "bing_campaign_ids", "utm_campaigns":
		most = limits.RegisteredIDs
	case "description":
		most = limits.TextBytes
	case "utm_id", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "facebook_pixel_id", "bing_campaign_id":
		most = limits.LabelBytes
	default:
		if n.Type().Kind() != types.StringKind {
			return nil
		}
	}
	return &cost.SizeEstimate{Min: 0, Max: uint64(most)}
}

// longestDecimal is how many characters an amount has at most, as text.
const longestDecimal = 24

// EstimateCallCost leaves the cost of functions to cel-go, but for the case's own.
func (sizes) EstimateCallCost(function, overload string, _ *cost.AstNode, args []cost.AstNode) *cost.CallEstimate {
	one := cost.CallEstimate{CostEstimate: cost.FixedCostEstimate(1)}
	if _, own := conversions[function]; own {
		return &one
	}
	switch function {
	case "string":
		if overload == decimalToString {
			one.ResultSize = &cost.SizeEstimate{Min: 1, Max: longestDecimal}
			return &one
		}
	case operators.Equals, operators.NotEquals:
		if len(args) == 2 && args[0].Type() == decimalType {
			return &one
		}
	}
	return nil
}
