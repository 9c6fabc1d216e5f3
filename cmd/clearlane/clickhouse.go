package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/land"
)

// landConfig is the lander of this configuration. Its error names a TLS file that
// cannot be used.
func landConfig(c *config.Config) (land.Config, error) {
	h, topics := &c.ClickHouse, kafkaTopics(&c.Kafka)
	lc := land.Default()
	lc.Group = c.Kafka.LandGroup()
	lc.Topics = land.Topics{
		Decisions:   topics.Decisions,
		PreReviews:  topics.PreReviews,
		Rollups:     topics.Rollups,
		DeadLetters: topics.DeadLetters,
	}
	lc.ClickHouse = land.ClickHouse{
		Addrs:         h.Addrs,
		Protocol:      land.Protocol(h.Protocol),
		Database:      h.Database,
		Cluster:       h.Cluster,
		User:          h.User,
		Password:      h.Password.Reveal(),
		DialTimeout:   h.DialTimeout,
		InsertTimeout: h.InsertTimeout,
	}
	lc.StopTimeout = c.StopTimeout
	lc.BatchRows = h.BatchRows
	lc.BatchBytes = int(h.BatchBytes)
	lc.BatchInterval = h.BatchInterval
	lc.MaxRetryInterval = h.MaxRetryInterval
	var err error
	if lc.ClickHouse.TLS, err = clientTLS(&h.TLS); err != nil {
		return lc, fmt.Errorf("clickhouse.tls: %w", err)
	}
	return lc, nil
}

// clientTLS reads the files of a TLS section; nil when TLS is off.
func clientTLS(t *config.TLS) (*tls.Config, error) {
	if !t.Enabled {
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("ca_file: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("ca_file %q holds no certificate in PEM", t.CAFile)
		}
	}
	if t.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("cert_file and key_file: %w", err)
		}
		c.Certificates = []tls.Certificate{cert}
	}
	return c, nil
}
