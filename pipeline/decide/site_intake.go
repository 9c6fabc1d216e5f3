package decide

import (
	"fmt"

	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// SiteIntake turns records of the seller-sites topic into changes of a SiteTable. The
// newest record of a key holds, whatever the key is made of: a null value takes back
// what the key's record before it had registered. One goroutine owns it.
type SiteIntake struct {
	limits  schemas.Limits
	decoder *codec.Decoder
	byKey   map[string]SiteChange // the site of each record key, by its seller and host
	site    schemas.SellerSite
	caught  bool
}

// NewSiteIntake makes an intake that has read nothing.
func NewSiteIntake(limits schemas.Limits) *SiteIntake {
	return &SiteIntake{limits: limits, decoder: codec.NewDecoder(limits), byKey: map[string]SiteChange{}}
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
		delete(in.byKey, string(r.Key))
		return []SiteChange{{SellerID: before.SellerID, SiteHost: before.SiteHost, At: r.Offset + 1}}, nil
	}
	if n := in.limits.RecordBytes; len(r.Value) > n {
		return nil, &Reject{Code: RejectOversized, Field: "value", Err: fmt.Errorf("%d bytes; allowed: at most %d", len(r.Value), n)}
	}
	change, err := in.Site(r.Value)
	if err != nil {
		return nil, err
	}
	change.At = r.Offset + 1
	in.byKey[string(r.Key)] = SiteChange{SellerID: change.SellerID, SiteHost: change.SiteHost}
	if known && siteKeyOf(before.SellerID, before.SiteHost) != siteKeyOf(change.SellerID, change.SiteHost) {
		return []SiteChange{{SellerID: before.SellerID, SiteHost: before.SiteHost, At: r.Offset + 1}, change}, nil
	}
	return []SiteChange{change}, nil
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
