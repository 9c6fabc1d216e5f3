package main

import (
	"os/exec"
	"syscall"
	"time"
)

// ownGroup gives a command, and all that it starts, a group of processes of its own, which
// is told to end when the command's context does.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = killAfter
}

// killAfter is how long a command has to end when it was told to.
const killAfter = 10 * time.Second

// killGroup ends what is left of a command's group, which may outlive the command itself.
func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // fails when nothing is left
	}
}

// alive is true of a process that exists.
func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }
