package kafka

import (
	"errors"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
)

// A member that is replaced between its join and its share joins again: it may have been
// replaced by its own earlier try. One that had its share has a namesake.
func TestAMemberReplacedInTheJoinJoinsAgain(t *testing.T) {
	m := &membership{id: "a"}
	if err := m.judge("sync", kerr.FencedInstanceID); !errors.Is(err, errForgotten) || m.id != "" {
		t.Errorf("in the join: %v, id %q", err, m.id)
	}
	if err := m.judge("heartbeat", kerr.FencedInstanceID); !errors.Is(err, ErrNameTaken) {
		t.Errorf("later: %v", err)
	}
}
