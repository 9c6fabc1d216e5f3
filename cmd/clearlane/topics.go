package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/kafka"
)

// kafkaTimeout bounds what the commands ask of the cluster.
const kafkaTimeout = 30 * time.Second

// faultsFound ends a command that has listed n things that are wrong.
func faultsFound(command string, n int) error {
	if n == 1 {
		return fmt.Errorf("%s: 1 fault found", command)
	}
	return fmt.Errorf("%s: %d faults found", command, n)
}

func newTopics(a *app) *cobra.Command {
	var o topicsOptions
	cmd := &cobra.Command{
		Use:   "topics",
		Short: "Check the Kafka topics, or make those that are missing",
		Long: "Compares the topics with what Clearlane needs and prints one line for each. With --create it makes those " +
			"that are missing; it never changes one that exists. Exit status 1 when something is not as needed.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.validate(); err != nil {
				return err
			}
			c, err := a.config()
			if err != nil {
				return err
			}
			admin, err := kafka.NewAdmin(kafkaConn(&c.Kafka))
			if err != nil {
				return err
			}
			defer admin.Close()
			ctx, cancel := context.WithTimeout(cmd.Context(), kafkaTimeout)
			defer cancel()
			return topics(ctx, admin, &c, o, a.out)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.create, "create", false, "make the topics that are missing")
	f.BoolVar(&o.dryRun, "dry-run", false, "with --create: say what would be made, make nothing")
	f.Int32Var(&o.partitions, "partitions", 0, "partitions of the topics made; 0: as many as the inputs that exist have")
	f.Int16Var(&o.replication, "replication", -1, "replicas of the topics made, and at least of those checked; -1: the brokers' default")
	f.IntVar(&o.minInSync, "min-insync", 0, "min.insync.replicas of the topics made, and at least of those checked; 0: the brokers' default")
	return cmd
}

type topicsOptions struct {
	create, dryRun bool
	partitions     int32
	replication    int16
	minInSync      int
}

func (o *topicsOptions) validate() error {
	switch {
	case o.dryRun && !o.create:
		return usagef("topics: --dry-run goes with --create")
	case o.partitions < 0:
		return usagef("topics: --partitions %d; 0 or more is allowed", o.partitions)
	case o.partitions > 0 && !o.create:
		return usagef("topics: --partitions goes with --create")
	case o.replication < -1 || o.replication == 0:
		return usagef("topics: --replication %d; -1 or at least 1 is allowed", o.replication)
	case o.minInSync < 0:
		return usagef("topics: --min-insync %d; 0 or more is allowed", o.minInSync)
	}
	return nil
}

// topicAdmin is the part of kafka.Admin that works on topics.
type topicAdmin interface {
	EnsureTopics(context.Context, kafka.Topics, kafka.TopicRules) ([]string, error)
	CheckTopics(context.Context, kafka.Topics, kafka.TopicRules) (int32, error)
}

// topics makes or checks the topics and prints what it found, one line a topic and one
// for each further fault of it.
func topics(ctx context.Context, admin topicAdmin, c *config.Config, o topicsOptions, out io.Writer) error {
	names, rules := kafkaTopics(&c.Kafka), o.rules(c)
	var made []string
	if o.create && !o.dryRun {
		var err error
		if made, err = admin.EnsureTopics(ctx, names, rules); err != nil {
			return err
		}
	}
	partitions, faults, err := checkTopics(ctx, admin, names, rules)
	for err == nil && unseen(made, faults) {
		if !pause(ctx, topicPause) {
			break
		}
		partitions, faults, err = checkTopics(ctx, admin, names, rules)
	}
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TOPIC\tSETTING\tSTATE\tDETAIL")
	bad := 0
	for _, t := range c.Kafka.Used() {
		key, state := "kafka.topics."+t.Key, "ok"
		if slices.Contains(made, t.Name) {
			state = "created"
		}
		found := faults[t.Name]
		if len(found) == 0 {
			fmt.Fprintf(w, "%s\t%s\t%s\t\n", t.Name, key, state)
		}
		for _, f := range found {
			if f.Key == "existence" && o.dryRun {
				fmt.Fprintf(w, "%s\t%s\twould create\t\n", t.Name, key)
				continue
			}
			bad++
			fmt.Fprintf(w, "%s\t%s\tFAULT\t%s is %s; allowed: %s\n", t.Name, key, f.Key, f.Value, f.Allowed)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if bad > 0 {
		return faultsFound("topics", bad)
	}
	if partitions > 0 {
		_, err = fmt.Fprintf(out, "%d partitions\n", partitions)
	}
	return err
}

// topicPause is how long the brokers are given between two looks at what was made.
const topicPause = 100 * time.Millisecond

// unseen is true when a broker does not know yet of a topic that was made.
func unseen(made []string, faults map[string][]*kafka.TopicFault) bool {
	return slices.ContainsFunc(made, func(name string) bool {
		return slices.ContainsFunc(faults[name], func(f *kafka.TopicFault) bool { return f.Key == "existence" })
	})
}

// pause waits, and is false when ctx has ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// rules are what the topics must be like under a configuration.
func (o *topicsOptions) rules(c *config.Config) kafka.TopicRules {
	r := topicRules(c)
	r.Partitions, r.ReplicationFactor, r.MinInSync = o.partitions, o.replication, o.minInSync
	return r
}

// checkTopics is CheckTopics with its faults by topic.
func checkTopics(ctx context.Context, admin topicAdmin, names kafka.Topics, rules kafka.TopicRules) (int32, map[string][]*kafka.TopicFault, error) {
	partitions, err := admin.CheckTopics(ctx, names, rules)
	faults, err := topicFaults(err)
	return partitions, faults, err
}

// topicFaults takes a joined error apart into the faults by topic. An error that is
// not all faults of topics comes back as it is.
func topicFaults(err error) (map[string][]*kafka.TopicFault, error) {
	faults := map[string][]*kafka.TopicFault{}
	if err == nil {
		return faults, nil
	}
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	for _, e := range list {
		var f *kafka.TopicFault
		if !errors.As(e, &f) {
			return nil, err
		}
		faults[f.Topic] = append(faults[f.Topic], f)
	}
	return faults, nil
}
