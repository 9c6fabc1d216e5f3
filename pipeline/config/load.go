package config

import (
	"os"
	"strconv"
	"strings"
)

// Source is where a configuration is read from. Later ones win: file, Env, Set.
type Source struct {
	File string   // path of the YAML file; empty: none
	Env  []string // "NAME=value", like os.Environ; names without EnvPrefix are passed over
	Set  []string // "key.path=value", from the flag --set
}

// Load reads the defaults, then the sources over them, then the files of secrets,
// fills in the instance's name and validates. Its error is Faults, with everything
// that is wrong; the configuration that comes with it is as far as it was read.
func Load(src Source) (Config, error) {
	c := Default()
	l := newLoader(&c)
	if src.File != "" {
		if text, err := os.ReadFile(src.File); err != nil {
			l.fault(Fault{Path: "configuration file", Allowed: oneLine(err)})
		} else {
			l.readFile(src.File, text)
		}
	}
	l.readEnv(src.Env)
	l.readSet(src.Set)
	l.readSecrets()
	if c.Instance == "" {
		c.Instance = processName()
	}
	for _, f := range c.faults() {
		if l.bad[f.Path] {
			continue // the value that was tried is reported already
		}
		f.Origin = l.origin[f.Path]
		l.fault(f)
	}
	return c, l.faults.err()
}

// loader applies the sources to one configuration and gathers their faults.
type loader struct {
	fields []field
	origin map[string]string // path -> where its value was set
	bad    map[string]bool   // paths with a fault
	faults Faults
}

func newLoader(c *Config) *loader {
	return &loader{fields: fields(c), origin: map[string]string{}, bad: map[string]bool{}}
}

// readSet applies "key.path=value" texts.
func (l *loader) readSet(settings []string) {
	for _, s := range settings {
		path, text, ok := strings.Cut(s, "=")
		f := byPath(l.fields, path)
		switch {
		case !ok:
			l.fault(Fault{Path: s, Allowed: "is written key.path=value", Origin: "--set"})
		case f == nil:
			l.unknown(path, "--set")
		case f.section():
			l.fault(Fault{Path: path, Value: text, Allowed: "is a section; set one of its keys", Origin: "--set"})
		default:
			l.set(f, text, "--set")
		}
	}
}

// set applies one text and remembers where it came from. A later source that sets
// the key rightly does not excuse an earlier fault: the file stays wrong.
func (l *loader) set(f *field, text, origin string) {
	if err := f.set(text); err != nil {
		if f.secret() {
			text = redacted
		}
		l.fault(Fault{Path: f.path, Value: text, Allowed: "is not " + err.Error(), Origin: origin})
		return
	}
	l.origin[f.path] = origin
}

func (l *loader) unknown(path, origin string) {
	known := l.fields
	if strings.HasPrefix(path, EnvPrefix) {
		known = make([]field, 0, len(l.fields))
		for _, f := range l.fields {
			f.path = f.env()
			known = append(known, f)
		}
	}
	allowed := "is not a key"
	if near := nearest(known, path); near != "" {
		allowed += "; " + near + " is"
	}
	l.fault(Fault{Path: path, Allowed: allowed, Origin: origin})
}

func (l *loader) fault(f Fault) {
	l.bad[f.Path] = true
	l.faults = append(l.faults, f)
}

// readSecrets reads every secret whose file is named. "x" and "x_file" are a pair.
func (l *loader) readSecrets() {
	for i := range l.fields {
		secret := &l.fields[i]
		if !secret.secret() {
			continue
		}
		file := byPath(l.fields, secret.path+"_file")
		name := file.value.String()
		if name == "" {
			continue
		}
		if !secret.value.IsZero() {
			l.fault(Fault{Path: secret.path, Value: redacted, Allowed: "and " + file.path + " are both set; one of them is allowed", Origin: l.origin[secret.path]})
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			l.fault(Fault{Path: file.path, Value: name, Allowed: "cannot be read: " + oneLine(err), Origin: l.origin[file.path]})
			l.bad[secret.path] = true // its absence is no second fault
			continue
		}
		secret.value.SetString(strings.TrimRight(string(text), "\r\n"))
		if secret.value.IsZero() {
			l.fault(Fault{Path: file.path, Value: name, Allowed: "is empty; it holds the secret", Origin: l.origin[file.path]})
		}
	}
}

// StaticMember says whether the group keeps this process's partitions for its next start:
// with a name that outlives it, and not told otherwise.
func (c *Config) StaticMember() bool { return c.Kafka.Static && c.Instance != processName() }

// processName is the default instance: unique among the processes that share a group.
func processName() string {
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "localhost"
	}
	return host + "-" + strconv.Itoa(os.Getpid())
}
