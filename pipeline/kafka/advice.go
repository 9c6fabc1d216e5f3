package kafka

import (
	"context"
	"fmt"
	"strconv"
)

// Advice is what about the topics is worth a warning, and no reason not to start.
func (a *Admin) Advice(ctx context.Context, topics Topics, rules TopicRules) ([]*TopicFault, error) {
	all := topics.all()
	have, err := a.list(ctx, all)
	if err != nil {
		return nil, err
	}
	settings, err := a.settings(ctx, all, have)
	if err != nil {
		return nil, err
	}
	var out []*TopicFault
	for _, t := range all {
		if t.role != roleSites || !have.Has(t.name) {
			continue
		}
		given, keep := settings[t.name][deleteRetention], rules.Keep.Milliseconds()
		if ms, err := strconv.ParseInt(given, 10, 64); err == nil && ms < keep {
			out = append(out, &TopicFault{t.name, deleteRetention, given, fmt.Sprintf("at least %d (retention + expiry_slack, %v): of a site that is deleted while no process runs, only that record tells whose open orders are to be decided anew", keep, rules.Keep)})
		}
	}
	return out, nil
}

// deleteRetention is how long a compacted topic keeps a deletion.
const deleteRetention = "delete.retention.ms"
