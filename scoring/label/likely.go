package label

import "github.com/clearlane/clearlane/scoring/reason"

// googleIDs are the ids that Google gives for paid clicks.
const googleIDs = GCLID | GBRAID | WBRAID | DCLID

// clickIDs are all ids that a network gives a click it sells.
const clickIDs = googleIDs | MSCLKID | TTCLID | FBCLID

// likely finds what points to false labels without proving it (false
// labels, likely). fbclid is in none of it: Meta tags unpaid links too.
func (d *deriver) likely() {
	out := d.out
	networks := 0
	for _, ids := range [...]IDSet{googleIDs, MSCLKID, TTCLID} {
		if out.IDs&ids != 0 {
			networks++
		}
	}
	if networks > 1 {
		d.find(reason.LabelClickIDsConflict, "click_ids", d.text.Count("paid click ids of ", networks, " networks"), "of one network")
	}
	var buf [longest]byte
	medium := lower(buf[:0], cut(out.UTM.Medium))
	if isPaid(medium) {
		d.paid()
	}
	if is(medium, "organic") && networks > 0 {
		d.find(reason.LabelOrganicWithClickID, "utm_medium", "organic, with a paid click id", "a paid medium")
	}
	d.referrer()
}

// referrer finds a referrer that the source can't have: of another of the four networks,
// or of another class (a search engine's advertisement does not stand on a social
// network). A referrer of no class (a publisher, a company) may show anyone's
// advertisements. In mails, messengers and assistants people pass links on, labels and
// all: they contradict nothing. Nor does a referrer of Meta beside an fbclid: Meta adds one
// to every link that is shared there, whoever's labels it has.
func (d *deriver) referrer() {
	out := d.out
	from, source := out.ReferrerKind, d.source.kind
	shared := out.Referrer == NetworkMeta && out.IDs.Has(FBCLID)
	if !class(from) || shared || d.out.HasMacro("utm_source") {
		return
	}
	switch {
	case known(out.Source) && known(out.Referrer) && out.Source != out.Referrer:
		d.find(reason.LabelReferrerConflict, "referrer",
			d.text.Join("of ", out.Referrer.String()), d.text.Join("of ", out.Source.String(), ", as utm_source says"))
	case class(source) && source != from && (out.Source != out.Referrer || !known(out.Source)):
		d.find(reason.LabelReferrerConflict, "referrer",
			d.text.Join("a referrer of class ", from.String()), d.text.Join("one of class ", source.String(), ", as utm_source says"))
	}
}

func known(n Network) bool { return n != NetworkNone && n != NetworkOther }

// class is true of the kinds that contradict each other.
func class(k Kind) bool { return k >= KindSearch && k <= KindShopping }
