package join

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/schemas"
	"github.com/cockroachdb/datadriven"
)

// TestScripts runs testdata/*: lines of records are applied, and the state is printed.
//
//	limits clicks=2 shipments=2 verifications=2 dispositions=2 retention=100 slack=20
//	apply     (input: KIND ID [rev=N] [at=N] [hash=N] [time=N] [offset=N], at defaults to time)
//	publish   (input: SUBJECT [version=N] [route=N])
//	reencode  decodes the encoded form of the state
//	touched   prints the case that the last apply went to
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/script", func(t *testing.T, path string) {
		limits := DefaultLimits()
		limits.RetentionMs, limits.SlackMs = 100, 20
		var s State
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "limits":
				limits = scanLimits(t, d, limits)
				if err := limits.Validate(); err != nil {
					return err.Error() + "\n"
				}
				return "ok\n"
			case "apply":
				return applyLines(t, &s, &limits, d.Input) + printState(&s)
			case "publish":
				for _, line := range strings.Split(d.Input, "\n") {
					s.SetPublished(&limits, scanPublished(t, line))
				}
				return printState(&s)
			case "reencode":
				if err := s.Decode(s.Append(nil)); err != nil {
					return err.Error() + "\n"
				}
				return printState(&s)
			case "touched":
				return fmt.Sprintf("[%d,%d]\n", s.Touched().FirstMs, s.Touched().LastMs)
			}
			d.Fatalf(t, "unknown command %q", d.Cmd)
			return ""
		})
	})
}

func scanLimits(t *testing.T, d *datadriven.TestData, l Limits) Limits {
	d.MaybeScanArgs(t, "clicks", &l.Clicks)
	d.MaybeScanArgs(t, "shipments", &l.Shipments)
	d.MaybeScanArgs(t, "verifications", &l.Verifications)
	d.MaybeScanArgs(t, "dispositions", &l.Dispositions)
	d.MaybeScanArgs(t, "retention", &l.RetentionMs)
	d.MaybeScanArgs(t, "slack", &l.SlackMs)
	return l
}

func applyLines(t *testing.T, s *State, l *Limits, input string) string {
	var out strings.Builder
	for _, line := range strings.Split(input, "\n") {
		r := scanRecord(t, line)
		fmt.Fprintf(&out, "%s: %s", line, s.Apply(l, &r))
		if len(s.Dropped()) > 0 {
			fmt.Fprintf(&out, ", dropped %s", strings.Join(s.Dropped(), " "))
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func scanRecord(t *testing.T, line string) Record {
	t.Helper()
	f := strings.Fields(line)
	if len(f) < 2 {
		t.Fatalf("record %q: want KIND ID [field=N]...", line)
	}
	r := Record{Kind: schemas.ParseKind(f[0]), ID: f[1]}
	at := false
	for _, kv := range f[2:] {
		name, value, _ := strings.Cut(kv, "=")
		var n int64
		if _, err := fmt.Sscan(value, &n); err != nil {
			t.Fatalf("record %q: %s: %v", line, name, err)
		}
		switch name {
		case "rev":
			r.Rank.Revision = n
		case "at":
			r.Rank.EventMs, at = n, true
		case "hash":
			r.Rank.Hash = uint64(n)
		case "time":
			r.TimeMs = n
		case "offset":
			r.Offset = n
		default:
			t.Fatalf("record %q: unknown field %s", line, name)
		}
	}
	if !at {
		r.Rank.EventMs = r.TimeMs
	}
	r.Payload = fmt.Appendf(nil, "%s@%d", r.ID, r.Offset)
	return r
}

func scanPublished(t *testing.T, line string) Published {
	t.Helper()
	f := strings.Fields(line)
	p := Published{Subject: strings.Trim(f[0], `"`), Cell: []byte("cell-" + f[0])}
	for _, kv := range f[1:] {
		name, value, _ := strings.Cut(kv, "=")
		var err error
		switch name {
		case "version":
			_, err = fmt.Sscan(value, &p.Version)
		case "route":
			_, err = fmt.Sscan(value, &p.Route)
		default:
			t.Fatalf("published %q: unknown field %s", line, name)
		}
		if err != nil {
			t.Fatalf("published %q: %s: %v", line, name, err)
		}
	}
	return p
}

// printState is a readable form of all that a state holds.
func printState(s *State) string {
	var out strings.Builder
	for i := range s.cases {
		c := &s.cases[i]
		fmt.Fprintf(&out, "case [%d,%d]\n", c.FirstMs, c.LastMs)
		for k, name := range []string{"order", "click", "shipment", "verification", "disposition"} {
			for _, e := range c.lists[k] {
				fmt.Fprintf(&out, "  %s %q rev=%d at=%d hash=%d time=%d offset=%d payload=%s\n",
					name, e.ID, e.Rank.Revision, e.Rank.EventMs, e.Rank.Hash, e.TimeMs, e.Offset, e.Payload)
			}
		}
	}
	for _, p := range s.published {
		fmt.Fprintf(&out, "published %q version=%d route=%d hash=%d cell=%s\n", p.Subject, p.Version, p.Route, p.VerdictHash, p.Cell)
		if p.Shadow != (Shadow{}) {
			fmt.Fprintf(&out, "shadow %q version=%d hash=%d\n", p.Subject, p.Shadow.Version, p.Shadow.Hash)
		}
	}
	if out.Len() == 0 {
		return "empty\n"
	}
	return out.String()
}

func TestDecodeNamesTheFault(t *testing.T) {
	var s State
	s.Apply(testLimits(), &Record{Kind: schemas.KindAdClick, ID: "c1", TimeMs: 5, Payload: []byte("p")})
	whole := s.Append(nil)
	for n := 1; n < len(whole); n++ {
		var d State
		err := d.Decode(whole[:n])
		if !errors.Is(err, ErrEncoding) {
			t.Fatalf("Decode of the first %d of %d bytes: %v", n, len(whole), err)
		}
		if len(d.Cases()) != 0 || len(d.Subjects()) != 0 {
			t.Fatalf("a state that could not be decoded holds something: %s", printState(&d))
		}
	}
	if err := s.Decode(append(whole, 0)); !errors.Is(err, ErrEncoding) {
		t.Fatalf("Decode with a trailing byte: %v", err)
	}
	if err := s.Decode([]byte{99}); err == nil || !strings.Contains(err.Error(), "version 99") {
		t.Fatalf("Decode of an unknown version: %v", err)
	}
}

func testLimits() *Limits {
	return &Limits{Clicks: 3, Shipments: 3, Verifications: 3, Dispositions: 3, RetentionMs: 100, SlackMs: 20}
}

// A state written while dispositions were ranked by the version they were about is read,
// and its dispositions stand by their time.
func TestDispositionsOfAnOlderFormatStandByTheirTime(t *testing.T) {
	limits := DefaultLimits()
	var old, s State
	for _, r := range []Record{
		{ID: "a", Rank: Rank{Revision: 9, EventMs: 1}}, {ID: "b", Rank: Rank{Revision: 1, EventMs: 3}}, {ID: "c", Rank: Rank{EventMs: 2}},
	} {
		r.Kind, r.TimeMs = schemas.KindDisposition, 100
		old.Apply(&limits, &r)
	}
	b := old.Append(nil)
	b[0] = formatWithRanked
	if err := s.Decode(b); err != nil {
		t.Fatal(err)
	}
	ids := ""
	for _, e := range s.Dispositions() {
		ids += e.ID
		if e.Rank.Revision != 0 {
			t.Errorf("%s has the revision %d", e.ID, e.Rank.Revision)
		}
	}
	if ids != "bca" {
		t.Errorf("the newest first: %q", ids)
	}
	// What it is written as again is read as it is.
	if err := old.Decode(s.Append(nil)); err != nil || old.Dispositions()[0].ID != "b" {
		t.Errorf("read again: %v, %v", old.Dispositions(), err)
	}
}
