package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/clearlane/clearlane/pipeline/embedded/geodb"
	"github.com/clearlane/clearlane/pipeline/truth"
	"github.com/clearlane/clearlane/schemas"
)

// The profiles of `clearlane gen`.
const (
	profileStream = "stream" // a working sender's stream, with a few causes of each rule's default route
	profileRules  = "rules"  // one order after the other, a cause for every reason code
)

// genRules writes a labelled set to standard output, or to a folder with its answers,
// the databases that know its addresses, and a policy pack that knows its brands.
func genRules(stdout io.Writer, out string, o truth.Options) error {
	set := truth.New(o)
	if out == "-" {
		return set.WriteEvents(stdout)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("gen: --out: %w", err)
	}
	for _, f := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"country.mmdb", writeSetCountries},
		{"asn.mmdb", writeSetASNs},
		{"policy.yaml", writeSetPack},
		{"events.ndjson", set.WriteEvents},
		{"answers.ndjson", set.WriteAnswers},
	} {
		if err := writeFile(filepath.Join(out, f.name), f.write); err != nil {
			return fmt.Errorf("gen: %w", err)
		}
	}
	return nil
}

// setBuilt is the build time of a set's databases, Unix seconds: 2026-08-01 00:00 UTC. It
// stands in decisions, so it is no clock's.
const setBuilt = 1785542400

func writeSetCountries(w io.Writer) error {
	return geodb.WriteCountries(w, "Countries of the addresses of a labelled set of Clearlane", setBuilt, setNetworks())
}

func writeSetASNs(w io.Writer) error {
	return geodb.WriteASNs(w, "Networks of the addresses of a labelled set of Clearlane", setBuilt, setNetworks())
}

func setNetworks() (all []geodb.Network) {
	for _, n := range truth.Networks() {
		all = append(all, geodb.Network(n))
	}
	return all
}

// rules turns the flags into the options of a labelled set.
func (o *genOptions) rules(start schemas.Time) (truth.Options, error) {
	if o.kafka != "" {
		return truth.Options{}, usagef("gen: --profile %s goes to files; --kafka takes the profile %s", profileRules, profileStream)
	}
	return truth.Options{Seed: o.seed, Orders: o.orders, Start: start}, nil
}
