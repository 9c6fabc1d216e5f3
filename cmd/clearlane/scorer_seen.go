package main

import (
	"fmt"
	"time"

	"github.com/clearlane/clearlane/pipeline/serve"
	"github.com/clearlane/clearlane/pipeline/stall"
	"github.com/clearlane/clearlane/pipeline/state"
	"github.com/clearlane/clearlane/pipeline/task"
)

// Batch implements task.Observer.
func (s *scorer) Batch(c *task.Counts) {
	s.metrics.Batch(c)
	if c.Waits > 0 {
		s.waits.Add(int64(c.Waits))
		s.waited.Add(int64(c.Waited))
	}
	if s.observer != nil {
		s.observer.Batch(c)
	}
}

// Committed implements task.Observer: the offsets go to the group, for lag tools.
func (s *scorer) Committed(c *task.Committed) {
	s.metrics.Committed(c)
	s.standing.committed(c.Partition, c.Offsets)
	offsets := make(map[string]map[int32]int64, len(c.Offsets))
	for i, o := range c.Offsets {
		offsets[s.inputs[i].Topic] = map[int32]int64{c.Partition: o}
	}
	s.group.CommitOffsets(offsets)
	if s.observer != nil {
		s.observer.Committed(c)
	}
}

// Flushed implements task.Observer.
func (s *scorer) Flushed(partition int32, waited time.Duration) {
	s.metrics.Flushed(partition, waited)
	if s.observer != nil {
		s.observer.Flushed(partition, waited)
	}
}

// Step implements task.Observer.
func (s *scorer) Step(partition int32, step task.Step, began time.Time, took time.Duration) {
	s.metrics.Step(partition, step, began, took)
	if s.observer != nil {
		s.observer.Step(partition, step, began, took)
	}
}

// background notes what a local state does beside its partition.
func (s *scorer) background(what state.Background, began time.Time, took time.Duration) {
	cause := stall.Write
	if what == state.Compacting {
		cause = stall.Compaction
	}
	s.seen.Stalls().Note(cause, stall.Whole, began, took)
}

// Recovered implements task.Observer.
func (s *scorer) Recovered(partition int32, replayed int64, took time.Duration) {
	s.metrics.Recovered(partition, replayed, took)
	if s.observer != nil {
		s.observer.Recovered(partition, replayed, took)
	}
}

// Sweeping implements task.Observer.
func (s *scorer) Sweeping(partition int32, why task.Sweep, running bool) {
	s.metrics.Sweeping(partition, why, running)
	if s.observer != nil {
		s.observer.Sweeping(partition, why, running)
	}
}

// awayAfter is how long a broker may give no answer before the process counts as
// waiting for it: one that only restarts its connections is no news.
const awayAfter = 2 * time.Second

// report tells readiness where the partitions stand.
func (s *scorer) report(manager *task.Manager) {
	live, waiting, failed, before := 0, 0, "", ""
	for _, st := range manager.Status() {
		switch st.Phase {
		case task.PhaseLive:
			live++
		case task.PhaseFailed:
			failed = st.Err.Error() // it names the partition
		default:
			waiting++
			if st.Err != nil {
				before = ": " + st.Err.Error() // why it has to
			}
		}
	}
	since, away := s.fetcher.Away()
	_, full := s.disk.longest()
	missing, lost := s.fetcher.Missing()
	switch {
	case away != nil && time.Since(since) >= awayAfter:
		s.health.Set(serve.Waiting, "Kafka: "+away.Error())
	case missing != "" && time.Since(lost) >= awayAfter:
		s.health.Set(serve.Waiting, fmt.Sprintf("Kafka: topic %s, since %s: unknown to its brokers, or without a leader", missing, lost.UTC().Format(time.RFC3339)))
	case s.memory.held():
		s.health.Set(serve.Waiting, "for memory: fetching goes on when some is free (limits.memory)")
	case full != nil:
		s.health.Set(serve.Waiting, "for room on the disk: "+full.Error())
	case failed != "":
		s.health.Set(serve.Failed, failed)
	case waiting > 0:
		s.health.Set(serve.Starting, fmt.Sprintf("%d of %d partitions recover%s", waiting, waiting+live, before))
	case s.joined.Generations.Load() == 0:
		s.health.Set(serve.Waiting, "for the group's first assignment")
	default:
		s.health.Set(serve.Ready, fmt.Sprintf("%d partitions", live))
	}
}

// sample adds what the role knows to a scrape.
func (s *scorer) sample(x *serve.Sample, manager *task.Manager) {
	s.standing.sample(x, manager.Status(), s.keys)
	x.OpenOrdersBound, x.FetchPaused = s.cfg.Limits.OpenOrders, s.fetcher.Paused()
	x.Back[serve.AtCommit] = serve.Back{Waits: s.waits.Load(), Waited: time.Duration(s.waited.Load())}
	x.Back[serve.AtProduce] = serve.Back{Waits: s.written.Waits.Load(), Waited: time.Duration(s.written.WaitedNs.Load())}
	s.failures.sample(x.Failures)
	x.PutAside += s.aside.Load()
	if since := s.memory.waiting(); !since.IsZero() {
		x.Waiting[serve.ForMemory] = time.Since(since)
	}
	if since, full := s.disk.longest(); full != nil {
		x.Waiting[serve.ForDisk] = time.Since(since)
	}
	if since, away := s.fetcher.Away(); away != nil {
		x.Waiting[serve.ForKafka] = max(x.Waiting[serve.ForKafka], time.Since(since))
	}
	x.Generations += s.joined.Generations.Load()
	x.GroupErrors += s.joined.Errors.Load()
	x.PartitionsLost += s.joined.Lost.Load()
	x.FetchRequests += s.fetched.Requests.Load()
	x.FetchBytes += s.fetched.Bytes.Load()
	x.FetchSkipped += s.fetched.Skipped.Load()
	x.FetchRetries += s.fetched.Retries.Load()
	x.ProducedRecords += s.written.Records.Load()
	x.ProducedBytes += s.written.Bytes.Load()
	x.FlushTime += time.Duration(s.written.FlushNs.Load())
	x.EndTime += time.Duration(s.written.EndTxnNs.Load())
	x.TxnCommitted += s.written.Commits.Load()
	x.TxnAborted += s.written.Aborts.Load()
	x.TxnFenced += s.written.Fenced.Load()
	x.TxnUnknown += s.written.Unknown.Load()
	x.SellerSites = s.refs.sites()
	s.mu.Lock()
	defer s.mu.Unlock()
	var changes, flush serve.Back
	for _, store := range s.stores {
		m := store.Metrics()
		x.StateKeys += m.Keys
		x.StateDirty += m.DirtyEntries
		x.StateDirtyBytes += m.DirtyBytes
		x.StateCacheBytes += m.CleanBytes + m.IndexBytes
		x.StateFilterBytes += m.FilterBytes
		x.StateDiskBytes += int64(m.DiskBytes)
		x.CacheHits += int64(m.HitsActive + m.HitsFrozen + m.HitsClean)
		x.FilterAnswers += int64(m.Filtered)
		x.DiskHits += int64(m.Reads)
		x.DiskMisses += int64(m.FalsePositives)
		x.Flushes += int64(m.Flushes)
		changes.Waits, changes.Waited = changes.Waits+int64(m.Waits), changes.Waited+m.Waited
		flush.Waits, flush.Waited = flush.Waits+int64(m.FlushWaits), flush.Waited+m.FlushWaited
	}
	x.Back[serve.AtChanges], x.Back[serve.AtFlush] = changes, flush
}

// keys is how many orders and roll-up cells the local state of a partition holds, 0 where
// none is open.
func (s *scorer) keys(partition int32) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if store := s.stores[partition]; store != nil {
		return store.Keys()
	}
	return 0
}

// sayOpenOrders warns of partitions with more open orders than the bound, now and then.
func (s *scorer) sayOpenOrders(status []task.Status) {
	if time.Since(s.saidOrders) < 10*time.Minute {
		return
	}
	for _, st := range status {
		if n := s.keys(st.Partition); n > int64(s.cfg.Limits.OpenOrders) {
			s.saidOrders = time.Now()
			s.log.Warn("a partition holds more open orders than limits.open_orders; none is refused, but its disk and its recovery grow",
				"partition", st.Partition, "orders", n, "bound", s.cfg.Limits.OpenOrders)
		}
	}
}
