package land_test

import (
	"context"
	"crypto/tls"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/land"
)

// encrypted is a way to the engine that speaks TLS.
func encrypted(t *testing.T, server *tls.Config, to string) (addr string) {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", server)
	must(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				in.Close()
				continue
			}
			go relay(in, out)
			go relay(out, in)
		}
	}()
	return l.Addr().String()
}

func relay(from, to net.Conn) {
	_, _ = io.Copy(to, from) // a connection that breaks is what the ends have to bear
	from.Close()
	to.Close()
}

// Migrations and rows go through TLS over HTTP, past a server that is away.
func TestLandsOverTLS(t *testing.T) {
	r := newRig(t)
	server, client := land.Certify(t)
	dead, _ := gate(t, r.cfg.ClickHouse.Addrs[0])
	r.cfg.ClickHouse.Addrs = []string{dead, encrypted(t, server, r.cfg.ClickHouse.Addrs[0])}
	r.cfg.ClickHouse.TLS = client
	e := newExpected()
	e.feed(r, rand.New(rand.NewPCG(8, 1)), 50)
	l, stop := r.start(r.cfg)
	r.caughtUp(l)
	stop()
	e.check(r)
}

// A server whose certificate is of another authority gets nothing, not the password either,
// and the status says why; so does one that is asked for TLS and has none.
func TestServerThatIsNotTrustedIsNamed(t *testing.T) {
	server, _ := land.Certify(t)
	_, other := land.Certify(t)
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer plain.Close()
	go func() { // answers as a server without TLS does
		for {
			c, err := plain.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			c.Close()
		}
	}()
	trusted := encrypted(t, server, plain.Addr().String())
	for protocol, unencrypted := range map[land.Protocol]string{land.HTTP: "server gave HTTP response to HTTPS client", land.Native: "first record does not look like a TLS handshake"} {
		for addr, want := range map[string]string{trusted: "certificate signed by unknown authority", plain.Addr().String(): unencrypted} {
			cfg := land.Default()
			cfg.ClickHouse.Protocol, cfg.ClickHouse.Addrs, cfg.ClickHouse.TLS, cfg.ClickHouse.Password = protocol, []string{addr}, other, "secret"
			cfg.MaxRetryInterval = 50 * time.Millisecond
			cfg.StopTimeout = 0
			l, err := land.New(cfg, land.Deps{})
			must(t, err)
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- l.Run(ctx) }()
			waitUntil(t, "reason", func() bool { return l.Status().Error != "" })
			stop()
			must(t, <-ended)
			if s := l.Status(); !strings.Contains(s.Error, want) || strings.Contains(s.Error, "secret") {
				t.Errorf("%s: %q, want %q", protocol, s.Error, want)
			}
		}
	}
}
