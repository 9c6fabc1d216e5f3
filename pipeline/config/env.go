package config

import (
	"regexp"
	"slices"
	"strings"
)

// EnvPrefix begins the name of every environment variable that is read. The rest
// is the key's path in capitals, with _ for each dot: CLEARLANE_KAFKA_BROKERS=a,b.
const EnvPrefix = "CLEARLANE_"

// EnvFile names the configuration file when the flag --config is not given.
const EnvFile = EnvPrefix + "CONFIG"

// envTests begins what asks the tests for their parts (CLEARLANE_REQUIRE_CHDB): it may
// be set where a test runs the program.
const envTests = EnvPrefix + "REQUIRE_"

// serviceLink matches what Kubernetes puts into the environment of every container
// for a Service named clearlane or clearlane-...: not meant for us, so not a fault.
// https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
var serviceLink = regexp.MustCompile(`_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT(_[0-9]+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?)?$`)

// readEnv applies the environment, given as "NAME=value" like os.Environ.
func (l *loader) readEnv(environ []string) {
	for _, entry := range slices.Sorted(slices.Values(environ)) {
		name, text, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, EnvPrefix) || name == EnvFile || strings.HasPrefix(name, envTests) {
			continue
		}
		if f := l.byEnv(name); f != nil {
			l.set(f, text, name)
		} else if !serviceLink.MatchString(name) {
			l.unknown(name, "environment")
		}
	}
}

func (l *loader) byEnv(name string) *field {
	for i := range l.fields {
		if f := &l.fields[i]; !f.section() && f.env() == name {
			return f
		}
	}
	return nil
}
