package main

import (
	"os/exec"
	"syscall"
	"time"
)

// ownGroup gives a command, and all that it starts, a group of processes of its own, which
// is told to end when the command's context does, and is killed when the command has not
// ended killAfter later.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		group := -cmd.Process.Pid
		time.AfterFunc(killAfter, func() { _ = syscall.Kill(group, syscall.SIGKILL) }) // nobody is left there when it fails
		return syscall.Kill(group, syscall.SIGTERM)
	}
	cmd.WaitDelay = 2 * killAfter
}

// killAfter is how long a group has to end.
const killAfter = 10 * time.Second

// alive is true of a process that exists.
func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }
