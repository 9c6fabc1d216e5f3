package main

import (
	"encoding/json"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func TestVersionSaysWhatWasBuilt(t *testing.T) {
	info := &debug.BuildInfo{Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123456789abcdef0123"},
		{Key: "vcs.time", Value: "2026-11-22T00:00:00Z"},
		{Key: "vcs.modified", Value: "true"},
	}}
	info.Main.Version = "v1.2.3"
	v := versionOf(info)
	want := version{"v1.2.3", "0123456789abcdef0123", "2026-11-22T00:00:00Z", true, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	if v != want {
		t.Errorf("version %+v, want %+v", v, want)
	}
	var b strings.Builder
	must(t, v.write(&b, false))
	if got, want := b.String(), "clearlane v1.2.3 0123456789ab (modified) "+runtime.Version()+" "+want.Platform+"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if v := versionOf(nil); v.Version != "(devel)" || v.Go == "" {
		t.Errorf("without build information: %+v", v)
	}
}

func TestVersionAsJSON(t *testing.T) {
	code, out, _ := command(t, nil, "version", "--json")
	var v version
	if err := json.Unmarshal([]byte(out), &v); err != nil || code != exitOK || v != buildVersion() {
		t.Errorf("exit %d, %v: %s", code, err, out)
	}
}
