package task

import (
	"context"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// comparison is memory for what the shadow pack says.
type comparison struct {
	contrast   decide.Contrast
	difference schemas.Difference
	core       []byte
}

// compare scores the subject judged last by the shadow pack too, where there is one, and
// publishes how that differs from what is decided, if it is not what was said last. It
// follows the publication of the verdict, in the same transaction.
//
// Like a verdict, a difference is a function of the records of the order, of both packs and
// of the reference data; what was said of it last stands beside the verdict in the state,
// and in the tail of the topic. So of every subject the newest record says what differs as
// of the last time it was judged, and none is said twice.
func (t *Task) compare(ctx context.Context, orderKey string, j *decide.Judgement, nowMs int64) error {
	shadow := t.decider.Shadow()
	if shadow == nil {
		return nil
	}
	last := t.state.Published(j.Subject)
	if last == nil { // what is not remembered can't be ended either
		return nil
	}
	c := &t.scratch.shadow
	differs := c.contrast.Of(j.Verdict, shadow)
	if !differs && last.Shadow.Hash == 0 {
		return nil
	}
	d := &c.difference
	*d = schemas.Difference{ID: schemas.MakeDecisionID(orderKey, j.Subject), OrderKey: orderKey, ShipmentID: j.Subject,
		ComparedAt: schemas.Time(nowMs), Differs: differs, DecisionVersion: last.Version,
		Live:   opinion(t.refs.Policy.Version, t.refs.Policy.Hash, j.Verdict, c.contrast.OnlyOld),
		Shadow: opinion(t.refs.Shadow.Version, t.refs.Shadow.Hash, shadow, c.contrast.OnlyNew)}
	if j.Subject == "" {
		d.ID = schemas.MakePreReviewID(orderKey)
	}
	dims := &j.Verdict.Dimensions
	d.SellerID, d.SiteHost, d.Channel, d.Port, d.OriginCountry = dims.SellerID, dims.SiteHost, dims.Channel, dims.Port, dims.OriginCountry
	d.Currency, d.DeclaredValue, d.EventTime = dims.Currency, dims.DeclaredValue, dims.EventTime
	if d.Hash, c.core = codec.DifferenceHash(c.core, d); d.Hash == last.Shadow.Hash {
		return nil
	}
	d.InputTime = t.decider.Evidence().InputTime
	d.Supersedes = last.Shadow.Version
	d.Version = max(d.Supersedes+1, t.scratch.floor(j.Subject)+1, uint64(max(t.watermark, 0)))
	t.issued = max(t.issued, d.Version)
	if differs {
		t.counts.Differences[d.Live.Route][d.Shadow.Route]++
	} else {
		t.counts.Agreed++
	}
	if err := t.emit(ctx, OutShadow, t.out.keep(d.ID[:]), t.encodeDifference(d), nil); err != nil {
		return err
	}
	p := *last
	p.Shadow = join.Shadow{Version: d.Version, Hash: d.Hash}
	t.state.SetPublished(&t.cfg.Join, p)
	return nil
}

func opinion(version, hash string, v *schemas.Verdict, only []string) schemas.Opinion {
	return schemas.Opinion{PackVersion: version, PackHash: hash, Route: v.Route, Score: v.Score, PreferenceStatus: v.PreferenceStatus, Only: only}
}

// said is what was last said of how a subject differs.
func said(last *join.Published) join.Shadow {
	if last == nil {
		return join.Shadow{}
	}
	return last.Shadow
}

// shadowHash names the shadow pack in force, "" for none.
func shadowHash(r *decide.References) string {
	if r.Shadow == nil {
		return ""
	}
	return r.Shadow.Hash
}

// shadowIsNew says whether there is a shadow pack, and was another one or none.
func shadowIsNew(r *decide.References, before string) bool {
	return r.Shadow != nil && r.Shadow.Hash != before
}

// readShadowTail reads what was said of differences since the local state was flushed. Of
// a subject that is not remembered nothing is to be known.
func (t *Task) readShadowTail(ctx context.Context) error {
	var d schemas.Difference
	return t.tail(ctx, OutShadow, func(value []byte) error {
		if err := codec.ParseDifference(value, &d); err != nil {
			return err
		}
		key := []byte(d.OrderKey)
		if err := t.load(key); err != nil {
			return err
		}
		last := t.state.Published(d.ShipmentID)
		if last == nil || last.Shadow.Version >= d.Version {
			return nil
		}
		p := *last
		p.Shadow = join.Shadow{Version: d.Version, Hash: d.Hash}
		t.state.SetPublished(&t.cfg.Join, p)
		return t.saveNoted(key)
	})
}
