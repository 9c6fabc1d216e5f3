package config

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/clearlane/clearlane/schemas"
	"github.com/cockroachdb/datadriven"
	"pgregory.net/rapid"
)

// TestLoad reads scripts: the input is a YAML file, with "$ NAME=value" lines for
// the environment, "--set" lines for flags and "@name text" lines for other files.
// The output is every fault, or "ok" and the settings that differ from the default.
func TestLoad(t *testing.T) {
	datadriven.RunTest(t, "testdata/load", func(t *testing.T, d *datadriven.TestData) string {
		dir := t.TempDir()
		var yaml []string
		src := Source{File: filepath.Join(dir, "c.yaml")}
		for line := range strings.SplitSeq(d.Input, "\n") {
			if env, ok := strings.CutPrefix(line, "$ "); ok {
				src.Env = append(src.Env, strings.ReplaceAll(env, "DIR", dir))
			} else if set, ok := strings.CutPrefix(line, "--set "); ok {
				src.Set = append(src.Set, set)
			} else if file, ok := strings.CutPrefix(line, "@"); ok {
				name, text, _ := strings.Cut(file, " ")
				writeFile(t, filepath.Join(dir, name), text+"\r\n")
			} else {
				yaml = append(yaml, strings.ReplaceAll(line, "DIR", dir))
			}
		}
		writeFile(t, src.File, strings.Join(yaml, "\n"))
		got, err := Load(src)
		if err != nil {
			var list Faults
			if !errors.As(err, &list) {
				t.Fatalf("the error is not Faults: %v", err)
			}
			return strings.ReplaceAll(err.Error(), dir+"/", "") + "\n"
		}
		return strings.ReplaceAll("ok\n"+differences(got), dir+"/", "")
	})
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func differences(got Config) string {
	plain := Default()
	plain.Instance = got.Instance
	var b strings.Builder
	want := fields(&plain)
	for i, f := range fields(&got) {
		if !f.section() && !reflect.DeepEqual(f.value.Interface(), want[i].value.Interface()) {
			fmt.Fprintf(&b, "%s: %s\n", f.path, f.text())
		}
	}
	return b.String()
}

func TestDefaultIsValid(t *testing.T) {
	c := Default()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
}

func TestEventLimitsAreThoseOfSchemas(t *testing.T) {
	c := Default()
	if got, want := c.Limits.Event(), schemas.DefaultLimits(); got != want {
		t.Fatalf("default limits %+v, want %+v", got, want)
	}
	v := reflect.ValueOf(c.Limits.Event())
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Errorf("limit %s is not carried over", v.Type().Field(i).Name)
		}
	}
}

func TestInstanceIsNamedAfterTheProcess(t *testing.T) {
	c, err := Load(Source{})
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("-%d", os.Getpid()); !strings.HasSuffix(c.Instance, want) {
		t.Fatalf("instance %q does not end in %q", c.Instance, want)
	}
}

func TestMissingFileIsAFault(t *testing.T) {
	_, err := Load(Source{File: filepath.Join(t.TempDir(), "none.yaml")})
	if err == nil || !strings.Contains(err.Error(), "none.yaml") {
		t.Fatalf("error %v does not name the file", err)
	}
}

// Every key has all that the reference, the environment and validation need.
func TestEveryKeyIsDocumented(t *testing.T) {
	c := Default()
	env := map[string]string{}
	for _, f := range fields(&c) {
		doc := f.tag.Get("doc")
		if doc == "" || !strings.HasSuffix(doc, ".") {
			t.Errorf("%s: doc %q is not a sentence", f.path, doc)
		}
		if strings.HasSuffix(f.path, ".") || strings.ToLower(f.path) != f.path {
			t.Errorf("%q is not a lower-case key", f.path)
		}
		if f.section() {
			continue
		}
		if other := env[f.env()]; other != "" {
			t.Errorf("%s and %s have the same variable %s", f.path, other, f.env())
		}
		env[f.env()] = f.path
		if serviceLink.MatchString(f.env()) {
			t.Errorf("%s: %s looks like a Kubernetes service link", f.path, f.env())
		}
		if f.secret() && byPath(fields(&c), f.path+"_file") == nil {
			t.Errorf("%s: there is no %s_file", f.path, f.path)
		}
		before := f.text()
		if err := f.set(before); err != nil || f.text() != before {
			t.Errorf("%s: default %q does not read back: %q, %v", f.path, before, f.text(), err)
		}
	}
}

func TestBoundsAreAllowed(t *testing.T) {
	c := Default()
	all := fields(&c)
	for i := range all {
		f := &all[i]
		keep := reflect.ValueOf(f.value.Interface())
		for _, bound := range []struct {
			tag  string
			step int64
		}{{"min", -1}, {"max", 1}} {
			n, ok := f.number(bound.tag)
			if !ok {
				continue
			}
			var fs Faults
			f.value.SetInt(n)
			if f.judge(&fs); len(fs) != 0 {
				t.Errorf("%s: the bound itself is refused: %v", f.path, fs)
			}
			f.value.SetInt(n + bound.step)
			if f.judge(&fs); len(fs) != 1 || fs[0].Path != f.path || fs[0].Allowed != f.allowed() {
				t.Errorf("%s: %s past its bound gives %v", f.path, f.text(), fs)
			}
		}
		f.value.Set(keep)
	}
}

func TestReferenceReadsBackAsTheDefault(t *testing.T) {
	var b strings.Builder
	if err := WriteReference(&b); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "c.yaml")
	writeFile(t, file, b.String())
	got, err := Load(Source{File: file})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Instance = got.Instance
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the reference reads back with differences:\n%s", differences(got))
	}
	for _, f := range fields(&want) {
		if !f.section() && !strings.Contains(b.String(), "["+f.env()+"]") {
			t.Errorf("the reference does not name %s", f.env())
		}
	}
	for line := range strings.SplitSeq(b.String(), "\n") {
		if len(line) > 110 {
			t.Errorf("line of %d characters: %s", len(line), line)
		}
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	const secret = "hunter2-hunter2-hunter2"
	c := Default()
	c.ClickHouse.Password, c.Kafka.SASL.Password = secret, secret
	var b strings.Builder
	if err := WriteEffective(&b, c); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), redacted); n != 2 {
		t.Errorf("%d secrets are marked as set, want 2", n)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&b, verb, c)
		fmt.Fprintf(&b, verb, c.ClickHouse.Password)
	}
	log := slog.New(slog.NewJSONHandler(&b, nil))
	log.Info("start", "key", c.ClickHouse.Password, "config", c)
	if i := strings.Index(b.String(), "hunter2"); i >= 0 {
		t.Errorf("printed: ...%s", b.String()[max(0, i-60):i+10])
	}
	if strings.Contains(b.String(), "68756e74657232") {
		t.Error("printed in hexadecimal")
	}
	if c.ClickHouse.Password.Reveal() != secret || c.Redacted().ClickHouse.Password.Reveal() == secret {
		t.Error("Redacted changes the original, or keeps the secret")
	}
}

func TestVariablesForOthersAreNotFaults(t *testing.T) {
	_, err := Load(Source{Env: []string{
		"CLEARLANE_SERVICE_HOST=10.0.0.1", "CLEARLANE_SERVICE_PORT=9464", "CLEARLANE_SERVICE_PORT_METRICS=9464",
		"CLEARLANE_PORT=tcp://10.0.0.1:9464", "CLEARLANE_PORT_9464_TCP=tcp://10.0.0.1:9464",
		"CLEARLANE_PORT_9464_TCP_ADDR=10.0.0.1", "CLEARLANE_METRICS_SERVICE_HOST=10.0.0.1",
		"CLEARLANE_CONFIG=c.yaml", "CLEARLANE_REQUIRE_CHDB=1", "PATH=/bin", "CLEARLANES=1",
	}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSizeReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Size(rapid.Int64Range(0, 1<<40).Draw(t, "n")) * rapid.SampledFrom([]Size{1, KiB, MiB}).Draw(t, "unit")
		if got, err := ParseSize(want.String()); err != nil || got != want {
			t.Fatalf("%d is %q and reads back as %d, %v", want, want.String(), got, err)
		}
	})
	for _, bad := range []string{"", "64", "MiB", "-1B", "1.5GiB", "64mib", "9999999999999GiB", "64MB", "1 0B"} {
		if n, err := ParseSize(bad); err == nil {
			t.Errorf("ParseSize(%q) = %d, want an error", bad, n)
		}
	}
}

func TestDurationReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := time.Duration(rapid.Int64().Draw(t, "n"))
		if got, err := time.ParseDuration(shortDuration(want)); err != nil || got != want {
			t.Fatalf("%d is %q and reads back as %d, %v", want, shortDuration(want), got, err)
		}
	})
}

func TestInputsLeavesOutWhatIsOff(t *testing.T) {
	k := Default().Kafka
	k.TopicPrefix = "eu."
	k.Topics.AdClicks, k.Topics.Dispositions = "", "OFF"
	var got []string
	for _, in := range k.Inputs() {
		got = append(got, in.Kind.String()+"="+in.Topic)
	}
	if used := k.Used(); len(used) != 10 || used[0] != (NamedTopic{"orders", "eu.orders"}) || used[9] != (NamedTopic{"dead_letters", "eu.dead-letters"}) {
		t.Errorf("used topics %v", used)
	}
	if want := "order=eu.orders shipment=eu.shipments ecert_verification=eu.ecert-verifications"; strings.Join(got, " ") != want {
		t.Errorf("inputs %v, want %s", got, want)
	}
}

func FuzzLoad(f *testing.F) {
	var b strings.Builder
	if err := WriteReference(&b); err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{b.String(), "", "kafka: [a]", "roles: &a [*a]", "a: b\n---\nc: d", "kafka: &k\n  tls: *k", "? [x]\n: y", "<<: {roles: []}", "\t", "roles: !!binary AA=="} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c := Default()
		l := newLoader(&c)
		l.readFile("c.yaml", text)
		if len(l.faults) > 0 {
			return
		}
		var b strings.Builder
		if err := write(&b, &c, func(*field) string { return "" }); err != nil {
			t.Fatal(err)
		}
		if c.Kafka.SASL.Password != "" || c.ClickHouse.Password != "" {
			return
		}
		again := Default()
		l = newLoader(&again)
		l.readFile("c.yaml", []byte(b.String()))
		if len(l.faults) > 0 || !reflect.DeepEqual(normal(c), normal(again)) {
			t.Fatalf("does not read back: %v\n%s", l.faults, b.String())
		}
	})
}

// normal makes configurations of the same meaning equal.
func normal(c Config) Config {
	for _, f := range fields(&c) {
		if f.value.Kind() == reflect.Slice && f.value.Len() == 0 {
			f.value.SetZero()
		}
	}
	return c
}
