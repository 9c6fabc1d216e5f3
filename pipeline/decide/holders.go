package decide

import (
	"cmp"
	"slices"
	"strings"

	"github.com/twmb/murmur3"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/host"
)

// holderShards is how many parts the holders have: a change copies only those it is in.
const holderShards = 4096

// holders says which sellers have registered an id, or a host: one row of 24 bytes for
// each that a site registers, so it is never larger than the registered lists. It never
// changes; with makes a new one that shares what did not change.
//
// Only ids that mean one thing everywhere are in it. Names of campaigns do not: any two
// sellers may have a "summer-sale".
type holders [holderShards][]holder

// holder is a seller that has registered an id, on so many of its sites. Rows are in the
// sequence of id and seller. Two ids of one 64-bit hash would be taken for one.
type holder struct {
	id, seller uint64
	sites      int32
}

// holderChange is an id that a site of a seller registers from now on, or no longer.
type holderChange struct {
	id, seller uint64
	by         int32 // +1 or -1
}

func (h *holder) compare(o *holder) int {
	return cmp.Or(cmp.Compare(h.id, o.id), cmp.Compare(h.seller, o.seller))
}

// heldID is the hash of an id that means one thing everywhere; ok is false for others.
func heldID(field, value string) (id uint64, ok bool) {
	if value == "" {
		return 0, false
	}
	seed := uint64(0) // a number is another id as a pixel than as a campaign
	switch field {
	case "facebook_pixel_id":
		seed, value = 1, strings.ToLower(value) // case is held against no id
	case "bing_campaign_id":
		seed, value = 2, strings.ToLower(value)
	case "site_host":
		seed = 3
		value, _ = host.Apex(host.Canonical(value))
	default:
		return 0, false
	}
	return murmur3.SeedStringSum64(seed, value), true
}

// heldChanges is what a seller holds no longer, and from now on, when one record about a
// site takes the place of another; either may be nil.
func heldChanges(seller uint64, old, now *schemas.SellerSite) []holderChange {
	var changes []holderChange
	add := func(site *schemas.SellerSite, by int32) {
		if site == nil {
			return
		}
		for _, l := range [...]struct {
			field string
			ids   []string
		}{{"facebook_pixel_id", site.FacebookPixelIDs}, {"bing_campaign_id", site.BingCampaignIDs}, {"site_host", []string{site.SiteHost}}} {
			for _, v := range l.ids {
				if id, ok := heldID(l.field, v); ok {
					changes = append(changes, holderChange{id, seller, by})
				}
			}
		}
	}
	add(old, -1)
	add(now, +1)
	return changes
}

// others says whether sellers but this one hold an id, and this one does not.
func (h *holders) others(sellerID, field, value string) bool {
	if h == nil || value == "" {
		return false
	}
	id, ok := heldID(field, value)
	if !ok {
		return false
	}
	seller := SellerTag(sellerID)
	rows := h[id%holderShards]
	first := holder{id: id}
	i, _ := slices.BinarySearchFunc(rows, first, func(a, b holder) int { return a.compare(&b) })
	found := false
	for ; i < len(rows) && rows[i].id == id; i++ {
		if rows[i].seller == seller {
			return false
		}
		found = true
	}
	return found
}

// with is the holders after some changes.
func (h *holders) with(changes []holderChange) *holders {
	if len(changes) == 0 {
		return h
	}
	next := &holders{}
	if h != nil {
		*next = *h
	}
	byShard := map[uint64][]holderChange{}
	for _, c := range changes {
		byShard[c.id%holderShards] = append(byShard[c.id%holderShards], c)
	}
	for s, list := range byShard {
		sum := map[holder]int32{}
		for _, row := range next[s] {
			sum[holder{row.id, row.seller, 0}] = row.sites
		}
		for _, c := range list {
			sum[holder{c.id, c.seller, 0}] += c.by
		}
		rows := make([]holder, 0, len(sum))
		for row, sites := range sum {
			if sites > 0 {
				rows = append(rows, holder{row.id, row.seller, sites})
			}
		}
		slices.SortFunc(rows, func(a, b holder) int { return a.compare(&b) })
		next[s] = rows
	}
	return next
}
