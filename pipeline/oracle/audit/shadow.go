package audit

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/clearlane/clearlane/pipeline/oracle/naive"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// told is one record of what the shadow pack says differently.
type told struct {
	schemas.Difference
	subject naive.Subject
	keyed   bool // the record's key, the id and the subject agree
	at      naive.Place
}

// Differences is how many records of the shadow topic there are.
func (o *Outputs) Differences() int { return len(o.told) }

func (o *Outputs) readDifference(at naive.Place, r *record.Record) error {
	d := told{at: at}
	if err := codec.ParseDifference(r.Value, &d.Difference); err != nil {
		return err
	}
	id := schemas.MakeDecisionID(d.OrderKey, d.ShipmentID)
	if d.ShipmentID == "" {
		id = schemas.MakePreReviewID(d.OrderKey)
	}
	d.subject = naive.Subject{Partition: at.Partition, OrderKey: d.OrderKey, ShipmentID: d.ShipmentID}
	d.keyed = d.ID == id && string(r.Key) == string(id[:])
	o.told = append(o.told, d)
	return nil
}

// standingTold is what stands of each subject: not what was said before it was forgotten and
// came back, with a verdict that supersedes none.
func (o *Outputs) standingTold() map[naive.Subject]*told {
	standing := map[naive.Subject]*told{}
	for i := range o.told {
		standing[o.told[i].subject] = &o.told[i]
	}
	for _, all := range [][]published{o.decisions, o.preReviews} {
		for i := range all {
			if d := standing[all[i].subject]; d != nil && all[i].supersedes == 0 && all[i].version > d.DecisionVersion {
				delete(standing, all[i].subject)
			}
		}
	}
	return standing
}

// shadow: of each subject that the two packs differ about the last record says how, and no
// other one stands; each record says something else than the one before it, of a version
// that was published.
func (o *Outputs) shadow(f *Findings, x *naive.Expected) {
	o.toldInTurn(f)
	standing := o.standingTold()
	for subject, want := range x.Differences {
		if d := standing[subject]; d == nil || !d.Differs {
			f.add(Missing, "difference of %v: %s by the shadow pack, %s by the live one", subject, want.Shadow.Route, want.Live.Route)
		} else if said, wanted := core(&d.Difference), core(want); said != wanted {
			f.add(Wrong, "difference of %v, version %d:\n%s\nnot\n%s", subject, d.Version, said, wanted)
		}
	}
	for subject, d := range standing {
		if !d.Differs || x.Differences[subject] != nil {
			continue
		}
		if may := x.MayDiffer[subject]; may == nil || core(&d.Difference) != core(may) {
			f.add(Wrong, "difference of %v, version %d: %s by the shadow pack, where both say the same", subject, d.Version, d.Shadow.Route)
		}
	}
}

// toldInTurn follows the records of each subject.
func (o *Outputs) toldInTurn(f *Findings) {
	type version struct {
		naive.Subject
		version uint64
	}
	verdicts := map[version]*schemas.Verdict{}
	for _, all := range [][]published{o.decisions, o.preReviews} {
		for i := range all {
			verdicts[version{all[i].subject, all[i].version}] = all[i].verdict
		}
	}
	before := map[naive.Subject]*told{}
	for i := range o.told {
		d := &o.told[i]
		b := before[d.subject]
		if b == nil {
			b = &told{}
		}
		switch {
		case d.Version == b.Version:
			f.add(Duplicate, "difference of %v: version %d again, at %v", d.subject, d.Version, d.at)
		case d.Version < b.Version:
			f.add(Disorder, "difference of %v: version %d behind version %d, at %v", d.subject, d.Version, b.Version, d.at)
		case d.Hash == b.Hash:
			f.add(Duplicate, "difference of %v: version %d says the same as what stood", d.subject, d.Version)
		}
		if d.Supersedes != b.Version {
			f.add(Disorder, "difference of %v: version %d supersedes %d, the one before it is %d", d.subject, d.Version, d.Supersedes, b.Version)
		}
		if hash, _ := codec.DifferenceHash(nil, &d.Difference); hash != d.Hash {
			f.add(Wrong, "difference of %v: version %d has the hash of another one", d.subject, d.Version)
		}
		if !d.keyed {
			f.add(Wrong, "difference of %v: version %d has the key or the id of another subject", d.subject, d.Version)
		}
		if v := verdicts[version{d.subject, d.DecisionVersion}]; v == nil {
			f.add(Wrong, "difference of %v: version %d is about version %d, which was not published", d.subject, d.Version, d.DecisionVersion)
		} else if v.Route != d.Live.Route || v.Score != d.Live.Score || v.PreferenceStatus != d.Live.PreferenceStatus {
			f.add(Wrong, "difference of %v: version %d is about version %d, of which it says %s, score %d", d.subject, d.Version, d.DecisionVersion, d.Live.Route, d.Live.Score)
		}
		before[d.subject] = d
	}
}

// core is what a difference says, without when and of what version.
func core(d *schemas.Difference) string {
	c := *d
	c.Version, c.Supersedes, c.ComparedAt, c.DecisionVersion, c.InputTime, c.Hash = 0, 0, 0, 0, 0, 0
	return string(codec.AppendDifference(nil, &c))
}

// The view of what differs, and what is compared of it.
var toldColumns = []string{"order_key", "shipment_id", "version", "difference_hash", "decision_version", "live", "live_only", "shadow", "shadow_only", "value", "event_time"}

const toldSelect = `SELECT decision_id, '', order_key, shipment_id, toString(version), toString(difference_hash), toString(decision_version),
	concat_ws(' ', live_pack_hash, live_route, toString(live_score), live_preference_status), arrayStringConcat(live_only, ' '),
	concat_ws(' ', shadow_pack_hash, shadow_route, toString(shadow_score), shadow_preference_status), arrayStringConcat(shadow_only, ' '),
	concat_ws(' ', ifNull(toString(toInt64(declared_value * 10000)), 'none'), currency), toString(toUnixTimestamp64Milli(event_time)) FROM %s.v_shadow_differences`

// tolds are the rows of what differs in the end.
func tolds(standing map[naive.Subject]*told) map[string][]string {
	rows := map[string][]string{}
	opinion := func(p *schemas.Opinion) string {
		return fmt.Sprintf("%s %s %d %s", p.PackHash, p.Route, p.Score, p.PreferenceStatus)
	}
	for _, d := range standing {
		if !d.Differs {
			continue
		}
		value := "none"
		if d.DeclaredValue.Set {
			value = strconv.FormatInt(d.DeclaredValue.E4, 10)
		}
		rows[d.ID.String()] = []string{d.OrderKey, d.ShipmentID, strconv.FormatUint(d.Version, 10), strconv.FormatUint(d.Hash, 10), strconv.FormatUint(d.DecisionVersion, 10),
			opinion(&d.Live), strings.Join(d.Live.Only, " "), opinion(&d.Shadow), strings.Join(d.Shadow.Only, " "),
			value + " " + d.Currency, strconv.FormatInt(int64(d.EventTime), 10)}
	}
	return rows
}
