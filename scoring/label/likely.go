package label

import "github.com/clearlane/clearlane/scoring/reason"

// googleIDs are the ids that Google gives for paid clicks.
const googleIDs = GCLID | GBRAID | WBRAID | DCLID

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
	if isPaid(medium) && out.Source != NetworkNone && out.Source != NetworkOther &&
		out.IDs&(googleIDs|MSCLKID|TTCLID|FBCLID) == 0 {
		d.find(reason.LabelPaidWithoutClickID, "utm_medium", reason.Show(out.UTM.Medium), "a click id beside a paid medium")
	}
	if is(medium, "organic") && networks > 0 {
		d.find(reason.LabelOrganicWithClickID, "utm_medium", "organic, with a paid click id", "a paid medium")
	}
	if known(out.Source) && known(out.Referrer) && out.Source != out.Referrer {
		d.find(reason.LabelReferrerConflict, "referrer",
			d.text.Join("of ", out.Referrer.String()), d.text.Join("of ", out.Source.String(), ", as utm_source says"))
	}
}

func known(n Network) bool { return n != NetworkNone && n != NetworkOther }
