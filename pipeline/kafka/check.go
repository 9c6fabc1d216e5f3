package kafka

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
)

// TopicFault is one thing about a topic that is not as Clearlane needs it.
type TopicFault struct {
	Topic   string
	Key     string // setting of the topic, or partitions, replication.factor, existence
	Value   string
	Allowed string // what is allowed, and why
}

func (f *TopicFault) Error() string {
	return fmt.Sprintf("topic %s: %s is %s; allowed: %s", f.Topic, f.Key, f.Value, f.Allowed)
}

// CheckTopics compares the topics with the rules and returns the number of
// partitions of the inputs. Its error joins a *TopicFault for every fault.
func (a *Admin) CheckTopics(ctx context.Context, topics Topics, rules TopicRules) (int32, error) {
	all := topics.all()
	have, err := a.list(ctx, all)
	if err != nil {
		return 0, err
	}
	settings, err := a.settings(ctx, all, have)
	if err != nil {
		return 0, err
	}
	rules.deadLetterBytes = largestInput(all, settings) + deadLetterRoom
	n := inputPartitions(all, have)
	var faults []error
	for _, t := range all {
		if !have.Has(t.name) {
			faults = append(faults, &TopicFault{t.name, "existence", "missing", "an existing topic; `clearlane topics --create` makes it, kafka.topics." + t.key + " names it"})
			continue
		}
		faults = append(faults, checkTopic(t, have[t.name], settings[t.name], n, rules)...)
	}
	return n, errors.Join(faults...)
}

func checkTopic(t named, d kadm.TopicDetail, settings map[string]string, inputs int32, rules TopicRules) (faults []error) {
	fault := func(key, value, allowed string) {
		faults = append(faults, &TopicFault{t.name, key, value, allowed})
	}
	count := int32(len(d.Partitions))
	want, why := inputs, "as many as the inputs have: the same partition of all topics belongs to one task"
	if t.role == roleSites {
		want, why = 1, "one order of changes, so that progress can name one offset"
	}
	if want > 0 && count != want {
		fault("partitions", strconv.Itoa(int(count)), fmt.Sprintf("%d (%s)", want, why))
	}
	if rf := d.Partitions.NumReplicas(); rules.ReplicationFactor > 0 && rf < int(rules.ReplicationFactor) {
		fault("replication.factor", strconv.Itoa(rf), fmt.Sprintf("at least %d", rules.ReplicationFactor))
	}
	if v, err := strconv.Atoi(settings["min.insync.replicas"]); err == nil && rules.MinInSync > 0 && v < rules.MinInSync {
		fault("min.insync.replicas", settings["min.insync.replicas"], fmt.Sprintf("at least %d", rules.MinInSync))
	}
	policy, known := settings["cleanup.policy"]
	if !known {
		return faults
	}
	if size, err := strconv.Atoi(settings[maxMessageBytes]); t.role == roleDead && err == nil && size < rules.deadLetterBytes {
		fault(maxMessageBytes, settings[maxMessageBytes], fmt.Sprintf("at least %d (the inputs' largest, and %d for the reason: a dead letter holds its record whole)", rules.deadLetterBytes, deadLetterRoom))
	}
	compacts, deletes := strings.Contains(policy, "compact"), strings.Contains(policy, "delete")
	switch t.role {
	case roleInput:
		if compacts {
			fault("cleanup.policy", policy, "delete (compaction keeps only the newest event of an order; the others would be missing in every replay)")
		}
	case roleProgress, roleSites:
		if !compacts || deletes {
			fault("cleanup.policy", policy, "compact (the newest record of each key must stay for ever)")
		}
	case roleRecover:
		ms, err := strconv.ParseInt(settings["retention.ms"], 10, 64)
		keep := rules.Keep.Milliseconds()
		if deletes && err == nil && ms >= 0 && ms < keep {
			fault("retention.ms", settings["retention.ms"], fmt.Sprintf("at least %d (retention + expiry_slack, %v), -1, or cleanup.policy compact", keep, rules.Keep))
		}
		if size, err := strconv.ParseInt(settings["retention.bytes"], 10, 64); deletes && err == nil && size >= 0 {
			fault("retention.bytes", settings["retention.bytes"], "-1 (a limit in bytes may delete what recovery needs)")
		}
	}
	return faults
}
