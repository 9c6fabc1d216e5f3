package state

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// A key that is in the filter is never denied, however keys collide, come and go.
func TestFilterNeverDeniesAStoredKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newFilter(1)
		// Few fingerprints and few buckets, so that everything collides.
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		fps := rapid.IntRange(1, 64).Draw(t, "fingerprints")
		draw := func() uint64 { return uint64(rnd.IntN(fps))<<48 | rnd.Uint64N(1024) }
		var held []uint64
		for range rapid.IntRange(1, 2000).Draw(t, "steps") {
			if len(held) > 0 && rnd.IntN(3) == 0 {
				i := rnd.IntN(len(held))
				f.remove(held[i])
				held[i] = held[len(held)-1]
				held = held[:len(held)-1]
			} else {
				h := draw()
				f.add(h)
				held = append(held, h)
			}
		}
		d, sequence, err := decodeFilter(f.encode(7))
		if err != nil || sequence != 7 {
			t.Fatalf("decode of an encoded filter of flush 7: of flush %d, %v", sequence, err)
		}
		for _, h := range held {
			if !f.has(h) || !d.has(h) {
				t.Fatalf("%x is denied", h)
			}
		}
		if f.keys != len(held) || d.keys != f.keys {
			t.Fatalf("%d keys, %d after decoding, want %d", f.keys, d.keys, len(held))
		}
	})
}

func TestFilterRatesAndSize(t *testing.T) {
	const keys = 200_000
	rnd := rand.New(rand.NewPCG(1, 2))
	f := newFilter(keys / 10)
	for range keys {
		f.add(rnd.Uint64())
	}
	wrong := 0
	for range keys {
		if f.has(rnd.Uint64()) {
			wrong++
		}
	}
	// Eight places of 65,535 fingerprints a table, 0.012 % each when full.
	if limit := keys * len(f.tables) * 16 / 100_000; wrong > limit {
		t.Errorf("%d false positives of %d in %d tables: more than %d", wrong, keys, len(f.tables), limit)
	}
	if wrong == 0 {
		t.Error("no false positive at all: the filter does not hold fingerprints")
	}
	if perKey := float64(f.bytes()) / keys; perKey > 4.6 {
		t.Errorf("%.1f bytes a key right after growing, want at most 4.6 (2.3 when full)", perKey)
	}
	if len(f.overflow) > 0 {
		t.Errorf("%d keys of honest hashes found no place", len(f.overflow))
	}
}

// A filter that is damaged is not used.
func TestDamagedFilterIsNotUsed(t *testing.T) {
	f := newFilter(10)
	f.add(1)
	b := f.encode(3)
	for i := range b {
		b[i] ^= 1
		if _, _, err := decodeFilter(b); err == nil {
			t.Fatalf("the filter is taken with byte %d damaged", i)
		}
		b[i] ^= 1
	}
}

func FuzzDecodeFilter(f *testing.F) {
	g := newFilter(10)
	for i := range uint64(20) {
		g.add(i << 48)
	}
	f.Add(g.encode(0))
	f.Add([]byte(filterMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, _, err := decodeFilter(b); err == nil {
			d.add(1)
			if !d.has(1) {
				t.Fatal("a key that was added is denied")
			}
		}
	})
}

func BenchmarkFilterHas(b *testing.B) {
	rnd := rand.New(rand.NewPCG(1, 2))
	f := newFilter(1 << 20)
	for range 1 << 20 {
		f.add(rnd.Uint64())
	}
	h := uint64(1)
	b.ReportAllocs()
	for b.Loop() {
		h = h*0x9e3779b97f4a7c15 + 1
		f.has(h)
	}
}
