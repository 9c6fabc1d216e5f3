package land

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
)

// A server that is away is named with the cause, and not with the statement.
func TestServerAwayIsNamedWithoutTheStatement(t *testing.T) {
	cfg := Default().ClickHouse
	cfg.Protocol, cfg.Addrs, cfg.Password = HTTP, []string{"127.0.0.1:1"}, "secret"
	h := newHTTPInserter(&cfg)
	defer h.close()
	err := h.insert(context.Background(), "decisions", 0, nil)
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatalf("%v", err)
	}
	if s := err.Error(); !strings.Contains(s, "127.0.0.1:1") || strings.Contains(s, "INSERT") || strings.Contains(s, "secret") || len(s) > 200 {
		t.Errorf("%s", s)
	}
}
