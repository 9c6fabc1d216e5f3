package audit

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/clearlane/clearlane/pipeline/oracle/naive"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// chain follows the versions of each subject: each once, growing, naming the one before
// it, and saying something else than that.
func chain(f *Findings, what string, all []published) {
	said := map[naive.Subject]map[uint64]bool{}
	before := map[naive.Subject]*published{}
	for i := range all {
		p := &all[i]
		b := before[p.subject]
		if b == nil {
			b = &published{}
			said[p.subject] = map[uint64]bool{}
		}
		switch {
		case said[p.subject][p.version]:
			f.add(Duplicate, "%s of %v: version %d again, at %v", what, p.subject, p.version, p.at)
		case p.version < b.version:
			f.add(Disorder, "%s of %v: version %d behind version %d, at %v", what, p.subject, p.version, b.version, p.at)
		}
		if p.supersedes != b.version {
			f.add(Disorder, "%s of %v: version %d supersedes %d, the one before it is %d", what, p.subject, p.version, p.supersedes, b.version)
		}
		if b.verdict != nil && p.hash == b.hash && p.version != b.version {
			f.add(Duplicate, "%s of %v: version %d says the same as version %d", what, p.subject, p.version, b.version)
		}
		if p.hash != codec.VerdictHash(codec.AppendVerdict(nil, p.verdict)) {
			f.add(Wrong, "%s of %v: version %d has the hash of another verdict", what, p.subject, p.version)
		}
		if !p.keyed {
			f.add(Wrong, "%s of %v: version %d has the key or the id of another subject", what, p.subject, p.version)
		}
		said[p.subject][p.version] = true
		before[p.subject] = p
	}
}

// last is what stands of each subject.
func last(all []published) map[naive.Subject]*published {
	standing := map[naive.Subject]*published{}
	for i := range all {
		standing[all[i].subject] = &all[i]
	}
	return standing
}

// compare holds what stands against what has to, and what may, member by member.
func compare(f *Findings, what string, standing map[naive.Subject]*published, want, may map[naive.Subject]*schemas.Verdict) {
	for subject, v := range want {
		p := standing[subject]
		if p == nil {
			f.add(Missing, "%s of %v: %s %s", what, subject, v.Route, strings.Join(codesOf(v), " "))
			continue
		}
		if d := differences(p.verdict, v); d != "" {
			f.add(Wrong, "%s of %v, version %d:\n%s", what, subject, p.version, d)
		}
	}
	for subject, p := range standing {
		if v := may[subject]; v != nil {
			if d := differences(p.verdict, v); d != "" {
				f.add(Wrong, "%s of %v, version %d:\n%s", what, subject, p.version, d)
			}
		} else if want[subject] == nil {
			f.add(Wrong, "%s of %v, version %d: nothing was to be said about it", what, subject, p.version)
		}
	}
}

func codesOf(v *schemas.Verdict) (codes []string) {
	for i := range v.Reasons {
		codes = append(codes, v.Reasons[i].Code)
	}
	return codes
}

// differences names the members that two verdicts differ in, one a line.
func differences(got, want *schemas.Verdict) string {
	g, w := members(got), members(want)
	names := maps.Clone(w)
	maps.Copy(names, g)
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if string(g[name]) != string(w[name]) {
			lines = append(lines, fmt.Sprintf("%s: %s, not %s", name, orNone(g[name]), orNone(w[name])))
		}
	}
	return strings.Join(lines, "\n")
}

func orNone(b json.RawMessage) string {
	if b == nil {
		return "none"
	}
	return string(b)
}

// members are the members of a verdict as the outputs carry them.
func members(v *schemas.Verdict) map[string]json.RawMessage {
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(fmt.Appendf(nil, "{%s}", codec.AppendVerdict(nil, v)), &all); err != nil {
		return map[string]json.RawMessage{"unreadable": json.RawMessage(err.Error())}
	}
	return all
}

// highRisk: the topic holds exactly the decisions that are in high-risk control or leave
// it, in the order of their versions.
func (o *Outputs) highRisk(f *Findings) {
	type version struct {
		naive.Subject
		version uint64
	}
	want := map[version]*schemas.Decision{}
	route := map[naive.Subject]schemas.Route{}
	for i := range o.decisions {
		p := &o.decisions[i]
		if is, was := p.verdict.Route, route[p.subject]; is == schemas.RouteHighRisk || was == schemas.RouteHighRisk {
			d := *p.decision
			d.Retracted = is != schemas.RouteHighRisk
			want[version{p.subject, p.version}] = &d
		}
		route[p.subject] = p.verdict.Route
	}
	said := map[version]bool{}
	newest := map[naive.Subject]uint64{}
	for i := range o.high {
		p := &o.high[i]
		k := version{p.subject, p.version}
		d := want[k]
		switch {
		case said[k]:
			f.add(Duplicate, "high-risk of %v: version %d again, at %v", p.subject, p.version, p.at)
		case p.version < newest[p.subject]:
			f.add(Disorder, "high-risk of %v: version %d behind version %d, at %v", p.subject, p.version, newest[p.subject], p.at)
		}
		switch {
		case d == nil:
			f.add(Wrong, "high-risk of %v: version %d (%s), which neither is in high-risk control nor leaves it", p.subject, p.version, p.verdict.Route)
		case !reflect.DeepEqual(d, p.decision):
			f.add(Wrong, "high-risk of %v: version %d is another one than on decisions", p.subject, p.version)
		}
		said[k], newest[p.subject] = true, max(newest[p.subject], p.version)
	}
	for k, d := range want {
		if !said[k] {
			f.add(Missing, "high-risk of %v: version %d (%s)", k.Subject, k.version, d.Verdict.Route)
		}
	}
}
