// Package entry judges how a shipment is entered: its entry type, whether Section 321
// (19 USC 1321(a)(2)(C), "de minimis") may be claimed for it, who imports it, and which
// data elements of the Section 321 Data Pilot are known about it.
//
// It finds facts; which of them are reasons, where and since when, is the policy
// pack's. It imports schemas, policy and reason.
//
// One person's shipments of one day add up (19 CFR 10.151), which no order alone
// shows: that a shipment is within the limit does not make it eligible. That an
// informal entry (type 11) is beyond 2,500 dollars (19 CFR 143.21) has no reason code.
package entry

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
	"github.com/clearlane/clearlane/scoring/reason"
)

// Case is what is to be judged.
type Case struct {
	Order    *schemas.Order    // nil: has not arrived
	Shipment *schemas.Shipment // nil: there is nothing to judge
	Date     schemas.Date      // of the case: its exchange rates are used
	Pack     *policy.Pack
}

// Result is what was found. Its slices are reused from call to call.
type Result struct {
	Claimed schemas.Bool // Section 321 is claimed
	// Completeness is how many percent of the data elements are known that the pilot
	// asks for of such a shipment; stated where Section 321 is claimed.
	Completeness schemas.Decimal
	Findings     []reason.Finding
	Unknowns     []Unknown
	text         reason.Text
	missing      []byte
}

// Unknown is a question of a rule that could not be answered. It counts only where
// that rule is in force.
type Unknown struct {
	Code  reason.Code
	Field string
	Why   string
}

// ofClaims are the codes that are about a claim of Section 321.
var ofClaims = [...]reason.Code{
	reason.Entry321Suspended, reason.Entry321OverLimit, reason.EntryWarehouseConsignee, reason.EntryDataIncomplete,
}

// Judge fills out with what is found about an entry. A pack without the section entry
// asks nothing.
func Judge(c *Case, out *Result) {
	*out = Result{Findings: out.Findings[:0], Unknowns: out.Unknowns[:0], text: out.text, missing: out.missing[:0]}
	e := c.Pack.Entry
	if e == nil || c.Shipment == nil {
		return
	}
	out.text.Reset()
	out.entryType(c)
	field, observed := out.claim(c.Shipment, e)
	switch out.Claimed {
	case schemas.Unstated:
		for _, code := range ofClaims {
			out.unknown(code, "de_minimis_claim", "not stated")
		}
	case schemas.True:
		out.find(reason.Entry321Suspended, field, observed, "no claim of Section 321")
		out.limit(c)
		out.consignee(c.Shipment)
		out.elements(c)
	}
}

// entryType finds one that is no longer accepted at the date of the case.
func (r *Result) entryType(c *Case) {
	t := trim(c.Shipment.EntryType)
	if ended := c.Pack.Entry.Retired(t); ended != 0 && c.Date >= ended {
		r.find(reason.EntryTypeRetired, "entry_type", t, r.text.Date("an entry type in use; this one ended on ", ended))
	}
}

// claim says whether Section 321 is claimed, and by which field. Where de_minimis_claim
// is not stated the entry type decides: some are for such shipments alone, and any
// other one is an entry with duty.
func (r *Result) claim(s *schemas.Shipment, e *policy.Entry) (field, observed string) {
	r.Claimed = s.DeMinimisClaim
	t := trim(s.EntryType)
	if s.DeMinimisClaim != schemas.Unstated || t == "" {
		return "de_minimis_claim", "claimed"
	}
	r.Claimed = schemas.False
	if e.DeMinimisType(t) {
		r.Claimed = schemas.True
	}
	return "entry_type", r.text.Join("claimed by entry type ", t)
}

// limit holds the declared value against the greatest one of a Section 321 shipment.
func (r *Result) limit(c *Case) {
	const code, field = reason.Entry321OverLimit, "declared_value"
	s, e := c.Shipment, c.Pack.Entry
	if !s.DeclaredValue.Set {
		r.unknown(code, field, "not stated")
		return
	}
	rate, why := Rate(c.Pack, s.Currency, c.Date)
	switch {
	case why != "":
		r.unknown(code, "currency", why)
	case s.DeclaredValue.CompareAt(rate, e.DeMinimis) > 0:
		r.find(code, field, Amount(&r.text, s.DeclaredValue, s.Currency, rate), r.text.Amount("at most ", e.DeMinimis, " USD"))
	}
}

// consignee judges whose import it is. A fulfilment warehouse is the person that
// imports goods of an owner who is not named (CBP ruling H290219).
func (r *Result) consignee(s *schemas.Shipment) {
	if trim(s.OwnerRef) != "" {
		return
	}
	switch s.Warehouse {
	case schemas.True:
		r.find(reason.EntryWarehouseConsignee, "owner_ref", "no owner is named", "the owner or purchaser of the goods")
	case schemas.Unstated:
		r.unknown(reason.EntryWarehouseConsignee, "warehouse", "not stated")
	}
}

func (r *Result) find(code reason.Code, field, observed, expected string) {
	r.Findings = append(r.Findings, reason.Finding{Code: code, Field: field, Observed: observed, Expected: expected})
}

func (r *Result) unknown(code reason.Code, field, why string) {
	r.Unknowns = append(r.Unknowns, Unknown{Code: code, Field: field, Why: why})
}

func trim(s string) string {
	for len(s) > 0 && s[0] == ' ' {
		s = s[1:]
	}
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}
