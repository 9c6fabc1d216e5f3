package stall

import (
	"context"
	"runtime"
	"runtime/metrics"
	"time"
)

// watchEvery is how often Watch wants to run.
const watchEvery = 10 * time.Millisecond

// Watch notes when nothing of the process ran, and collections, until ctx ends. Of a
// collection the runtime tells only that it has ended, and the CPU time of its marking: it
// marks with a quarter of the processors, which is how long it took.
func (l *Log) Watch(ctx context.Context) {
	samples := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}, {Name: "/cpu/classes/gc/mark/dedicated:cpu-seconds"}}
	metrics.Read(samples)
	cycles, marked := samples[0].Value.Uint64(), samples[1].Value.Float64()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := time.Now()
		l.Note(Pause, Whole, last.Add(watchEvery), now.Sub(last)-watchEvery)
		last = now
		metrics.Read(samples[:1])
		if n := samples[0].Value.Uint64(); n != cycles {
			metrics.Read(samples)
			cpu := samples[1].Value.Float64()
			took := time.Duration((cpu - marked) / markShare / float64(runtime.GOMAXPROCS(0)) * float64(time.Second))
			cycles, marked = n, cpu
			l.Note(GC, Whole, now.Add(-took), took)
		}
	}
}

// markShare is the part of the processors that marks (runtime: gcBackgroundUtilization).
const markShare = 0.25
