package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// Ours is the name under which Clearlane runs beside its rivals.
const Ours = "clearlane"

// PeerRun is what the harness of the rival implementations says of one run of one program,
// and what is added here. Figures that it leaves out are 0.
type PeerRun struct {
	Peer    string `json:"peer"`
	Variant string `json:"variant"`
	Mode    string `json:"mode"` // throughput, or "paced N orders/s"
	Events  int64  `json:"events"`

	EventsPerS        float64 `json:"events_per_s"`     // from the first record to the last decision
	EventsPerCPUS     float64 `json:"events_per_cpu_s"` // of the program alone, in the same span
	HalfEventsPerS    float64 `json:"half2_events_per_s"`
	HalfEventsPerCPUS float64 `json:"half2_events_per_cpu_s"` // from half of the decisions to the last
	CPUSeconds        float64 `json:"cpu_s"`
	BrokerCPUSeconds  float64 `json:"broker_cpu_s"`
	PeakMiB           float64 `json:"rss_mb"` // resident

	// From the newest event of a decision to its append to the log, which is when a
	// read_uncommitted reader can have it, and to its arrival at a read_committed one.
	Append  *PeerDelays `json:"latency_append_ms"`
	Visible *PeerDelays `json:"latency_visible_ms"`

	Right bool   `json:"ok"`
	Note  string `json:"note"` // what is wrong

	PeerStamp
}

// PeerDelays are in ms.
type PeerDelays struct {
	N   int64   `json:"N"`
	P50 float64 `json:"P50"`
	P90 float64 `json:"P90"`
	P99 float64 `json:"P99"`
	Max float64 `json:"Max"`
}

// PeerStamp is what is added to a line of the harness.
type PeerStamp struct {
	Suite   string    `json:"suite"` // names the runs that were made together
	Round   int       `json:"round"` // from 1; each program has one run of a mode in a round
	At      time.Time `json:"at"`
	Machine Machine   `json:"machine"`
}

// Name is that of the program, by which its runs belong together.
func (r *PeerRun) Name() string {
	if r.Variant == "" {
		return r.Peer
	}
	return r.Peer + "/" + r.Variant
}

// paced is true of runs that measure delays.
func (r *PeerRun) paced() bool { return r.Mode != Throughput }

// StampPeer adds the stamp to a line of the harness, and takes nothing away. A variant that
// is not empty replaces the line's: the harness does not know of settings in the environment.
func StampPeer(line []byte, variant string, stamp PeerStamp) ([]byte, error) {
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(line, &all); err != nil {
		return nil, fmt.Errorf("line of the harness %q: %w", line, err)
	}
	if variant != "" {
		all["variant"], _ = json.Marshal(variant) // a string has a form
	}
	text, err := json.Marshal(stamp)
	if err != nil {
		return nil, err
	}
	added := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &added); err != nil {
		return nil, err
	}
	maps.Copy(all, added)
	return json.Marshal(all)
}

// ReadPeers reads lines of the harness, stamped or not; empty ones are passed over.
func ReadPeers(r io.Reader) (runs []*PeerRun, err error) {
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		run := &PeerRun{}
		if err := json.Unmarshal(lines.Bytes(), run); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if run.Peer == "" || run.Mode == "" {
			return nil, fmt.Errorf("line %d: peer %q, mode %q; lines of the harness have both", n, run.Peer, run.Mode)
		}
		runs = append(runs, run)
	}
	return runs, lines.Err()
}

// peerGroup is the runs of one program in one mode.
type peerGroup struct {
	name  string
	all   []*PeerRun
	right []*PeerRun // those that count
}

// groupPeers has the groups in the order of their first runs.
func groupPeers(runs []*PeerRun, paced bool) (groups []*peerGroup) {
	for _, r := range runs {
		if r.paced() != paced {
			continue
		}
		i := slices.IndexFunc(groups, func(g *peerGroup) bool { return g.name == r.Name() })
		if i < 0 {
			i, groups = len(groups), append(groups, &peerGroup{name: r.Name()})
		}
		groups[i].all = append(groups[i].all, r)
		if r.Right {
			groups[i].right = append(groups[i].right, r)
		}
	}
	return groups
}

func (g *peerGroup) ours() bool { return g.all[0].Peer == Ours }

// peerFigure is one figure of a run, 0 where it has none.
type peerFigure func(*PeerRun) float64

// median leaves out runs that do not have the figure; it is 0 of none.
func (g *peerGroup) median(of peerFigure) float64 {
	values := g.values(of)
	if len(values) == 0 {
		return 0
	}
	return Median(values)
}

func (g *peerGroup) values(of peerFigure) (values []float64) {
	for _, r := range g.right {
		if v := of(r); v != 0 {
			values = append(values, v)
		}
	}
	return values
}

// spread is "median (least-greatest)", "-" of nothing.
func (g *peerGroup) spread(of peerFigure, digits int) string {
	values := g.values(of)
	if len(values) == 0 {
		return "-"
	}
	return fmt.Sprintf("%s (%s-%s)", number(Median(values), digits), number(slices.Min(values), digits), number(slices.Max(values), digits))
}
