package serve

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// State is where a component of the process stands.
type State string

// The states. Only Ready lets the process receive work.
const (
	Starting State = "starting"
	Ready    State = "ready"
	Waiting  State = "waiting" // for something outside, which is tried again
	Failed   State = "failed"
	Stopping State = "stopping"
)

// Health is the states of the components. Safe for concurrent use.
type Health struct {
	now func() time.Time

	mu         sync.Mutex
	components map[string]*Component
}

// NewHealth has no component yet: such a process is not ready.
func NewHealth(now func() time.Time) *Health {
	return &Health{now: now, components: map[string]*Component{}}
}

// Component is one part whose state is shown. Its owner sets it.
type Component struct {
	h      *Health
	name   string
	state  State
	detail string
	since  time.Time
}

// Component is the part of that name; a new one is Starting.
func (h *Health) Component(name string) *Component {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.components[name]
	if c == nil {
		c = &Component{h: h, name: name, state: Starting, since: h.now()}
		h.components[name] = c
	}
	return c
}

// Set changes the state. detail says in words what is waited for or what failed; it
// must hold no secret. since moves only when the state changes.
func (c *Component) Set(s State, detail string) {
	c.h.mu.Lock()
	defer c.h.mu.Unlock()
	if c.state != s {
		c.state, c.since = s, c.h.now()
	}
	c.detail = detail
}

// Remove forgets the component: it is no longer a part of this process.
func (c *Component) Remove() {
	c.h.mu.Lock()
	defer c.h.mu.Unlock()
	delete(c.h.components, c.name)
}

// Status is the state of a component at one moment, as /readyz shows it.
type Status struct {
	Name   string    `json:"name"`
	State  State     `json:"state"`
	Since  time.Time `json:"since"`
	Detail string    `json:"detail,omitempty"`
}

// Status is every component by name, and whether all of them are ready.
func (h *Health) Status() (ready bool, list []Status) {
	h.mu.Lock()
	defer h.mu.Unlock()
	ready = len(h.components) > 0
	list = []Status{}
	for _, c := range h.components {
		ready = ready && c.state == Ready
		list = append(list, Status{c.name, c.state, c.since.UTC(), c.detail})
	}
	slices.SortFunc(list, func(a, b Status) int { return strings.Compare(a.Name, b.Name) })
	return ready, list
}

// readyz answers 200 when every component is ready, else 503; the body says why.
func (h *Health) readyz(w http.ResponseWriter, _ *http.Request) {
	ready, list := h.Status()
	code := http.StatusOK
	if !ready {
		code = http.StatusServiceUnavailable
	}
	writeJSON(w, code, struct {
		Ready      bool     `json:"ready"`
		Components []Status `json:"components"`
	}{ready, list})
}

// healthz answers 200 while the process can answer. What it waits for outside is no
// reason to restart it: that is readiness.
func (h *Health) healthz(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, struct {
		Alive bool `json:"alive"`
	}{true})
}

func writeJSON(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(body) // fails only when the client is gone
}
