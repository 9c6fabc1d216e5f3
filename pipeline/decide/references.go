package decide

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/geo"
	"github.com/clearlane/clearlane/scoring/policy"
)

// Sites answers what is registered about a site of a seller; nil is nothing.
type Sites interface {
	Site(sellerID, siteHost string) *schemas.SellerSite
	// Elsewhere says whether other sellers have registered the value of a click's field,
	// and this one has not.
	Elsewhere(sellerID, field, value string) bool
	// Changed is the tags (SellerTag), in their sequence, of the sellers whose last change
	// lies from one offset of the topic up to another; all: they may be any.
	Changed(from, to int64) (tags []uint64, all bool)
}

// References is the reference data that verdicts are a function of, beside the
// records of the order. A value is never changed once it is in use: new data is a new
// value, which takes effect at a commit boundary.
type References struct {
	Policy      *policy.Set
	Shadow      *policy.Set // scores beside Policy and decides nothing; nil: none
	Geo         *geo.DB     // nil: click countries are unknown
	Sites       Sites       // nil: the topic is not read
	SitesOffset int64       // next offset of the seller-sites topic that Sites reflects
}
