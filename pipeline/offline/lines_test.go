package offline

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// readAll prints every line with its number, or how long it is.
func readAll(l *lines) (got []string, err error) {
	for {
		line, err := l.next()
		var long *longLineError
		switch {
		case err == io.EOF:
			return got, nil
		case errors.As(err, &long):
			got = append(got, fmt.Sprintf("%d long", l.n))
		case err != nil:
			return got, err
		default:
			got = append(got, fmt.Sprintf("%d %q", l.n, line))
		}
	}
}

func TestLines(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"\n", `1 ""`},
		{"a", `1 "a"`},
		{"a\nb\r\n\r\nc\r", `1 "a", 2 "b", 3 "", 4 "c"`},
		{"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", `1 "a", 2 "\ufeffb"`},
		{strings.Repeat("x", 20) + "\r\n" + strings.Repeat("y", 21) + "\r\nz", `1 "` + strings.Repeat("x", 20) + `", 2 long, 3 "z"`},
		{strings.Repeat("x", 21), "1 long"},
		{"a\n" + strings.Repeat("x", 1000), `1 "a", 2 long`},
		{strings.Repeat("x", 1000) + "\nb\n", `1 long, 2 "b"`},
	} {
		got, err := readAll(&lines{r: bufio.NewReaderSize(strings.NewReader(c.text), 16), most: 20})
		if err != nil || strings.Join(got, ", ") != c.want {
			t.Errorf("%q: %v %v, want %s", c.text, got, err, c.want)
		}
	}
}

// Lines are those of strings.Split, whatever the buffer, the bound and the pieces that
// the stream comes in.
func TestLinesAreThoseOfTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`(x{0,70}\r?\n){0,6}x{0,40}`).Draw(t, "text")
		most := rapid.IntRange(0, 80).Draw(t, "most")
		var want []string
		all := strings.Split(text, "\n")
		if all[len(all)-1] == "" {
			all = all[:len(all)-1]
		}
		for i, line := range all {
			line = strings.TrimSuffix(line, "\r")
			if len(line) > most {
				want = append(want, fmt.Sprintf("%d long", i+1))
			} else {
				want = append(want, fmt.Sprintf("%d %q", i+1, line))
			}
		}
		r := io.Reader(strings.NewReader(text))
		if rapid.Bool().Draw(t, "bytewise") {
			r = iotest.OneByteReader(r)
		}
		got, err := readAll(&lines{r: bufio.NewReaderSize(r, rapid.IntRange(16, 90).Draw(t, "buffer")), most: most})
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("got %q %v, want %q", got, err, want)
		}
	})
}

// A line past the bound is not held: what is kept of it does not grow with it.
func TestALongLineIsNotHeld(t *testing.T) {
	const most = 1 << 10
	l := newLines(io.MultiReader(io.LimitReader(endless{}, 64<<20), strings.NewReader("\nb")), most)
	got, err := readAll(l)
	if err != nil || strings.Join(got, ", ") != `1 long, 2 "b"` {
		t.Errorf("%q %v", got, err)
	}
	if held := cap(l.long); held > 4*lineBuffer {
		t.Errorf("%d bytes of it are held", held)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

func TestLinesFailAsTheStreamDoes(t *testing.T) {
	for _, text := range []string{"a\nb", "a\n" + strings.Repeat("x", 100)} {
		broken := errors.New("broken")
		got, err := readAll(&lines{r: bufio.NewReaderSize(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), 16), most: 20})
		if !errors.Is(err, broken) || strings.Join(got, ", ") != `1 "a"` {
			t.Errorf("%q: %q %v", text, got, err)
		}
	}
}
