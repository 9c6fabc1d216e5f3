package kafka

import (
	"time"

	"github.com/clearlane/clearlane/pipeline/task"
)

// Topics is the names of all topics with their prefix, and what is asked of them.
// An empty name is a topic that is not used.
type Topics struct {
	AdClicks           string
	Orders             string
	Shipments          string
	EcertVerifications string
	Dispositions       string
	SellerSites        string
	Decisions          string
	HighRisk           string
	PreReviews         string
	Rollups            string
	Progress           string
	DeadLetters        string
	Shadow             string // empty without a shadow pack
}

// DefaultTopics are the names with a prefix, which may be empty.
func DefaultTopics(prefix string) Topics {
	return Topics{
		AdClicks:           prefix + "ad-clicks",
		Orders:             prefix + "orders",
		Shipments:          prefix + "shipments",
		EcertVerifications: prefix + "ecert-verifications",
		Dispositions:       prefix + "dispositions",
		SellerSites:        prefix + "seller-sites",
		Decisions:          prefix + "decisions",
		HighRisk:           prefix + "high-risk",
		PreReviews:         prefix + "pre-reviews",
		Rollups:            prefix + "rollups",
		Progress:           prefix + "progress",
		DeadLetters:        prefix + "dead-letters",
	}
}

// Inputs are the co-partitioned input topics in use, in a fixed order.
func (t *Topics) Inputs() []string {
	var in []string
	for _, name := range []string{t.AdClicks, t.Orders, t.Shipments, t.EcertVerifications, t.Dispositions} {
		if name != "" {
			in = append(in, name)
		}
	}
	return in
}

// Outputs are the output topics by task.Output; that of differences may have no name.
func (t *Topics) Outputs() [task.NumOutputs]string {
	var out [task.NumOutputs]string
	out[task.OutDecisions] = t.Decisions
	out[task.OutHighRisk] = t.HighRisk
	out[task.OutPreReviews] = t.PreReviews
	out[task.OutRollups] = t.Rollups
	out[task.OutDeadLetters] = t.DeadLetters
	out[task.OutProgress] = t.Progress
	out[task.OutShadow] = t.Shadow
	return out
}

// TopicRules is what EnsureTopics makes and CheckTopics asks for.
type TopicRules struct {
	Partitions        int32 // of inputs and outputs, when they are made; 0 takes the inputs' present count
	ReplicationFactor int16 // when topics are made: of all; when checked: at least; 0 is the brokers' default
	MinInSync         int   // min.insync.replicas, when topics are made and at least when checked; 0 is the brokers' default

	// Keep is what decisions, pre-reviews and rollups must keep at least: retention plus
	// expiry_slack, for recovery learns from them what was published last.
	Keep time.Duration
	// KeepInput is the retention of input topics when they are made; 0 is the brokers' default.
	KeepInput time.Duration

	deadLetterBytes int // max.message.bytes that the dead-letter topic needs
}

// role is what a topic is for; it says what its settings must be.
type role int

const (
	roleInput    role = iota // events: never compacted
	rolePublish              // high-risk: any policy
	roleDead                 // dead letters: room for every input record and why it is dead
	roleRecover              // decisions, pre-reviews, rollups, shadow: compacted, or kept long enough
	roleProgress             // compacted
	roleSites                // compacted, one partition
)

// named is one topic in use.
type named struct {
	name string
	role role
	key  string // its key in the configuration
}

func (t *Topics) all() []named {
	var out []named
	for _, n := range []named{
		{t.AdClicks, roleInput, "ad_clicks"},
		{t.Orders, roleInput, "orders"},
		{t.Shipments, roleInput, "shipments"},
		{t.EcertVerifications, roleInput, "ecert_verifications"},
		{t.Dispositions, roleInput, "dispositions"},
		{t.SellerSites, roleSites, "seller_sites"},
		{t.Decisions, roleRecover, "decisions"},
		{t.HighRisk, rolePublish, "high_risk"},
		{t.PreReviews, roleRecover, "pre_reviews"},
		{t.Rollups, roleRecover, "rollups"},
		{t.Progress, roleProgress, "progress"},
		{t.DeadLetters, roleDead, "dead_letters"},
		{t.Shadow, roleRecover, "shadow"},
	} {
		if n.name != "" {
			out = append(out, n)
		}
	}
	return out
}
