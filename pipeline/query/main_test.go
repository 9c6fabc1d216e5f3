package query

import (
	"testing"

	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
)

func TestMain(m *testing.M) { chdbtest.Main(m) }
