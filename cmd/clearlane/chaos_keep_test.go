package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// keep puts what is needed to look into a run that was not right into .cache/chaos/seed-N
// of this checkout: the result, the processes' output, the brokers' logs, every topic with
// its aborted and control records, and the local states. It says where that is.
func (w *chaosWorld) keep(r *chaosResult) string {
	dir, err := filepath.Abs(filepath.Join(root, ".cache", "chaos", fmt.Sprintf("seed-%d", r.Seed)))
	if err == nil {
		err = errors.Join(os.RemoveAll(dir), os.MkdirAll(filepath.Join(dir, "topics"), 0o755))
	}
	if err != nil {
		return err.Error()
	}
	write := func(name string, b []byte) { err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), b, 0o600)) }
	result, jerr := json.MarshalIndent(r, "", "  ")
	err = errors.Join(err, jerr)
	write("result.json", result)
	write("brokers.log", []byte(w.cluster.Log()))
	for _, p := range w.processes {
		for i, c := range append(p.before, p.c) {
			write(fmt.Sprintf("%s-%d.log", p.name, i+1), []byte(c.output.String()))
		}
		if _, serr := os.Stat(p.dir); serr == nil {
			err = errors.Join(err, os.CopyFS(filepath.Join(dir, "state", p.name), os.DirFS(p.dir)))
		}
	}
	err = errors.Join(err, w.keepTopics(filepath.Join(dir, "topics")))
	if err != nil {
		return fmt.Sprintf("kept, not all of it, in %s: %v", dir, err)
	}
	return "kept in " + dir
}

// keptRecord is one line of a topic that is kept.
type keptRecord struct {
	Partition int32             `json:"p"`
	Offset    int64             `json:"o"`
	TimeMs    int64             `json:"ms"`
	Producer  int64             `json:"producer"`
	Epoch     int16             `json:"epoch"`
	Control   bool              `json:"control,omitempty"`
	Txn       bool              `json:"txn,omitempty"`
	Key       string            `json:"key"`
	Value     string            `json:"value"`
	Headers   map[string]string `json:"headers,omitempty"`
}

// keepTopics writes each topic of the group to a file, one JSON line a record, as a reader
// sees it who reads uncommitted.
func (w *chaosWorld) keepTopics(dir string) error {
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	opts, err := kafkaConn(&w.s.cfg.Kafka).ClientOptions()
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(append(opts, kgo.KeepControlRecords(), kgo.FetchIsolationLevel(kgo.ReadUncommitted()))...)
	if err != nil {
		return err
	}
	defer client.Close()
	files, left := map[string]*bufio.Writer{}, map[string]map[int32]int64{}
	from := map[string]map[int32]kgo.Offset{}
	for _, t := range w.s.cfg.Kafka.Used() {
		ends, err := kadm.NewClient(client).ListEndOffsets(ctx, t.Name)
		if err = errors.Join(err, ends.Error()); err != nil {
			return err
		}
		f, err := os.Create(filepath.Join(dir, t.Name+".jsonl"))
		if err != nil {
			return err
		}
		defer f.Close()
		files[t.Name], left[t.Name], from[t.Name] = bufio.NewWriter(f), map[int32]int64{}, map[int32]kgo.Offset{}
		for p, end := range ends[t.Name] {
			if end.Offset > 0 {
				left[t.Name][p], from[t.Name][p] = end.Offset, kgo.NewOffset().AtStart()
			}
		}
	}
	client.AddConsumePartitions(from)
	for more := true; more; {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return err
		}
		fetches.EachRecord(func(r *kgo.Record) {
			k := keptRecord{Partition: r.Partition, Offset: r.Offset, TimeMs: r.Timestamp.UnixMilli(), Producer: r.ProducerID, Epoch: r.ProducerEpoch,
				Control: r.Attrs.IsControl(), Txn: r.Attrs.IsTransactional(), Key: string(r.Key), Value: string(r.Value), Headers: map[string]string{}}
			for _, h := range r.Headers {
				k.Headers[h.Key] = string(h.Value)
			}
			line, _ := json.Marshal(k) // strings and numbers
			_, _ = files[r.Topic].Write(append(line, '\n'))
			if r.Offset+1 >= left[r.Topic][r.Partition] {
				delete(left[r.Topic], r.Partition)
			}
		})
		more = false
		for _, partitions := range left {
			more = more || len(partitions) > 0
		}
	}
	var errs []error
	for _, f := range files {
		errs = append(errs, f.Flush())
	}
	return errors.Join(errs...)
}
