package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"

	kgosasl "github.com/segmentio/kafka-go/sasl"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// Client is the configuration of a client's connections, with the files read; nil when
// TLS is off.
func (t *TLS) Client() (*tls.Config, error) {
	if !t.Enabled {
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("tls: ca_file: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("tls: ca_file %q holds no certificate in PEM", t.CAFile)
		}
	}
	if t.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("tls: cert_file and key_file: %w", err)
		}
		c.Certificates = []tls.Certificate{cert}
	}
	return c, nil
}

// mechanism is nil when SASL is off.
func (s *SASL) mechanism() sasl.Mechanism {
	switch s.Mechanism {
	case Plain:
		return plain.Auth{User: s.User, Pass: s.Password}.AsMechanism()
	case ScramSHA256:
		return scram.Auth{User: s.User, Pass: s.Password}.AsSha256Mechanism()
	case ScramSHA512:
		return scram.Auth{User: s.User, Pass: s.Password}.AsSha512Mechanism()
	}
	return nil
}

// saslBridge lets kafka-go use franz-go's mechanisms, so that both clients sign in
// with the same code.
type saslBridge struct{ m sasl.Mechanism }

func (b saslBridge) Name() string { return b.m.Name() }

func (b saslBridge) Start(ctx context.Context) (kgosasl.StateMachine, []byte, error) {
	host := ""
	if md := kgosasl.MetadataFromContext(ctx); md != nil {
		host = net.JoinHostPort(md.Host, fmt.Sprint(md.Port))
	}
	session, first, err := b.m.Authenticate(ctx, host)
	if err != nil {
		return nil, nil, err
	}
	return saslSession{session}, first, nil
}

type saslSession struct{ s sasl.Session }

func (s saslSession) Next(_ context.Context, challenge []byte) (bool, []byte, error) {
	done, answer, err := s.s.Challenge(challenge)
	if err != nil {
		return false, nil, errors.Join(ErrAuthentication, err)
	}
	return done, answer, nil
}
