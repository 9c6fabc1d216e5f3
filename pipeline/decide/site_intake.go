package decide

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// SiteIntake turns records of the seller-sites topic into changes of a SiteTable. The
// newest record of a key holds, whatever the key is made of: a null value takes back
// what the key's record before it had registered. Where several keys name one site, the
// newest of their records holds, and when that is taken back the one before it. One
// goroutine owns it.
type SiteIntake struct {
	limits  schemas.Limits
	decoder *codec.Decoder
	byKey   map[string]SiteChange // what each record key registers; shared with the table
	bySite  map[siteKey][]string  // the record keys that register a site, nearly always one
	site    schemas.SellerSite
	caught  bool
}

// NewSiteIntake makes an intake that has read nothing.
func NewSiteIntake(limits schemas.Limits) *SiteIntake {
	return &SiteIntake{limits: limits, decoder: codec.NewDecoder(limits), byKey: map[string]SiteChange{}, bySite: map[siteKey][]string{}}
}

// CaughtUp says that the topic has been read to where it ended at the start. Before that a
// deletion of a key never seen may be all that compaction has left of a site: whose it was
// is not known. From now on it deletes nothing.
func (in *SiteIntake) CaughtUp() { in.caught = true }

// Take reads one record. The changes own their memory. The error is a *Reject.
func (in *SiteIntake) Take(r *record.Record) ([]SiteChange, error) {
	if len(r.Key) == 0 {
		return nil, &Reject{Code: RejectKey, Field: "key", Err: fmt.Errorf("no key; allowed: one for each site, the seller_id where a seller has one site")}
	}
	before, known := in.byKey[string(r.Key)]
	if r.Value == nil {
		if !known && !in.caught {
			return []SiteChange{{At: r.Offset + 1}}, nil
		}
		if !known {
			return nil, nil
		}
		in.forget(string(r.Key), before)
		return in.takenBack(before, r.Offset+1), nil
	}
	if n := in.limits.RecordBytes; len(r.Value) > n {
		return nil, &Reject{Code: RejectOversized, Field: "value", Err: fmt.Errorf("%d bytes; allowed: at most %d", len(r.Value), n)}
	}
	change, err := in.Site(r.Value)
	if err != nil {
		return nil, err
	}
	change.At = r.Offset + 1
	var changes []SiteChange
	k := siteKeyOf(change.SellerID, change.SiteHost)
	if known {
		if reflect.DeepEqual(before.Site, change.Site) {
			change.Site = before.Site // the table keeps that one
		}
		in.forget(string(r.Key), before)
		if siteKeyOf(before.SellerID, before.SiteHost) != k {
			changes = in.takenBack(before, change.At)
		}
	}
	key := string(r.Key)
	in.byKey[key] = change
	in.bySite[k] = append(in.bySite[k], key)
	return append(changes, change), nil
}

// forget drops what a key registers.
func (in *SiteIntake) forget(key string, was SiteChange) {
	delete(in.byKey, key)
	k := siteKeyOf(was.SellerID, was.SiteHost)
	if keys := slices.DeleteFunc(in.bySite[k], func(other string) bool { return other == key }); len(keys) > 0 {
		in.bySite[k] = keys
	} else {
		delete(in.bySite, k)
	}
}

// takenBack is what becomes of a site when a key registers it no longer: the newest record
// of its other keys holds, without one it is deleted.
func (in *SiteIntake) takenBack(was SiteChange, at int64) []SiteChange {
	now := SiteChange{SellerID: was.SellerID, SiteHost: was.SiteHost}
	for _, key := range in.bySite[siteKeyOf(was.SellerID, was.SiteHost)] {
		if other := in.byKey[key]; other.At > now.At {
			now = other
		}
	}
	if now.At > was.At {
		return nil // it held already
	}
	now.At = at
	return []SiteChange{now}
}

// Site reads the event alone. The error is a *Reject.
func (in *SiteIntake) Site(value []byte) (SiteChange, error) {
	if err := in.decoder.SellerSite(value, &in.site); err != nil {
		return SiteChange{}, RejectOf(err)
	}
	own := &schemas.SellerSite{} // aliases bytes of its own
	if err := codec.ReadSellerSite(codec.AppendSellerSite(nil, &in.site), own); err != nil {
		return SiteChange{}, fmt.Errorf("seller site: %w", err)
	}
	return SiteChange{SellerID: own.SellerID, SiteHost: own.SiteHost, Site: own}, nil
}
