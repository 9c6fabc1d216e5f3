package decide

import (
	"maps"
	"reflect"
	"slices"

	"github.com/twmb/murmur3"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/host"
)

// siteShards is how many parts a SiteTable has: a change copies only the parts it is in.
const siteShards = 256

// SiteTable is what is registered about the sites of sellers. It never changes; With
// makes a new one that shares what did not change.
type SiteTable struct {
	shards [siteShards]map[siteKey]*schemas.SellerSite
	// changes are the last of each seller, deletions too, in the sequence of their
	// offsets. They stand by seller and not by site: a record that moves a key to
	// another site of its seller is all that a compacted topic keeps of both.
	changes [siteShards][]sellerChange
	lost    int64 // offset behind the last deletion of which nobody knows the seller
	count   int
	holders *holders
}

// siteKey is a site in the form it is looked up by.
type siteKey struct {
	seller, apex string
	www          bool
}

func siteKeyOf(sellerID, siteHost string) siteKey {
	apex, www := host.Apex(host.Canonical(siteHost))
	return siteKey{sellerID, apex, www}
}

func (k siteKey) shard() int {
	return int(murmur3.StringSum64(k.seller) % siteShards)
}

// sellerChange is the last change of a seller's sites.
type sellerChange struct {
	at  int64 // offset behind its record
	tag uint64
}

// SiteChange is one record of the seller-sites topic. Site nil: it is deleted; without a
// SellerID nobody knows whose site that was.
type SiteChange struct {
	SellerID string
	SiteHost string
	Site     *schemas.SellerSite // owned by the table from now on
	At       int64               // offset behind the record
}

// Site is what is registered about a site of a seller, nil for nothing. Hosts are held
// against each other as package host does; of a site that is registered with and without
// "www." the one asked for is the better answer.
func (t *SiteTable) Site(sellerID, siteHost string) *schemas.SellerSite {
	if t == nil || t.count == 0 {
		return nil
	}
	k := siteKeyOf(sellerID, siteHost)
	sites := t.shards[k.shard()]
	if site := sites[k]; site != nil {
		return site
	}
	k.www = !k.www
	return sites[k]
}

// Elsewhere says whether other sellers have registered the value of a click's field, and
// this one has not, on any of its sites.
func (t *SiteTable) Elsewhere(sellerID, field, value string) bool {
	return t != nil && t.holders.others(sellerID, field, value)
}

// Len is how many sites are registered.
func (t *SiteTable) Len() int {
	if t == nil {
		return 0
	}
	return t.count
}

// Changed is the tags, in their sequence, of the sellers whose last change lies from
// one offset of the topic up to another, the record at to left out. all: they may be any.
func (t *SiteTable) Changed(from, to int64) (tags []uint64, all bool) {
	if t == nil || from >= to {
		return nil, false
	}
	for s := range t.changes {
		list := t.changes[s]
		i, _ := slices.BinarySearchFunc(list, from+1, func(c sellerChange, at int64) int { return int(c.at - at) })
		for ; i < len(list) && list[i].at <= to; i++ {
			tags = append(tags, list[i].tag)
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags), t.lost > from && t.lost <= to
}

// With is the table after some changes in the sequence of the topic, the later ones of a
// site holding. One that says what is registered already is none.
func (t *SiteTable) With(changes []SiteChange) *SiteTable {
	next := &SiteTable{}
	if t != nil {
		*next = *t
	}
	var own [siteShards]bool
	var held []holderChange
	moved := map[uint64]int64{} // seller's tag -> offset behind its last change
	for _, c := range changes {
		if c.SellerID == "" {
			next.lost = max(next.lost, c.At)
			continue
		}
		k := siteKeyOf(c.SellerID, c.SiteHost)
		s := k.shard()
		old, known := next.shards[s][k]
		if c.Site == nil && !known || c.Site != nil && known && reflect.DeepEqual(old, c.Site) {
			continue
		}
		if !own[s] {
			own[s] = true
			if next.shards[s] = maps.Clone(next.shards[s]); next.shards[s] == nil {
				next.shards[s] = map[siteKey]*schemas.SellerSite{}
			}
		}
		held = append(held, heldChanges(SellerTag(c.SellerID), old, c.Site)...)
		if c.Site == nil {
			delete(next.shards[s], k)
		} else {
			next.shards[s][k] = c.Site
		}
		moved[SellerTag(c.SellerID)] = c.At
	}
	next.note(moved)
	next.holders = next.holders.with(held)
	next.count = 0
	for i := range next.shards {
		next.count += len(next.shards[i])
	}
	return next
}

// note puts the changes of some sellers behind those that stand, in parts of its own.
func (t *SiteTable) note(moved map[uint64]int64) {
	var own [siteShards]bool
	for tag, at := range moved {
		s := tag % siteShards
		if !own[s] {
			own[s] = true
			t.changes[s] = slices.DeleteFunc(slices.Clone(t.changes[s]), func(c sellerChange) bool {
				_, again := moved[c.tag]
				return again
			})
		}
		t.changes[s] = append(t.changes[s], sellerChange{at, tag})
	}
	for s := range own {
		if own[s] {
			slices.SortFunc(t.changes[s], func(a, b sellerChange) int { return int(a.at - b.at) })
		}
	}
}
