//go:build !linux

package state

import "errors"

func mountSmall(string, int) error { return errors.ErrUnsupported }

func unmountSmall(string) error { return nil }
