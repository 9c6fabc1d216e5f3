package kafka

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func TestEnsuredTopicsPassTheCheck(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		a, err := NewAdmin(Config{Brokers: brokers})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		if err := a.Reachable(t.Context()); err != nil {
			t.Fatal(err)
		}
		topics := DefaultTopics(newTopic(t, brokers, 1) + ".")
		topics.Dispositions = "" // an input that is not read is neither made nor checked
		rules := TopicRules{Partitions: 3, ReplicationFactor: 1, Keep: 48 * time.Hour}
		made, err := a.EnsureTopics(t.Context(), topics, rules)
		if err != nil || len(made) != 11 {
			t.Fatalf("made %q, %v", made, err)
		}
		if made, err = a.EnsureTopics(t.Context(), topics, rules); err != nil || len(made) != 0 {
			t.Fatalf("made again: %q, %v", made, err)
		}
		n, err := a.CheckTopics(t.Context(), topics, rules)
		if err != nil || n != 3 {
			t.Errorf("%d partitions, %v", n, err)
		}
		if advice, err := a.Advice(t.Context(), topics, rules); err != nil || len(advice) > 0 {
			t.Errorf("advice about topics just made: %v, %v", advice, err)
		}
		rules.Keep = 49 * time.Hour
		if advice, err := a.Advice(t.Context(), topics, rules); err != nil || len(advice) != 1 || !containsText(advice[0], topics.SellerSites+": delete.retention.ms is 172800000; allowed: at least 176400000") {
			t.Errorf("advice about deletions that go too soon: %v, %v", advice, err)
		}
		if _, err = a.CheckTopics(t.Context(), topics, rules); err == nil || !containsText(err, "retention.ms is 172800000; allowed: at least 176400000") {
			t.Errorf("too short a retention: %v", err)
		}
		if err := a.DeleteTopics(t.Context(), topics.Orders, "no-such-topic"); err != nil {
			t.Fatal(err)
		}
		if _, err = a.CheckTopics(t.Context(), topics, rules); err == nil || !containsText(err, topics.Orders+": existence is missing") {
			t.Errorf("after the topic was deleted: %v", err)
		}
	})
}

func TestCheckNamesEveryFaultOfTheTopics(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		a, err := NewAdmin(Config{Brokers: brokers})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		topics := Topics{
			AdClicks:    newTopic(t, brokers, 2, "cleanup.policy=delete"),
			Orders:      newTopic(t, brokers, 3, "cleanup.policy=compact"),
			SellerSites: newTopic(t, brokers, 2, "cleanup.policy=compact"),
			Decisions:   newTopic(t, brokers, 2, "cleanup.policy=delete", "retention.ms=1000"),
			Rollups:     newTopic(t, brokers, 2, "cleanup.policy=compact", "retention.ms=1000"),
			Progress:    newTopic(t, brokers, 2, "cleanup.policy=delete"),
			HighRisk:    "no-such-topic",
		}
		n, err := a.CheckTopics(t.Context(), topics, TopicRules{Keep: time.Hour, ReplicationFactor: 2})
		if n != 2 {
			t.Errorf("%d partitions of the inputs, not 2", n)
		}
		type key struct{ topic, key string }
		var got, want []key
		for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
			var f *TopicFault
			if !errors.As(e, &f) {
				t.Fatalf("%v is no fault of a topic", e)
			}
			if f.Key != "replication.factor" {
				got = append(got, key{f.Topic, f.Key})
			}
		}
		want = []key{
			{topics.Orders, "partitions"}, {topics.Orders, "cleanup.policy"},
			{topics.SellerSites, "partitions"},
			{topics.Decisions, "retention.ms"},
			{"no-such-topic", "existence"},
			{topics.Progress, "cleanup.policy"},
		}
		if !slices.Equal(got, want) {
			t.Errorf("faults %v\nwant %v", got, want)
		}
		if !containsText(err, "replication.factor is 1; allowed: at least 2") {
			t.Errorf("%v", err)
		}
	})
}
