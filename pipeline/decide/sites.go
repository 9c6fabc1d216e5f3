package decide

import (
	"maps"

	"github.com/twmb/murmur3"

	"github.com/clearlane/clearlane/schemas"
)

// siteShards is how many parts a SiteTable has: a change copies only the parts it is in.
const siteShards = 256

// SiteTable is what is registered about the sites of sellers. It never changes; With
// makes a new one that shares what did not change.
type SiteTable struct {
	shards [siteShards]map[siteKey]*schemas.SellerSite
	count  int
}

type siteKey struct{ seller, host string }

func (k siteKey) shard() int {
	return int(murmur3.StringSum64(k.seller) % siteShards)
}

// SiteChange is one record of the seller-sites topic. Site nil: it is deleted.
type SiteChange struct {
	SellerID string
	SiteHost string
	Site     *schemas.SellerSite // owned by the table from now on
}

// Site is what is registered about a site of a seller, nil for nothing.
func (t *SiteTable) Site(sellerID, siteHost string) *schemas.SellerSite {
	if t == nil {
		return nil
	}
	k := siteKey{sellerID, siteHost}
	return t.shards[k.shard()][k]
}

// Len is how many sites are registered.
func (t *SiteTable) Len() int {
	if t == nil {
		return 0
	}
	return t.count
}

// With is the table after some changes, the later ones of a site holding.
func (t *SiteTable) With(changes []SiteChange) *SiteTable {
	next := &SiteTable{}
	if t != nil {
		*next = *t
	}
	var own [siteShards]bool
	for _, c := range changes {
		k := siteKey{c.SellerID, c.SiteHost}
		s := k.shard()
		if !own[s] {
			own[s] = true
			if next.shards[s] = maps.Clone(next.shards[s]); next.shards[s] == nil {
				next.shards[s] = map[siteKey]*schemas.SellerSite{}
			}
		}
		if c.Site == nil {
			delete(next.shards[s], k)
		} else {
			next.shards[s][k] = c.Site
		}
	}
	next.count = 0
	for i := range next.shards {
		next.count += len(next.shards[i])
	}
	return next
}
