package decide

import "github.com/clearlane/clearlane/schemas"

// Shadow is what the shadow pack says about the subject judged last: the same facts,
// scored a second time. It is nil without a shadow pack. A subject that is no longer held
// has no facts to score: what was said of it holds for both. It is valid until the next
// call of the decider.
func (d *Decider) Shadow() *schemas.Verdict {
	switch {
	case d.shadow == nil:
		return nil
	case d.closed:
		return &d.verdict
	case d.current == nil:
		d.shadow.PreReview(&d.facts, &d.shadowVerdict)
	default:
		d.shadow.Score(&d.facts, &d.shadowVerdict)
	}
	d.date = d.shadow.Date()
	return &d.shadowVerdict
}

// ShadowPreReview is the pre-review that the shadow pack wants of the loaded order, nil
// where it wants none. To be asked behind PreReview.
func (d *Decider) ShadowPreReview() (*schemas.Verdict, error) {
	if d.shadow == nil {
		return nil, nil
	}
	if wanted, err := d.wants(d.refs.Shadow); !wanted {
		return nil, err
	}
	if err := d.readFacts(); err != nil {
		return nil, err
	}
	return d.Shadow(), nil
}

// Date is the date that the subject scored last was judged at.
func (d *Decider) Date() schemas.Date { return d.date }
