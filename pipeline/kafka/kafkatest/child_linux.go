package kafkatest

import "syscall"

// childOfThis lets a broker die with the process that started it.
func childOfThis() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
