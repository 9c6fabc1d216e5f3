package land

import "time"

// sayAgain is the pause between two log lines about a fault that lasts: each of its tries
// would fill the log.
const sayAgain = 30 * time.Second

// repeats says a fault that is met again and again once, then every sayAgain, and its end.
// One goroutine owns it.
type repeats struct{ said time.Time }

func (r *repeats) failed(say func()) {
	if now := time.Now(); r.said.IsZero() || now.Sub(r.said) >= sayAgain {
		r.said = now
		say()
	}
}

// over notes that it went well; say is called when it had not.
func (r *repeats) over(say func()) {
	if !r.said.IsZero() {
		r.said = time.Time{}
		say()
	}
}
