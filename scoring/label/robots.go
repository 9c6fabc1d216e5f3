package label

import (
	_ "embed" // the list of robots
	"strings"
)

//go:embed lists/robots.txt
var robotList string

// robots finds the robots of the list by what their user agents say.
var robots = newRobotTable(robotList)

// robotKey is how many bytes of a listed text lead to it. No text is shorter.
const robotKey = 4

// robotTable holds the texts by their first robotKey bytes. A filter of the size of a few
// cache lines is asked first: an ordinary user agent is through with it.
type robotTable struct {
	filter [1 << 8]uint64
	byKey  map[uint32][]string
	starts []string // those that only the beginning of a user agent may be
}

func newRobotTable(list string) *robotTable {
	t := &robotTable{byKey: map[uint32][]string{}}
	for text := range strings.Lines(list) {
		text = strings.TrimSuffix(text, "\n")
		if start, ok := strings.CutPrefix(text, "^"); ok {
			t.starts = append(t.starts, start)
			continue
		}
		key := keyOf(text)
		t.byKey[key] = append(t.byKey[key], text)
		bit := filterBit(key)
		t.filter[bit>>6] |= 1 << (bit & 63)
	}
	return t
}

// find is the listed text that a user agent holds first, empty where it holds none.
func (t *robotTable) find(agent string) string {
	for _, start := range t.starts {
		if strings.HasPrefix(agent, start) {
			return start
		}
	}
	for i := 0; i+robotKey <= len(agent); i++ {
		key := keyOf(agent[i:])
		bit := filterBit(key)
		if t.filter[bit>>6]&(1<<(bit&63)) == 0 {
			continue
		}
		for _, text := range t.byKey[key] {
			if strings.HasPrefix(agent[i:], text) {
				return text
			}
		}
	}
	return ""
}

func keyOf(s string) uint32 {
	_ = s[robotKey-1]
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// filterBit spreads keys over the filter's bits (Fibonacci hashing).
func filterBit(key uint32) uint32 { return key * 2654435769 >> 18 }
