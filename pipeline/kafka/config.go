package kafka

import (
	"errors"
	"fmt"
	"time"
)

// Config is how a connection to Kafka is made; both clients are built from it.
type Config struct {
	Brokers     []string // to start from, host:port
	ClientID    string   // the name in the brokers' quotas and logs
	DialTimeout time.Duration
	TLS         TLS
	SASL        SASL
}

// TLS is encryption of connections.
type TLS struct {
	Enabled    bool
	CAFile     string // PEM; empty: the authorities of the system
	CertFile   string // PEM; client certificate, with KeyFile
	KeyFile    string
	ServerName string // empty: the host connected to
}

// SASL is authentication of connections. An empty mechanism is none.
type SASL struct {
	Mechanism string // "", PLAIN, SCRAM-SHA-256, SCRAM-SHA-512
	User      string
	Password  string
}

// Names of the SASL mechanisms.
const (
	Plain       = "PLAIN"
	ScramSHA256 = "SCRAM-SHA-256"
	ScramSHA512 = "SCRAM-SHA-512"
)

// defaultDialTimeout applies where Config has none.
const defaultDialTimeout = 5 * time.Second

func (c *Config) dialTimeout() time.Duration {
	if c.DialTimeout > 0 {
		return c.DialTimeout
	}
	return defaultDialTimeout
}

func (c *Config) validate() error {
	var faults []error
	if len(c.Brokers) == 0 {
		faults = append(faults, errors.New("brokers: empty; at least one host:port is needed"))
	}
	if (c.TLS.CertFile == "") != (c.TLS.KeyFile == "") {
		faults = append(faults, fmt.Errorf("tls: cert_file %q and key_file %q; both or neither must be set", c.TLS.CertFile, c.TLS.KeyFile))
	}
	switch c.SASL.Mechanism {
	case "":
	case Plain, ScramSHA256, ScramSHA512:
		if c.SASL.User == "" {
			faults = append(faults, errors.New("sasl: user is empty; a mechanism needs one"))
		}
	default:
		faults = append(faults, fmt.Errorf("sasl: mechanism %q; allowed: %s, %s, %s or none", c.SASL.Mechanism, Plain, ScramSHA256, ScramSHA512))
	}
	return errors.Join(faults...)
}
