package task

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/clearlane/clearlane/pipeline/record"
)

// scriptFeed hands out what a script says.
type scriptFeed struct {
	queue  [][]*record.Batch
	caught []bool
}

func (f *scriptFeed) Poll(t int) *record.Batch {
	if len(f.queue[t]) == 0 {
		return nil
	}
	b := f.queue[t][0]
	f.queue[t] = f.queue[t][1:]
	return b
}
func (f *scriptFeed) CaughtUp(t int) bool   { return len(f.queue[t]) == 0 && f.caught[t] }
func (f *scriptFeed) Wake() <-chan struct{} { return nil }
func (f *scriptFeed) Err() error            { return nil }
func (f *scriptFeed) Close()                {}

// TestMerge runs scripts on a merge of three topics. A batch is written as records
// offset@time, then "next" and the offset after it; "caught" and "behind" say how the
// topic's last fetch left it. "take" takes all there is, "before" all below the goals.
func TestMerge(t *testing.T) {
	datadriven.Walk(t, "testdata/merge", func(t *testing.T, path string) {
		feed := &scriptFeed{queue: make([][]*record.Batch, 3), caught: make([]bool, 3)}
		m := newMerge(feed, make([]int64, 3))
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			var out strings.Builder
			switch d.Cmd {
			case "feed":
				for line := range strings.Lines(d.Input) {
					script(t, feed, strings.Fields(line))
				}
				return ""
			case "take":
				for topic, r := m.take(); r != nil; topic, r = m.take() {
					fmt.Fprintf(&out, "topic %d offset %d at %d\n", topic, r.Offset, r.TimeMs)
				}
			case "before":
				goals := make([]int64, 3)
				if _, err := fmt.Sscan(strings.TrimSpace(d.Input), &goals[0], &goals[1], &goals[2]); err != nil {
					t.Fatal(err)
				}
				for {
					topic, r, done := m.takeBefore(goals)
					if r == nil {
						fmt.Fprintf(&out, "done %t\n", done)
						break
					}
					fmt.Fprintf(&out, "topic %d offset %d at %d\n", topic, r.Offset, r.TimeMs)
				}
			default:
				t.Fatalf("unknown command %q", d.Cmd)
			}
			fmt.Fprintf(&out, "next %v\n", m.offsets(nil))
			m.release()
			return out.String()
		})
	})
}

// script applies one line: the topic, then what its fetch brought.
func script(t *testing.T, f *scriptFeed, words []string) {
	t.Helper()
	var topic int
	if _, err := fmt.Sscan(words[0], &topic); err != nil {
		t.Fatal(err)
	}
	var b *record.Batch
	for i := 1; i < len(words); i++ {
		switch w := words[i]; w {
		case "caught", "behind":
			f.caught[topic] = w == "caught"
		case "next":
			i++
			if b == nil {
				b = &record.Batch{}
			}
			if _, err := fmt.Sscan(words[i], &b.Next); err != nil {
				t.Fatal(err)
			}
		default:
			if b == nil {
				b = &record.Batch{}
			}
			var r record.Record
			if _, err := fmt.Sscanf(w, "%d@%d", &r.Offset, &r.TimeMs); err != nil {
				t.Fatal(err)
			}
			b.Records = append(b.Records, r)
			b.Next = r.Offset + 1
		}
	}
	if b != nil {
		f.queue[topic] = append(f.queue[topic], b)
	}
}
