package task

import (
	"testing"

	"go.uber.org/goleak"
)

// A task ends with all that it has started, whatever it ends with.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
