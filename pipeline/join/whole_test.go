package join

import (
	"encoding/binary"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// appendWhole is how releases wrote a state whose subjects had no place, and whose versions
// and times were whole.
func appendWhole(s *State) []byte {
	dst := []byte{formatWhole}
	if !s.counted {
		dst[0] = formatWhole - 1
	}
	dst = binary.AppendUvarint(dst, uint64(len(s.cases)))
	for i := range s.cases {
		c := &s.cases[i]
		dst = binary.AppendVarint(dst, c.FirstMs)
		dst = binary.AppendUvarint(dst, uint64(c.LastMs)-uint64(c.FirstMs))
		for _, list := range c.lists {
			dst = binary.AppendUvarint(dst, uint64(len(list)))
			for j := range list {
				dst = list[j].append(dst, c.FirstMs)
			}
		}
	}
	dst = binary.AppendUvarint(dst, uint64(len(s.published)))
	for _, p := range s.published {
		dst = append(binary.AppendUvarint(dst, uint64(len(p.Subject))), p.Subject...)
		dst = binary.AppendVarint(binary.AppendUvarint(dst, p.Version), p.NewestMs)
		dst = binary.LittleEndian.AppendUint64(dst, p.VerdictHash)
		route := p.Route
		if p.Shadow.Version != 0 {
			route |= hasShadow
		}
		dst = append(binary.AppendUvarint(append(dst, route), uint64(len(p.Cell))), p.Cell...)
		if p.Shadow.Version != 0 {
			dst = binary.LittleEndian.AppendUint64(binary.AppendUvarint(dst, p.Shadow.Version), p.Shadow.Hash)
		}
	}
	return dst
}

// A state that an older release has written is the same state, whatever was published of it.
func TestStatesOfOlderReleasesAreRead(t *testing.T) {
	l := testLimits()
	rapid.Check(t, func(t *rapid.T) {
		var s State
		for _, r := range drawRecords(t, 300) {
			s.Apply(l, &r)
		}
		for range rapid.IntRange(0, 4).Draw(t, "published") {
			p := Published{Subject: rapid.SampledFrom([]string{"", "a", "b", "c", "z"}).Draw(t, "subject"), Version: rapid.Uint64Min(1).Draw(t, "version"),
				NewestMs: rapid.Int64().Draw(t, "newest"), VerdictHash: rapid.Uint64().Draw(t, "hash"), Route: rapid.Uint8Range(0, 3).Draw(t, "route"),
				Cell: rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "cell"), Shadow: Shadow{Version: rapid.Uint64Range(0, 2).Draw(t, "shadow")}}
			if len(s.Shipments()) > 0 && rapid.Bool().Draw(t, "held") {
				p.Subject = s.Shipments()[0].ID
			}
			s.SetPublished(l, p)
		}
		if rapid.Bool().Draw(t, "counted") {
			s.SetCounted()
		}
		now := s.Append(nil)
		var old, same State
		if err := old.Decode(appendWhole(&s)); err != nil {
			t.Fatal(err)
		}
		if err := same.Decode(now); err != nil {
			t.Fatal(err)
		}
		for _, read := range []*State{&old, &same} {
			if b := read.Append(nil); string(b) != string(now) {
				t.Fatalf("read as\n%x\nwant\n%x", b, now)
			}
			if !slices.EqualFunc(read.Subjects(), s.Subjects(), func(a, b Published) bool {
				return a.Subject == b.Subject && a.Version == b.Version && a.NewestMs == b.NewestMs && a.VerdictHash == b.VerdictHash &&
					a.Route == b.Route && string(a.Cell) == string(b.Cell) && a.Shadow.Version == b.Shadow.Version
			}) {
				t.Fatalf("subjects\n%+v\nwant\n%+v", read.Subjects(), s.Subjects())
			}
		}
	})
}
