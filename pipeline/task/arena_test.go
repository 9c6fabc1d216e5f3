package task

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// What arenas have handed out stays as it was until their own reset, whatever others do with
// the memory that they share.
func TestArenasKeepWhatTheyHandedOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type kept struct {
			slice []byte
			with  byte
		}
		var arenas [3]arena
		var held [len(arenas)][]kept
		t.Repeat(map[string]func(*rapid.T){
			"keep": func(t *rapid.T) {
				n, with := rapid.IntRange(0, len(arenas)-1).Draw(t, "arena"), rapid.Byte().Draw(t, "with")
				size := rapid.SampledFrom([]int{0, 1, 900, arenaChunk / 3, arenaChunk - 1, arenaChunk, arenaChunk + 1}).Draw(t, "size")
				held[n] = append(held[n], kept{arenas[n].keep(bytes.Repeat([]byte{with}, size)), with})
				if c := held[n][len(held[n])-1].slice; len(c) != size || cap(c) != len(c) && size <= arenaChunk {
					t.Fatalf("%d bytes of %d, capacity %d", len(c), size, cap(c))
				}
			},
			"write": func(t *rapid.T) {
				n, with := rapid.IntRange(0, len(arenas)-1).Draw(t, "arena"), rapid.Byte().Draw(t, "with")
				size := rapid.SampledFrom([]int{0, 1, 900, arenaRoom, arenaRoom + 1, arenaChunk, arenaChunk + 1}).Draw(t, "size")
				b := append(arenas[n].room(), bytes.Repeat([]byte{with}, size)...)
				held[n] = append(held[n], kept{arenas[n].written(b), with})
				if c := held[n][len(held[n])-1].slice; len(c) != size || cap(c) != len(c) && size <= arenaChunk {
					t.Fatalf("%d bytes of %d, capacity %d", len(c), size, cap(c))
				}
			},
			"reset": func(t *rapid.T) {
				n := rapid.IntRange(0, len(arenas)-1).Draw(t, "arena")
				arenas[n].reset()
				held[n] = nil
			},
			"": func(t *rapid.T) {
				for n := range held {
					for _, k := range held[n] {
						if bytes.Count(k.slice, []byte{k.with}) != len(k.slice) {
							t.Fatalf("arena %d: what was kept has changed", n)
						}
					}
				}
			},
		})
		for n := range arenas {
			arenas[n].reset()
		}
	})
}

func BenchmarkArena(b *testing.B) {
	var a arena
	out := make([]byte, 700)
	b.ReportAllocs()
	for b.Loop() {
		for range 2000 {
			a.keep(out)
		}
		a.reset()
	}
}
