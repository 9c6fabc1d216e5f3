package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/task"
)

// peerVariables are what the harness of the rival implementations gives a program in its
// environment, and what each is here.
var peerVariables = []struct{ name, key string }{
	{"BOOTSTRAP", "kafka.brokers"},
	{"TOPIC_CLICKS", "kafka.topics.ad_clicks"},
	{"TOPIC_ORDERS", "kafka.topics.orders"},
	{"TOPIC_SHIPMENTS", "kafka.topics.shipments"},
	{"OUT_DECISIONS", "kafka.topics.decisions"},
	{"OUT_HIGHRISK", "kafka.topics.high_risk"},
	{"APP_ID", "kafka.group"},
	{"STATE_DIR", "data_dir"},
}

func newBenchPeer(a *app) *cobra.Command {
	var policy string
	var profile profiles
	cmd := &cobra.Command{
		Use:   "peer",
		Short: "Run under the harness of other stream processors, as one of them",
		Long: "Runs the role score, wired as 'clearlane run' wires it, on the topics that the environment names: BOOTSTRAP, " +
			"TOPIC_CLICKS, TOPIC_ORDERS, TOPIC_SHIPMENTS, OUT_DECISIONS, OUT_HIGHRISK; APP_ID is its group and the prefix of the " +
			"topics that it makes beside them, STATE_DIR its data_dir. There are no other inputs. Prints 'FIRST <unix ms>' when the " +
			"first record is handed to a task, and ends on SIGTERM as 'clearlane run' does. THREADS is not read: there is a task for " +
			"every partition. For the harness's latencies the field is input_time_ms, at the top level of a decision: the timestamp " +
			"of the newest record it is made of. 'clearlane bench peers' starts it, beside the others.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := peerSettings(a.environ)
			if err != nil {
				return err
			}
			if policy != "" {
				set = append(set, "policy.file="+policy)
			}
			c, err := a.config(set...)
			if err != nil {
				return err
			}
			log, err := a.logger(&c)
			if err != nil {
				return err
			}
			return profile.around(func() error { return benchPeer(cmd.Context(), a, c, log) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&policy, "policy", "", "policy pack; the same as --set policy.file=...")
	f.StringVar(&profile.cpu, "cpuprofile", "", "write a profile of the CPU to this file at the end")
	f.StringVar(&profile.memory, "memprofile", "", "write a profile of allocations to this file at the end")
	return cmd
}

// peerSettings are the settings that the environment of the harness stands for.
func peerSettings(environ []string) ([]string, error) {
	given := map[string]string{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		given[name] = value
	}
	set := []string{"roles=score", "kafka.topics.ecert_verifications=off", "kafka.topics.dispositions=off", "kafka.topics.seller_sites=off"}
	var missing []string
	for _, v := range peerVariables {
		if given[v.name] == "" {
			missing = append(missing, v.name)
		}
		set = append(set, v.key+"="+given[v.name])
	}
	if len(missing) > 0 {
		return nil, usagef("bench peer: the environment lacks %s; the harness of the rival implementations gives them: 'clearlane bench peers --help'", strings.Join(missing, ", "))
	}
	names := config.Default().Kafka.Topics
	for key, name := range map[string]string{"pre_reviews": names.PreReviews, "rollups": names.Rollups, "progress": names.Progress, "dead_letters": names.DeadLetters} {
		set = append(set, "kafka.topics."+key+"="+given["APP_ID"]+"-"+name)
	}
	return set, nil
}

// benchPeer makes the topics that are missing and works until ctx ends.
func benchPeer(ctx context.Context, a *app, c config.Config, log *slog.Logger) error {
	if err := makePeerTopics(ctx, &c, a.err); err != nil {
		return fmt.Errorf("bench peer: %w", err)
	}
	first := sync.OnceFunc(func() { fmt.Fprintln(a.out, "FIRST", a.now().UnixMilli()) })
	p := &process{cfg: c, log: log, now: a.now, wrap: func(_ *scorer, _ int32, d task.Deps) task.Deps {
		open := d.Feed
		d.Feed = func(ctx context.Context, offsets []int64) (task.Feed, error) {
			feed, err := open(ctx, offsets)
			if err != nil {
				return nil, err
			}
			return &firstFeed{Feed: feed, first: first}, nil
		}
		return d
	}}
	return p.run(ctx)
}

func makePeerTopics(ctx context.Context, c *config.Config, out io.Writer) error {
	admin, err := kafka.NewAdmin(kafkaConn(&c.Kafka))
	if err != nil {
		return err
	}
	defer admin.Close()
	ctx, cancel := context.WithTimeout(ctx, kafkaTimeout)
	defer cancel()
	return topics(ctx, admin, c, topicsOptions{create: true, replication: -1}, out)
}

// firstFeed says when the first batch is handed out.
type firstFeed struct {
	task.Feed
	first func() // has an effect once
	given bool   // the task's goroutine owns it
}

// Poll implements task.Feed.
func (f *firstFeed) Poll(topic int) *record.Batch {
	b := f.Feed.Poll(topic)
	if b != nil && !f.given {
		f.given = true
		f.first()
	}
	return b
}
