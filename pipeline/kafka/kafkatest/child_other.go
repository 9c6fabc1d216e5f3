//go:build !linux

package kafkatest

import "syscall"

func childOfThis() *syscall.SysProcAttr { return nil }
