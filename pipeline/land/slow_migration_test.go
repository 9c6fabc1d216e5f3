package land_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/land"
)

// A statement of a migration may take longer than an insert may: it is waited for, and not
// begun again beside the one that the server still runs.
func TestAMigrationMayTakeLongerThanAnInsert(t *testing.T) {
	r := newRig(t)
	const insertTimeout = 2 * time.Second
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: r.cfg.ClickHouse.Addrs[0]})
	const slowOne = 10 // of some hundred statements
	var asked atomic.Int32
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if asked.Add(1) == slowOne {
			time.Sleep(insertTimeout + insertTimeout/4)
		}
		proxy.ServeHTTP(w, q)
	}))
	defer slow.Close()
	cfg := r.cfg
	cfg.ClickHouse.Addrs = []string{strings.TrimPrefix(slow.URL, "http://")}
	cfg.ClickHouse.InsertTimeout = insertTimeout
	seen := &failures{}
	l, stop := r.startWith(cfg, func(context.CancelFunc) land.Observer { return seen })
	defer stop()
	waitUntil(t, "tables", func() bool { return l.Status().Ready })
	if n := seen.migrations.Load(); n != 0 {
		t.Errorf("begun again %d times", n)
	}
}
