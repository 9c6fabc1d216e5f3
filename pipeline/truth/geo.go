package truth

// honestTargets are the target countries of a campaign that reaches a country, as
// legitimate advertising across borders has them.
func honestTargets(r dice, dest string) []string {
	switch {
	case r.perMille(450):
		return []string{dest}
	case dest == "US":
		return pick(r, [][]string{
			{"US", "CA"}, {"CA", "MX", "US"}, {"GB", "US"}, {"USMCA"}, {"us"}, {"US", "PR"}, {"EU", "US"}, {"WORLD"}, {"WORLD", "-CN"},
			{"US", "-PR"}, {"DE", "FR", "GB", "US", "CA", "AU"}, {"US", "US"},
		})
	}
	switch dest {
	case "PR", "GU", "VI": // a name that is the country's stands for its territories too
		return pick(r, [][]string{{"US"}, {"US", "CA"}, {dest, "US"}})
	}
	for _, c := range []string{"DE", "FR", "NL", "ES", "IT", "PL"} {
		if c == dest {
			return pick(r, [][]string{{"EU"}, {"EU", "GB"}, {"US", "EU"}, {dest, "US"}, {"WORLD", "-US"}, {"EU", "-MT"}})
		}
	}
	return pick(r, [][]string{{dest, "US"}, {"US", dest, "CA"}, {"WORLD"}, {dest, "EU"}})
}
