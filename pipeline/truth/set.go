package truth

import (
	"bufio"
	"encoding/json"
	"io"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// Options say what to make. A set is a function of them and of nothing else.
type Options struct {
	Seed   uint64
	Orders int
	Start  schemas.Time // the earliest time of an order; 0: 2026-08-03 00:00 UTC, when all measures are in force
}

// Set makes a labelled set. One goroutine uses it.
type Set struct {
	o       Options
	sellers []seller
	causes  [numFamilies][]cause
	line    []byte
}

// New builds a set.
func New(o Options) *Set {
	if o.Start == 0 {
		o.Start = schemas.Time(int64(day(2026, 8, 3)) * dayMs)
	}
	return &Set{o: o, sellers: makeSellers(o.Seed), causes: causesByFamily()}
}

// draft makes the order of a number with its answer.
func (s *Set) draft(n int) *draft {
	r := newDice(s.o.Seed, uint64(n))
	causes := drawCauses(r, &s.causes)
	d := &draft{r: r, spec: drawSpec(r), all: s.sellers}
	for _, c := range causes {
		if c.want != nil {
			c.want(&d.spec, r)
		}
	}
	d.seat()
	d.honest(n, s.o.Start)
	d.addNoise()
	for _, c := range causes {
		d.causes = append(d.causes, c.name)
		c.plant(d)
	}
	if d.hasClick {
		d.visit.finish(&d.click)
	}
	return d
}

// WriteEvents writes the events, one a line with its kind in "type", the seller sites
// first.
func (s *Set) WriteEvents(dst io.Writer) error {
	w := bufio.NewWriterSize(dst, 1<<16)
	for i := range s.sellers {
		e := s.sellers[i].event()
		s.write(w, schemas.KindSellerSite, codec.AppendSellerSiteJSON(s.line[:0], &e))
	}
	for n := range s.o.Orders {
		d := s.draft(n)
		for i := range d.idle {
			s.write(w, schemas.KindAdClick, codec.AppendAdClickJSON(s.line[:0], &d.idle[i]))
		}
		if d.hasClick {
			s.write(w, schemas.KindAdClick, codec.AppendAdClickJSON(s.line[:0], &d.click))
		}
		s.write(w, schemas.KindOrder, codec.AppendOrderJSON(s.line[:0], &d.order))
		s.write(w, schemas.KindShipment, codec.AppendShipmentJSON(s.line[:0], &d.ship))
		for i := range d.certs {
			s.write(w, schemas.KindEcertVerification, codec.AppendEcertVerificationJSON(s.line[:0], &d.certs[i]))
		}
	}
	return w.Flush()
}

// write writes a line; a bufio.Writer keeps its first error.
func (s *Set) write(w *bufio.Writer, kind schemas.Kind, event []byte) {
	s.line = event
	w.WriteString(`{"type":"`)
	w.WriteString(kind.String())
	w.WriteString(`",`)
	w.Write(event[1:])
	w.WriteByte('\n')
}

// Answers hands out the answers in the order of the orders: of each shipment, and of
// the pre-review where the order claims a preference.
func (s *Set) Answers(visit func(*Answer) error) error {
	for n := range s.o.Orders {
		d := s.draft(n)
		a := d.answer(false)
		if err := visit(&a); err != nil {
			return err
		}
		if d.order.Preference.Program != "" {
			a = d.answer(true)
			if err := visit(&a); err != nil {
				return err
			}
		}
	}
	return nil
}

// WriteAnswers writes the answers as one JSON object a line.
func (s *Set) WriteAnswers(dst io.Writer) error {
	w := bufio.NewWriterSize(dst, 1<<16)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := s.Answers(func(a *Answer) error { return enc.Encode(a) }); err != nil {
		return err
	}
	return w.Flush()
}
