package label

// IDSet is a set of click ids. Its bits stand in stored features and never change.
type IDSet uint16

// The click ids, and what Google's own tagging puts beside them.
const (
	GCLID IDSet = 1 << iota
	GBRAID
	WBRAID
	DCLID
	FBCLID
	MSCLKID
	TTCLID
	FBP
	FBC
	GCLSRC
	GADSource
	GADCampaignID
)

// idOf is the bit of each parameter that is an id.
var idOf = [numParams]IDSet{
	gclid: GCLID, gbraid: GBRAID, wbraid: WBRAID, dclid: DCLID, fbclid: FBCLID, msclkid: MSCLKID, ttclid: TTCLID,
	gclsrc: GCLSRC, gadSource: GADSource, gadCampaignID: GADCampaignID,
}

// Has is true when all of ids are in the set.
func (s IDSet) Has(ids IDSet) bool { return s&ids == ids }
