package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Admin creates and checks topics.
type Admin struct {
	client *kgo.Client
	adm    *kadm.Client
}

// NewAdmin builds an Admin; Close ends its connections.
func NewAdmin(cfg Config) (*Admin, error) {
	opts, err := cfg.kgoOptions()
	if err != nil {
		return nil, err
	}
	// What was just made must be seen: kgo caches that a topic is missing, for 5 s by default.
	client, err := kgo.NewClient(append(opts, kgo.MetadataMinAge(100*time.Millisecond))...)
	if err != nil {
		return nil, err
	}
	return &Admin{client: client, adm: kadm.NewClient(client)}, nil
}

// Close ends all connections.
func (a *Admin) Close() { a.client.Close() }

// Reachable asks the cluster for its brokers.
func (a *Admin) Reachable(ctx context.Context) error {
	if _, err := a.adm.BrokerMetadata(ctx); err != nil {
		return fmt.Errorf("brokers: %w", err)
	}
	return nil
}

// EnsureTopics makes the topics that do not exist, and returns their names. It
// changes nothing of those that do: CheckTopics says what is wrong with them.
func (a *Admin) EnsureTopics(ctx context.Context, topics Topics, rules TopicRules) ([]string, error) {
	all := topics.all()
	have, err := a.list(ctx, all)
	if err != nil {
		return nil, err
	}
	settings, err := a.settings(ctx, all, have)
	if err != nil {
		return nil, err
	}
	rules.deadLetterBytes = largestInput(all, settings) + deadLetterRoom
	partitions := rules.Partitions
	if partitions <= 0 {
		partitions = inputPartitions(all, have)
	}
	var made []string
	var faults []error
	for _, t := range all {
		if have.Has(t.name) {
			continue
		}
		n := partitions
		if t.role == roleSites {
			n = 1
		}
		if n < 1 {
			faults = append(faults, fmt.Errorf("topic %s (%s): partitions: %d; allowed: 1 or more with --partitions, or an input topic that exists", t.name, t.key, n))
			continue
		}
		rf := rules.ReplicationFactor
		if rf == 0 {
			rf = -1
		}
		_, err := a.adm.CreateTopic(ctx, n, rf, rules.settings(t.role), t.name)
		switch {
		case err == nil:
			made = append(made, t.name)
		case !errors.Is(err, kerr.TopicAlreadyExists): // another process may have been faster
			faults = append(faults, fmt.Errorf("topic %s (%s): create: %w", t.name, t.key, err))
		}
	}
	if err := a.awaitListed(ctx, made, true); err != nil {
		faults = append(faults, err)
	}
	return made, errors.Join(faults...)
}

// DeleteTopics deletes topics with all that is in them, and waits until the brokers no
// longer list them. One that is gone already is no fault.
func (a *Admin) DeleteTopics(ctx context.Context, names ...string) error {
	answers, err := a.adm.DeleteTopics(ctx, names...)
	faults := []error{err}
	var deleted []string
	for _, r := range answers.Sorted() {
		switch {
		case r.Err == nil:
			deleted = append(deleted, r.Topic)
		case !errors.Is(r.Err, kerr.UnknownTopicOrPartition):
			faults = append(faults, fmt.Errorf("topic %s: delete: %w", r.Topic, r.Err))
		}
	}
	return errors.Join(append(faults, a.awaitListed(ctx, deleted, false))...)
}

// listedWithin is how long brokers may take to hear of a new or a deleted topic.
const listedWithin = 30 * time.Second

// awaitListed waits until all of the topics are listed, or none: the controller answers
// before the brokers have heard.
func (a *Admin) awaitListed(ctx context.Context, names []string, listed bool) error {
	if len(names) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, listedWithin)
	defer cancel()
	all := make([]named, len(names))
	for i, name := range names {
		all[i] = named{name: name}
	}
	for n := 0; ; n++ {
		have, err := a.list(ctx, all)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(names, func(name string) bool { return have.Has(name) != listed }) {
			return nil
		}
		if err := sleep(ctx, backoff(min(n, 3))); err != nil {
			return fmt.Errorf("topics %q: the brokers do not agree on whether they exist after %v: %w", names, listedWithin, err)
		}
	}
}

// settings are a new topic's.
func (r *TopicRules) settings(role role) map[string]*string {
	s := map[string]*string{}
	set := func(key, value string) { s[key] = &value }
	if r.MinInSync > 0 {
		set("min.insync.replicas", strconv.Itoa(r.MinInSync))
	}
	switch role {
	case roleInput:
		set("cleanup.policy", "delete")
		if r.KeepInput > 0 {
			set("retention.ms", strconv.FormatInt(r.KeepInput.Milliseconds(), 10))
		}
	case rolePublish:
		set("cleanup.policy", "delete")
	case roleDead:
		set("cleanup.policy", "delete")
		set(maxMessageBytes, strconv.Itoa(r.deadLetterBytes))
	case roleRecover:
		set("cleanup.policy", "compact,delete")
		keep := int64(-1)
		if r.Keep > 0 {
			keep = r.Keep.Milliseconds()
		}
		set("retention.ms", strconv.FormatInt(keep, 10))
	case roleProgress:
		set("cleanup.policy", "compact")
	case roleSites:
		set("cleanup.policy", "compact")
		if r.Keep > 0 {
			set(deleteRetention, strconv.FormatInt(r.Keep.Milliseconds(), 10))
		}
	}
	return s
}

// list describes the topics that exist.
func (a *Admin) list(ctx context.Context, all []named) (kadm.TopicDetails, error) {
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = t.name
	}
	// With the authorized operations asked for, kadm does not answer from memory.
	have, err := a.adm.ListTopics(kadm.WithAuthorizedOps(ctx), names...)
	if err != nil {
		return nil, fmt.Errorf("list topics: %w", err)
	}
	for name, t := range have {
		if errors.Is(t.Err, kerr.UnknownTopicOrPartition) {
			delete(have, name)
		} else if t.Err != nil {
			return nil, fmt.Errorf("topic %s: %w", name, t.Err)
		}
	}
	return have, nil
}

// inputPartitions is the partition count of the first input that exists, 0 for none.
func inputPartitions(all []named, have kadm.TopicDetails) int32 {
	for _, t := range all {
		if t.role == roleInput && have.Has(t.name) {
			return int32(len(have[t.name].Partitions))
		}
	}
	return 0
}
