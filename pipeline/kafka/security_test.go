package kafka

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
)

// selfSigned makes a certificate for 127.0.0.1 and returns the file of its authority.
func selfSigned(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

func TestEveryClientSignsIn(t *testing.T) {
	for _, mechanism := range []string{Plain, ScramSHA256, ScramSHA512} {
		t.Run(mechanism, func(t *testing.T) {
			cert, ca := selfSigned(t)
			f := brokers.Fake(t, 1, kfake.EnableSASL(), kfake.Superuser(mechanism, "user", "secret"),
				kfake.TLS(&tls.Config{Certificates: []tls.Certificate{cert}}), kfake.SeedTopics(1, "in", "out"))
			cfg := Config{Brokers: f.Brokers(), TLS: TLS{Enabled: true, CAFile: ca}, SASL: SASL{mechanism, "user", "secret"}}

			wc := DefaultWriter()
			wc.Config, wc.Group = cfg, "g"
			for o := range wc.Topics {
				wc.Topics[o] = "in"
			}
			w, err := NewWriter(t.Context(), wc, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			put(t, w, 0, "signed")
			if err := w.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}

			fetcher := startFetcher(t, f.Brokers(), func(c *FetchConfig) { c.Config = cfg }, "in")
			feed, err := fetcher.Open(0, []int64{0})
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := drain(t, feed, 0, 1); len(got) != 1 {
				t.Errorf("read %q", got)
			}

			join(t, f.Brokers(), "g", "signed", func(c *GroupConfig) { c.Config = cfg }, "in").until(t, 1)
		})
	}
}

func TestRefusalsHaveNames(t *testing.T) {
	for _, c := range []struct{ err, want error }{
		{kafkago.SASLAuthenticationFailed, ErrAuthentication},
		{fmt.Errorf("dial: %w", kafkago.SASLAuthenticationFailed), ErrAuthentication},
		{fmt.Errorf("sign in: %w", ErrAuthentication), ErrAuthentication},
		{kafkago.TopicAuthorizationFailed, ErrAuthorization},
		{kafkago.GroupAuthorizationFailed, ErrAuthorization},
		{fmt.Errorf("join: %w", kerr.SaslAuthenticationFailed), ErrAuthentication},
		{fmt.Errorf("join: %w", kerr.GroupAuthorizationFailed), ErrAuthorization},
		{kafkago.NotLeaderForPartition, nil},
		{kerr.NotCoordinator, nil},
		{errors.New("connection reset"), nil},
	} {
		if got := accessFault(c.err); !errors.Is(got, c.want) {
			t.Errorf("%v became %v, not %v", c.err, got, c.want)
		}
	}
	if err := writeFault(fmt.Errorf("init: %w", kerr.SaslAuthenticationFailed)); !errors.Is(err, ErrAuthentication) {
		t.Errorf("%v", err)
	}
	if err := writeFault(kerr.TransactionalIDAuthorizationFailed); !errors.Is(err, ErrAuthorization) {
		t.Errorf("%v", err)
	}
}

func TestConnectionSettingsAreJudgedTogether(t *testing.T) {
	c := Config{TLS: TLS{Enabled: true, CertFile: "x"}, SASL: SASL{Mechanism: "GSSAPI"}}
	for _, want := range []string{"brokers: empty", `cert_file "x" and key_file ""`, `mechanism "GSSAPI"; allowed: PLAIN`} {
		if err := c.validate(); err == nil || !containsText(err, want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if err := (&Config{Brokers: []string{"a:1"}, SASL: SASL{Mechanism: Plain}}).validate(); err == nil || !containsText(err, "user is empty") {
		t.Errorf("%v", err)
	}
	if _, err := (&TLS{Enabled: true, CAFile: "/no/such/file"}).Client(); err == nil || !containsText(err, "ca_file") {
		t.Errorf("%v", err)
	}
}

func TestFetchFollowsALeaderThatMoves(t *testing.T) {
	f := brokers.Fake(t, 3, kfake.SeedTopics(3, "moving"))
	c := newClient(t, f.Brokers(), kgo.MetadataMinAge(50*time.Millisecond))
	fetcher := startFetcher(t, f.Brokers(), nil, "moving")
	var feeds []*Feed
	for p := range int32(3) {
		feed, err := fetcher.Open(p, []int64{0})
		if err != nil {
			t.Fatal(err)
		}
		defer feed.Close()
		feeds = append(feeds, feed)
	}
	for round := range int32(2) {
		for p, feed := range feeds {
			if err := f.MoveTopicPartition("moving", int32(p), (int32(p)+round)%3); err != nil {
				t.Fatal(err)
			}
			produce(t, c, "moving", int32(p), "v")
			if got, next := drain(t, feed, 0, 1); len(got) != 1 || next != int64(round)+1 {
				t.Errorf("round %d: read %q up to %d", round, got, next)
			}
		}
	}
	if fetcher.stats.LeaderGen.Load() == 0 {
		t.Error("no change of a leader was noticed")
	}
}
