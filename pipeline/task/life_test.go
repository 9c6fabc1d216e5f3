package task

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/rollup"
	"github.com/clearlane/clearlane/pipeline/state"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// shortLife are limits that many orders of the test outlive.
func shortLife() join.Limits {
	l := join.DefaultLimits()
	l.RetentionMs, l.SlackMs = time.Hour.Milliseconds(), (10 * time.Minute).Milliseconds()
	return l
}

// scatter gives the records of generated orders other record times: most of an order
// follow each other closely, some after the retention, some after the order's life, and
// some after the store has forgotten it. The topics are then in the order of time, but
// for displacements within the slack.
func scatter(in [][]record.Record, l join.Limits, rng *rand.Rand) {
	type ref struct{ topic, at int }
	byKey := map[string][]ref{}
	for t := range in {
		for i := range in[t] {
			byKey[string(in[t][i].Key)] = append(byKey[string(in[t][i].Key)], ref{t, i})
		}
	}
	keys := make([]string, 0, len(byKey))
	for k := range byKey {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	life := l.RetentionMs + l.SlackMs
	for _, k := range keys {
		refs := byKey[k]
		rng.Shuffle(len(refs), func(i, j int) { refs[i], refs[j] = refs[j], refs[i] })
		at := int64(1_780_000_000_000) + rng.Int64N(2*life)
		for _, r := range refs {
			in[r.topic][r.at].TimeMs = at
			switch rng.IntN(8) {
			case 0:
				at += l.RetentionMs + rng.Int64N(2*l.SlackMs)
			case 1:
				at += life + 1 + rng.Int64N(l.SlackMs)
			case 2:
				at += life + 2*l.SlackMs + rng.Int64N(2*life)
			default:
				at += rng.Int64N(l.RetentionMs)
			}
		}
	}
	for t := range in {
		jitter := make(map[int64]int64, len(in[t]))
		for i := range in[t] {
			jitter[in[t][i].Offset] = in[t][i].TimeMs + rng.Int64N(l.SlackMs/4)
		}
		slices.SortStableFunc(in[t], func(a, b record.Record) int { return int(jitter[a.Offset] - jitter[b.Offset]) })
		for i := range in[t] {
			in[t][i].Offset = int64(i)
		}
	}
}

// disk is a real local state that outlives crashes as a disk does. A crash may come
// while a flush is under way, and now and then it takes the disk with it.
type disk struct {
	c  *cluster
	fs *vfs.MemFS
	// forgotten is how many keys and cells all its stores have forgotten.
	forgotten *int
}

func newDisk(c *cluster) *disk {
	return &disk{c: c, fs: vfs.NewCrashableMem(), forgotten: new(int)}
}

func (d *disk) open() (Store, error) {
	o := state.DefaultOptions()
	o.FS, o.DirtyEntries, o.FilterKeys = d.fs, 600, 1
	o.CacheBytes, o.CleanBytes = 1<<20, 1<<18
	o.ExpiryBucket = time.Minute
	s, err := state.Open("partition", o)
	if err != nil {
		return nil, err
	}
	return &diskStore{Store: s, d: d}, nil
}

type diskStore struct {
	*state.Store
	d *disk
}

func (s *diskStore) Expire(beforeMs int64, max int, keep func(key, value []byte) bool) (int, error) {
	n, err := s.Store.Expire(beforeMs, max, keep)
	*s.d.forgotten += n
	return n, err
}

func (s *diskStore) Flush(ready func() ([]byte, error)) error {
	if err := s.d.c.crash(6); err != nil {
		return err
	}
	return s.Store.Flush(ready)
}

func (s *diskStore) Close() error {
	s.d.c.mu.Lock()
	fate := s.d.c.rng.IntN(12)
	seed := s.d.c.rng.Uint64()
	s.d.c.mu.Unlock()
	fs := s.d.fs
	switch {
	case fate == 0:
		s.d.fs = vfs.NewCrashableMem()
	case fate < 8: // the power goes: what was not synced is gone, in part
		s.d.fs = fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: rand.New(rand.NewPCG(seed, 2))})
	}
	return s.Store.Close()
}

// An order that comes back after its life begins anew, and what stands in the end and
// in the roll-ups does not depend on when the store got round to forgetting it, on
// crashes, on the loss of the disk, or on how records were batched.
func TestForgettingIsAFunctionOfTheRecords(t *testing.T) {
	in, refs := events(t, 11, 350, 10)
	limits := shortLife()
	scatter(in, limits, rand.New(rand.NewPCG(4, 4)))
	cfg := testConfig()
	cfg.MaxDirtyCells = 400
	cfg.Join, cfg.Bounds.MaxAheadMs = limits, (5 * 365 * 24 * time.Hour).Milliseconds()
	// The clock of the test goes fast, so that many rounds of expiry fall into a run.
	clocked := func() Deps {
		now := time.UnixMilli(1_790_000_000_000)
		return Deps{References: func() *decide.References { return refs }, Now: func() time.Time {
			now = now.Add(150 * time.Millisecond)
			return now
		}}
	}
	calm := newCluster(in, 1, 0)
	calm.forgets = true
	one := cfg
	one.MaxBatch = 1
	if err := calm.run(one, clocked()); err != nil {
		t.Fatal(err)
	}
	want := calm.read(t)
	if lives := recount(t, calm, &want); lives < 25 {
		t.Fatalf("only %d lives ended: nothing to show", lives)
	}
	forgotten := 0
	for seed := range uint64(6) {
		c := newCluster(in, seed, 20)
		c.forgets = true
		d := newDisk(c)
		c.open = d.open
		if err := c.run(cfg, clocked()); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		got := c.read(t)
		recount(t, c, &got)
		if diff := got.differs(&want); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
		forgotten += *d.forgotten
	}
	if forgotten < 200 {
		t.Errorf("the stores have forgotten %d keys and cells: too few to show anything", forgotten)
	}
}

// memCells are roll-up cells in a map.
type memCells map[string][]byte

func (m memCells) AheadCells([][]byte)                {}
func (m memCells) GetCell(key []byte) ([]byte, error) { return m[string(key)], nil }
func (m memCells) PutCell(key, value []byte, _, _ int64) error {
	m[string(key)] = slices.Clone(value)
	return nil
}

// recount holds the roll-ups against the decisions themselves: of each life of each
// subject the last one counts. It returns how many lives ended.
func recount(t *testing.T, c *cluster, s *standing) (ended int) {
	t.Helper()
	book := rollup.New(memCells{}, 1)
	last := map[schemas.DecisionID][]byte{}
	count := func(mark []byte) {
		if err := book.Move(nil, mark, 0); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range c.outputs[OutDecisions] {
		var d schemas.Decision
		if err := codec.ParseDecision(r.Value, &d); err != nil {
			t.Fatal(err)
		}
		if old := last[d.ID]; old != nil && d.Supersedes == 0 {
			count(old)
			ended++
		}
		last[d.ID] = rollup.AppendMark(nil, &d.Verdict, d.Version)
	}
	for _, mark := range last {
		count(mark)
	}
	rows := map[string]schemas.RollupRow{}
	if err := book.Emit(func(key []byte, row *schemas.RollupRow) error {
		rows[string(key)] = *row
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := differ("recounted cell", overEpochs(t, rows), s.cells); diff != "" {
		t.Fatal(diff)
	}
	return ended
}
