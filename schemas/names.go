package schemas

import (
	"fmt"
	"strings"
)

// The names of the enumerations on the wire, in the order of their values. The
// zero values of those that have no meaning on the wire are never written.
var (
	routeNames       = []string{"NONE", "RELEASE", "DOCUMENT_REVIEW", "HIGH_RISK_CONTROL"}
	preferenceNames  = []string{"NOT_CLAIMED", "ELIGIBLE", "PENDING", "SUSPENDED"}
	severityNames    = []string{"INFO", "SOFT", "HARD"}
	statusNames      = []string{"ACTIVE", "CANCELLED"}
	ecertNames       = []string{"UNKNOWN", "VERIFIED", "INVALID", "REVOKED", "EXPIRED", "NOT_FOUND", "UNAVAILABLE"}
	integrationNames = []string{"UNKNOWN", "INTEGRATED", "PENDING", "NONE"}
	grainNames       = []string{"unknown", "minute_route", "hour_reason", "day_origin", "hour_label", "day_campaign", "day_seller", "hour_funnel", "day_ledger"}
)

// Classes of a click's labels, as Dimensions.LabelClass holds them.
const (
	LabelCertain = "certain"
	LabelLikely  = "likely"
	LabelDrift   = "drift"
	LabelClean   = "clean"
	LabelNone    = "none" // no click
)

// The channels of an order.
const (
	ChannelB2B = "B2B"
	ChannelB2C = "B2C"
)

func name[E ~uint8](names []string, e E) string {
	if int(e) < len(names) {
		return names[e]
	}
	return fmt.Sprintf("%s(%d)", "INVALID", e)
}

func parse[E ~uint8](names []string, first int, s string) (E, error) {
	for i := first; i < len(names); i++ {
		if names[i] == s {
			return E(i), nil
		}
	}
	return 0, fmt.Errorf("%s: allowed: %s", Quote(s), strings.Join(names[first:], ", "))
}

func (r Route) String() string             { return name(routeNames, r) }
func (p PreferenceStatus) String() string  { return name(preferenceNames, p) }
func (s Severity) String() string          { return name(severityNames, s) }
func (s Status) String() string            { return name(statusNames, s) }
func (s EcertStatus) String() string       { return name(ecertNames, s) }
func (s IntegrationStatus) String() string { return name(integrationNames, s) }
func (g Grain) String() string             { return name(grainNames, g) }

// Append writes the name of the route.
func (r Route) Append(dst []byte) []byte { return append(dst, r.String()...) }

// ParseRoute reads RELEASE, DOCUMENT_REVIEW or HIGH_RISK_CONTROL.
func ParseRoute(s string) (Route, error) { return parse[Route](routeNames, 1, s) }

// ParsePreferenceStatus reads NOT_CLAIMED, ELIGIBLE, PENDING or SUSPENDED.
func ParsePreferenceStatus(s string) (PreferenceStatus, error) {
	return parse[PreferenceStatus](preferenceNames, 0, s)
}

// ParseSeverity reads INFO, SOFT or HARD.
func ParseSeverity(s string) (Severity, error) { return parse[Severity](severityNames, 0, s) }

// ParseStatus reads ACTIVE or CANCELLED.
func ParseStatus(s string) (Status, error) { return parse[Status](statusNames, 0, s) }

// ParseEcertStatus reads VERIFIED, INVALID, REVOKED, EXPIRED, NOT_FOUND or UNAVAILABLE.
func ParseEcertStatus(s string) (EcertStatus, error) { return parse[EcertStatus](ecertNames, 1, s) }

// ParseIntegrationStatus reads INTEGRATED, PENDING or NONE.
func ParseIntegrationStatus(s string) (IntegrationStatus, error) {
	return parse[IntegrationStatus](integrationNames, 1, s)
}

// ParseGrain reads minute_route, hour_reason or another grain.
func ParseGrain(s string) (Grain, error) { return parse[Grain](grainNames, 1, s) }
