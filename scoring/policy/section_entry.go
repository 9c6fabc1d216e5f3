package policy

import (
	"fmt"

	"github.com/clearlane/clearlane/schemas"
)

// fileEntry is the section entry. Without it nothing is found about an entry.
type fileEntry struct {
	DeMinimis    string            `yaml:"de_minimis_usd" json:"de_minimis_usd"`
	DeMinimisFor []string          `yaml:"de_minimis_entry_types" json:"de_minimis_entry_types"`
	RetiredTypes map[string]string `yaml:"retired_entry_types" json:"retired_entry_types"`
	DataElements fileDataElements  `yaml:"data_elements" json:"data_elements"`
}

type fileDataElements struct {
	CompletePercent int32    `yaml:"complete_percent" json:"complete_percent"`
	Carrier         []string `yaml:"carrier" json:"carrier"`
	Marketplace     []string `yaml:"marketplace" json:"marketplace"`
}

// Entry is what the rules about an entry ask the pack.
type Entry struct {
	DeMinimis schemas.Decimal // greatest value of a Section 321 shipment, in US dollars
	// CompletePercent is the share of data elements below which a shipment's are
	// incomplete.
	CompletePercent int32
	// The elements asked for, in the order of the file: of a shipment that names a
	// marketplace, and of any other.
	Marketplace, Carrier []DataElement

	deMinimisTypes []string
	retired        map[string]schemas.Date
}

// DeMinimisType is true of an entry type that claims Section 321 by itself.
func (e *Entry) DeMinimisType(entryType string) bool { return foldIn(e.deMinimisTypes, entryType) }

// Retired is the day from which an entry type is no longer accepted, 0 for none.
func (e *Entry) Retired(entryType string) schemas.Date { return e.retired[entryType] }

// DataElement is one element of the Section 321 Data Pilot.
type DataElement uint8

// The elements that an event may carry. What the pilot asks for beside them (the
// participant's code, the security scan, flags of known customers) no event has.
const (
	ElementCarrier     DataElement = iota // originator: the carrier
	ElementMarketplace                    // originator: the marketplace
	ElementBill                           // a tracking number, a house bill or a master bill
	ElementMode                           // mode of transport
	ElementInitiator                      // who had the shipment sent: the owner, else the seller
	ElementSeller
	ElementBuyer
	ElementDeliverTo   // final deliver-to party
	ElementDescription // of every item; the pilot takes a picture or a link instead
	ElementListedPrice
	elementCount
)

var elementNames = [elementCount]string{"carrier", "marketplace", "bill", "mode", "initiator", "seller", "buyer", "deliver_to", "description", "listed_price"}

// String is the element's name in a pack.
func (e DataElement) String() string { return elementNames[e] }

func (c *compiler) entry() {
	f := c.file.Entry
	if f == nil {
		return
	}
	e := &Entry{deMinimisTypes: f.DeMinimisFor, retired: make(map[string]schemas.Date)}
	c.pack.Entry = e
	e.DeMinimis = c.dollars("entry.de_minimis_usd", f.DeMinimis)
	for _, name := range sorted(f.RetiredTypes) {
		path := "entry.retired_entry_types"
		if name == "" || len(name) > longestName {
			c.fault(path, name, "an entry type, \"86\"")
		}
		e.retired[name] = c.date(path+"."+name, f.RetiredTypes[name])
	}
	e.CompletePercent = c.between("entry.data_elements.complete_percent", f.DataElements.CompletePercent, 0, 100)
	e.Carrier = c.elements("entry.data_elements.carrier", f.DataElements.Carrier)
	e.Marketplace = c.elements("entry.data_elements.marketplace", f.DataElements.Marketplace)
}

// elements reads a list of names, each at most once.
func (c *compiler) elements(path string, names []string) (list []DataElement) {
	var seen [elementCount]bool
	for i, name := range names {
		e := DataElement(0)
		for e < elementCount && elementNames[e] != name {
			e++
		}
		if e == elementCount || seen[e] {
			c.fault(fmt.Sprintf("%s[%d]", path, i), name, "each of these once: "+fmt.Sprint(elementNames))
			continue
		}
		seen[e] = true
		list = append(list, e)
	}
	return list
}

// dollars reads an amount of at least a cent, of whole cents.
func (c *compiler) dollars(path, s string) schemas.Decimal {
	d, err := schemas.ParseDecimal(s)
	if err != nil || d.E4 <= 0 || d.E4%100 != 0 || d.E4 > 1e15 {
		c.fault(path, s, "US dollars with at most two places, \"800\" or \"129.90\"")
		return schemas.Decimal{}
	}
	return d
}
