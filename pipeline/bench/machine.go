package bench

import (
	"bytes"
	"os"
	"runtime"
)

// Machine is where and with what a run was made.
type Machine struct {
	CPU      string `json:"cpu"` // model, as the system names it; empty where it does not
	Cores    int    `json:"cores"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Commit   string `json:"commit,omitempty"` // of the program; "+changes" behind it when built from a changed checkout
}

// ThisMachine describes the machine that the program runs on.
func ThisMachine(commit string) Machine {
	m := Machine{Cores: runtime.NumCPU(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Commit: commit}
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		m.CPU = cpuModel(b)
	}
	return m
}

// cpuModel finds the model in the text of /proc/cpuinfo.
func cpuModel(info []byte) string {
	for line := range bytes.Lines(info) {
		name, value, ok := bytes.Cut(line, []byte(":"))
		if ok && string(bytes.TrimSpace(name)) == "model name" {
			return string(bytes.TrimSpace(value))
		}
	}
	return ""
}
