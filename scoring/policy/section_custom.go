package policy

import (
	"fmt"
	"strings"

	"github.com/clearlane/clearlane/scoring/custom"
	"github.com/clearlane/clearlane/scoring/reason"
	"github.com/clearlane/clearlane/scoring/strict"
)

// Rules of a pack's own: expressions over the case, with codes that begin with CUSTOM_.

type fileCustom struct {
	CostLimit int32 `yaml:"cost_limit" json:"cost_limit,omitempty"`
}

// Bounds and default of custom.cost_limit, in CEL's units: one is about as much as
// comparing two short texts.
const (
	leastCostLimit   = 100
	mostCostLimit    = 10_000_000
	defaultCostLimit = 1_000_000
)

// Expression is what a rule of the pack's own looks at.
type Expression struct {
	*custom.Rule
	When     string // the expression
	Field    string // that its reasons name
	Expected string
}

// Custom is the rules of one code of the pack's own. The first whose scope holds is the
// one in force.
type Custom struct {
	Code  string
	Ports bool // its rules differ by port
	Rules []*Rule
}

// Customs is the codes of the pack's own, in the order of the file.
func (p *Pack) Customs() []Custom { return p.custom }

// InForce is the rule in force, or nil.
func (u *Custom) InForce(f *Facts) *Rule {
	for _, r := range u.Rules {
		if r.inForce(f) {
			return r
		}
	}
	return nil
}

func (p *Pack) addCustom(r *Rule) {
	for i := range p.custom {
		if p.custom[i].Code == r.Name {
			p.custom[i].Rules = append(p.custom[i].Rules, r)
			p.custom[i].Ports = p.custom[i].Ports || r.ports != nil
			return
		}
	}
	p.custom = append(p.custom, Custom{Code: r.Name, Ports: r.ports != nil, Rules: []*Rule{r}})
}

func (c *compiler) custom() {
	if c.file.Custom.CostLimit == 0 {
		c.file.Custom.CostLimit = defaultCostLimit
	}
	c.between("custom.cost_limit", c.file.Custom.CostLimit, leastCostLimit, mostCostLimit)
}

const (
	ownPrefix   = "CUSTOM_"
	longestCode = 64 // bytes
)

// ownCode is true of a code that a pack may make for its own rules.
func ownCode(s string) bool {
	if len(s) <= len(ownPrefix) || len(s) > longestCode || s[:len(ownPrefix)] != ownPrefix {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c != '_' && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// customRule compiles the expressions of a rule of the pack's own, and refuses them in
// any other.
func (c *compiler) customRule(path string, f *fileRule, r *Rule) {
	if !ownCode(f.Code) {
		for _, m := range [...]struct{ key, value string }{{"when", f.When}, {"field", f.Field}, {"observed", f.Observed}, {"expected", f.Expected}} {
			if m.value != "" {
				c.fault(path+m.key, m.value, "nothing: only rules with a code "+ownPrefix+"... have it")
			}
		}
		return
	}
	if f.Field == "" || len(f.Field) > longestName || reason.Show(f.Field) != f.Field {
		c.fault(path+"field", f.Field, fmt.Sprintf("the field that the reason is about, for example \"shipment.marketplace\", of at most %d bytes", longestName))
	}
	if len(f.Expected) > reason.MaxKept {
		c.fault(path+"expected", f.Expected, fmt.Sprintf("at most %d bytes", reason.MaxKept))
	}
	rule, err := custom.Compile(f.When, f.Observed, uint64(max(c.file.Custom.CostLimit, leastCostLimit)))
	if err != nil {
		c.expression(path, f, err)
		return
	}
	r.Custom = &Expression{Rule: rule, When: f.When, Field: f.Field, Expected: f.Expected}
}

// expression reports an expression that does not compile, by its key: of its cost, when.
func (c *compiler) expression(path string, f *fileRule, err error) {
	key, why, told := strings.Cut(err.Error(), ": ")
	if !told || key != "when" && key != "observed" {
		key, why = "when", err.Error()
	}
	why, allowed, told := strings.Cut(why, "; allowed: ")
	if !told {
		allowed = "an expression in CEL over the case: 'clearlane policy variables' lists what it may ask for"
	}
	text := f.When
	if key == "observed" {
		text = f.Observed
	}
	c.faults = append(c.faults, strict.Fault{
		Line: c.line(path + key), Path: path + key, Allowed: allowed,
		Value: strict.Quote(text) + " (" + strings.ReplaceAll(why, "\n", " ") + ")",
	})
}
