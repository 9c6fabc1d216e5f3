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
// cache lines is asked first, for two bits of each key: an ordinary user agent is through
// with it.
type robotTable struct {
	filter [1 << 8]uint64
	byKey  map[uint32][]string
	starts []string     // those that only the beginning of a user agent may be
	first  [1 << 8]bool // the bytes that these begin with
}

func newRobotTable(list string) *robotTable {
	t := &robotTable{byKey: map[uint32][]string{}}
	for text := range strings.Lines(list) {
		text = strings.TrimSuffix(text, "\n")
		if start, ok := strings.CutPrefix(text, "^"); ok {
			t.starts = append(t.starts, start)
			t.first[start[0]] = true
			continue
		}
		key := keyOf(text)
		t.byKey[key] = append(t.byKey[key], text)
		t.note(key)
	}
	return t
}

// find is the listed text that a user agent holds first, empty where it holds none.
func (t *robotTable) find(agent string) string {
	if agent != "" && t.first[agent[0]] {
		for _, start := range t.starts {
			if strings.HasPrefix(agent, start) {
				return start
			}
		}
	}
	if len(agent) < robotKey {
		return ""
	}
	key := keyOf(agent) << 8
	for i := robotKey - 1; i < len(agent); i++ {
		key = key>>8 | uint32(agent[i])<<24
		if !t.mayHold(key) {
			continue
		}
		for _, text := range t.byKey[key] {
			if strings.HasPrefix(agent[i-robotKey+1:], text) {
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

// spread is Fibonacci hashing: the upper bits of its product depend on all of a key.
const spread = 2654435769

// note sets the filter's two bits of a key: words and bits of them by the hash's upper bits.
func (t *robotTable) note(key uint32) {
	h := key * spread
	t.filter[h>>24] |= 1 << (h >> 18 & 63)
	t.filter[h>>10&0xff] |= 1 << (h >> 4 & 63)
}

// mayHold is false of a key that no text begins with, but for one in forty.
func (t *robotTable) mayHold(key uint32) bool {
	h := key * spread
	return t.filter[h>>24]>>(h>>18&63)&1 != 0 && t.filter[h>>10&0xff]>>(h>>4&63)&1 != 0
}
