package codec

// skip reads the value at hand, whatever it is, and forgets it.
func (s *scanner) skip() error {
	switch c := s.space(); c {
	case '"':
		mark := len(s.scratch)
		_, err := s.str()
		s.scratch = s.scratch[:mark]
		return err
	case '{':
		return s.skipMembers()
	case '[':
		return s.skipElements()
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	default:
		if c != '-' && c-'0' > 9 {
			return s.fail("expected a value")
		}
		_, _, err := s.number()
		return err
	}
}

func (s *scanner) enter() error {
	if s.depth--; s.depth < 0 {
		return s.fail(tooDeep)
	}
	s.i++
	return nil
}

const tooDeep = "nested too deep"

func (s *scanner) skipMembers() error {
	if err := s.enter(); err != nil {
		return err
	}
	for first := true; ; first = false {
		if done, err := s.more(first, '}'); done || err != nil {
			return err
		}
		if s.space() != '"' {
			return s.fail("expected a member's name")
		}
		if err := s.skip(); err != nil {
			return err
		}
		if s.space() != ':' {
			return s.fail("expected a colon")
		}
		s.i++
		if err := s.skip(); err != nil {
			return err
		}
	}
}

func (s *scanner) skipElements() error {
	if err := s.enter(); err != nil {
		return err
	}
	for first := true; ; first = false {
		if done, err := s.more(first, ']'); done || err != nil {
			return err
		}
		if err := s.skip(); err != nil {
			return err
		}
	}
}

// more moves to the next element: past the comma, unless it is the first one. At
// the closing byte it moves past that and says so.
func (s *scanner) more(first bool, closing byte) (done bool, err error) {
	c := s.space()
	if c == closing {
		s.i++
		s.depth++
		return true, nil
	}
	if first {
		return false, nil
	}
	if c != ',' {
		return false, s.fail("expected a comma or the end of the list or object")
	}
	s.i++
	return false, nil
}
