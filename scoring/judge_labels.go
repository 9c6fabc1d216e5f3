package scoring

import "github.com/clearlane/clearlane/scoring/label"

// clicks is the clicks whose labels count: the attributed one, or all of them.
func (s *Scorer) clicks(yield func(*label.Features) bool) {
	if !s.pack.AllClicks {
		if s.click != nil {
			yield(s.click)
		}
		return
	}
	for i := range s.c.Clicks {
		if !yield(&s.c.Clicks[i]) {
			return
		}
	}
}

// judgeLabels makes reasons of what was found about the labels when a click was
// taken in, and asks the register for its pixel and campaign ids.
func (s *Scorer) judgeLabels() {
	for f := range s.clicks {
		for i := range f.Findings {
			x := &f.Findings[i]
			s.find(x.Code, x.Field, x.Observed, x.Expected)
		}
		s.judgeRegistered(f)
	}
}

// labelClass is the strictest class of the labels that count, whether or not a rule
// makes reasons of them.
func (s *Scorer) labelClass() label.Class {
	class := label.ClassClean
	for f := range s.clicks {
		class = max(class, f.Class())
		answers := s.answers(f)
		for i := range answers {
			if a := &answers[i]; a.is == isUnregistered || a.is == isLater {
				class = label.ClassCertain
			}
		}
	}
	return class
}
