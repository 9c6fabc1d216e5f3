package truth

var paidNames = []string{"google", "facebook", "instagram", "bing", "tiktok", "other paid"}

// geoCauses are those of geography. Where the click came from is part of each, because
// a second and weaker signal follows from it.
var geoCauses = []cause{
	{name: "campaign for other countries", family: ofGeography, weight: 5, want: away([][]string{{"DE"}, {"DE", "FR"}, {"GB"}, {"AU", "JP"}, {"CA"}, {"MX", "CA"}, {"de"}}), plant: targetMismatch},
	{name: "campaign for another region", family: ofGeography, weight: 3, want: away([][]string{{"EU"}, {"EU", "GB"}, {"EU", "-DE"}}), plant: targetMismatch},
	{name: "campaign that leaves the country out", family: ofGeography, weight: 3, want: away([][]string{{"WORLD", "-US"}, {"USMCA", "-US", "-PR"}, {"-US", "WORLD"}, {"US", "CA", "-US"}}), plant: targetMismatch},
	{name: "campaign for a country, goods for one apart from it", family: ofGeography, weight: 2, want: wantApart, alone: true, plant: targetMismatch},
	{name: "campaign for the United States, goods for alone", family: ofGeography, weight: 2, want: wantAbroad, alone: true, plant: targetMismatch},
	{name: "campaign for a territory, or for another's mainland", family: ofGeography, weight: 2, want: wantTerritory, alone: true, plant: targetMismatch},
	{name: "origin of none of the goods", family: ofGeography, weight: 3, want: func(s *spec, _ dice) { s.claim, s.dest = false, "US" }, alone: true, plant: func(d *draft) {
		d.ship.OriginCountry = pick(d.r, []string{"JP", "DE", "TH", "PL"})
		d.addTo(onShipment, "GEO_ORIGIN_INCONSISTENT")
	}},
	{name: "click from outside the targets", family: ofGeography, weight: 3, want: clickFrom("BR", "VN", "IN"), plant: func(d *draft) {
		d.add("GEO_CLICK_OUTSIDE_TARGET", "GEO_CLICK_SHIPPING_MISMATCH")
	}},
	{name: "click from another target", family: ofGeography, weight: 3, want: clickFromTarget, plant: func(d *draft) { d.add("GEO_CLICK_SHIPPING_MISMATCH") }},
	{name: "buyer on a journey", family: ofGeography, weight: 2, want: func(s *spec, r dice) {
		clickFrom("JP")(s, r)
		s.targets = []string{} // of no campaign
	}, plant: func(d *draft) { d.add("GEO_CLICK_SHIPPING_MISMATCH") }},
}

// away wants goods for the United States and a campaign that does not reach it.
func away(targets [][]string) func(*spec, dice) {
	return func(s *spec, r dice) {
		onNetworks(paidNames...)(s, r)
		s.dest, s.targets = "US", pick(r, targets)
		s.country = pick(r, []string{"US", ""})
	}
}

// wantApart wants a destination that is not the country it is often counted with.
func wantApart(s *spec, r dice) {
	onNetworks(paidNames...)(s, r)
	pair := pick(r, [][2]string{{"HK", "CN"}, {"TW", "CN"}, {"CN", "HK"}, {"XK", "AU"}})
	s.claim, s.dest, s.targets = false, pair[0], []string{pair[1]}
	s.country = pick(r, []string{pair[0], ""})
}

// wantTerritory wants a territory and a campaign for elsewhere, or a campaign for the
// territory alone and goods for the mainland.
func wantTerritory(s *spec, r dice) {
	onNetworks(paidNames...)(s, r)
	pair := pick(r, []struct {
		dest    string
		targets []string
	}{{"PR", []string{"DE"}}, {"GU", []string{"JP"}}, {"VI", []string{"EU"}}, {"US", []string{"PR"}}, {"US", []string{"GU", "VI"}}, {"PR", []string{"US", "-PR"}}})
	s.claim, s.dest, s.targets, s.country = false, pair.dest, pair.targets, ""
	if pair.dest == "US" {
		s.country = "US"
	}
}

func wantAbroad(s *spec, r dice) {
	onNetworks(paidNames...)(s, r)
	s.claim, s.dest, s.targets = false, pick(r, abroad), pick(r, [][]string{{"US"}, {"US", "CA"}, {"USMCA"}})
	s.country = pick(r, []string{s.dest, ""})
}

// targetMismatch writes down what the spec has planted: the targets leave out the
// destination, and a click that came from there came from outside them.
func targetMismatch(d *draft) {
	d.add("GEO_TARGET_MISMATCH")
	if d.clickKnown() {
		d.add("GEO_CLICK_OUTSIDE_TARGET")
	}
}

// clickKnown is true of a click from an address that the database knows.
func (d *draft) clickKnown() bool { return d.spec.country != "" }

// clickFrom wants an honest campaign for the United States and a click from alone.
func clickFrom(countries ...string) func(*spec, dice) {
	return func(s *spec, r dice) {
		onNetworks(paidNames...)(s, r)
		s.dest, s.targets, s.country = "US", pick(r, [][]string{{"US"}, {"US", "CA"}, {"USMCA"}}), pick(r, countries)
	}
}

func clickFromTarget(s *spec, r dice) {
	onNetworks(paidNames...)(s, r)
	s.dest, s.targets, s.country = "US", pick(r, [][]string{{"US", "DE"}, {"EU", "US"}, {"WORLD"}}), "DE"
}
