package kafka

import "time"

// sayAgain is the pause between two log lines about a trouble that lasts: brokers that
// are away are asked many times a second, and must not fill the log.
const sayAgain = 30 * time.Second

// trouble is a fault that lasts over many tries. The zero value is none.
type trouble struct {
	since time.Time // when the first try began that failed; zero: none
	said  time.Time // when it was last worth a line
	err   error     // of the last try
}

// failed notes a try that began then and has failed now, and tells whether to say so.
func (t *trouble) failed(began, now time.Time, err error) (say bool) {
	if t.since.IsZero() {
		t.since = began
	}
	t.err = err
	if say = t.said.IsZero() || now.Sub(t.said) >= sayAgain; say {
		t.said = now
	}
	return say
}

// over notes a try that went well; lasted is how long the trouble was, 0 for none.
func (t *trouble) over(now time.Time) (lasted time.Duration) {
	if !t.since.IsZero() {
		lasted = now.Sub(t.since)
	}
	*t = trouble{}
	return lasted
}

// longer is the one that has lasted longer.
func (t trouble) longer(o trouble) trouble {
	if t.since.IsZero() || !o.since.IsZero() && o.since.Before(t.since) {
		return o
	}
	return t
}
