package kafka

import (
	"encoding/json"
	"fmt"
)

// claim is what a member tells the leader of its group about itself: the UserData
// of its subscription.
type claim struct {
	Version    int          `json:"v"`
	Instance   string       `json:"instance"`
	Generation int32        `json:"generation"` // of Owned; -1 when it has owned nothing yet
	Owned      []int32      `json:"owned,omitempty"`
	State      []LocalState `json:"state,omitempty"`
	Refused    []int32      `json:"refused,omitempty"` // cannot be served by this member
}

// LocalState is a partition whose state lies on this member's disk.
type LocalState struct {
	Partition int32 `json:"p"`
	FreshMs   int64 `json:"ms"` // Unix ms of the newest record that the state reflects
}

const claimVersion = 1

func (c *claim) encode() ([]byte, error) {
	c.Version = claimVersion
	return json.Marshal(c)
}

// decodeClaim never fails the group: a member whose claim cannot be read (another
// version of the program) claims nothing.
func decodeClaim(b []byte) (claim, error) {
	c := claim{Generation: -1}
	if len(b) == 0 {
		return c, nil
	}
	if err := json.Unmarshal(b, &c); err != nil || c.Version != claimVersion {
		return claim{Generation: -1}, fmt.Errorf("member's user data: version %d, error %v; only version %d is read", c.Version, err, claimVersion)
	}
	return c, nil
}
