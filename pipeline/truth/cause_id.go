package truth

import "strings"

// idCauses are ids of an impossible form, or with an impossible time in them.
var idCauses = []cause{
	{name: "malformed msclkid", family: ofLabels, weight: 7, want: onNetworks("bing"), plant: func(d *draft) {
		d.visit.set("msclkid", badMSCLKID(d.r))
		d.add("LABEL_ID_MALFORMED")
	}},
	{name: "malformed fbp", family: ofLabels, weight: 6, want: onNetworks("facebook", "instagram"), plant: func(d *draft) {
		d.click.FBP = badMeta(d.r, fbp(d.r, int64(d.click.EventTime)-9000), "x"+d.r.text(hexes, 8))
		d.add("LABEL_ID_MALFORMED")
	}},
	{name: "malformed fbc", family: ofLabels, weight: 6, want: onNetworks("facebook", "instagram"), plant: func(d *draft) {
		id := fbclid(d.r)
		d.visit.set("fbclid", id)
		d.click.FBC = badMeta(d.r, "fb.1."+ms(int64(d.click.EventTime)-300)+"."+id, id[:20]+"%3D+"+id[20:30])
		d.add("LABEL_ID_MALFORMED")
	}},
	{name: "fbp in seconds", family: ofLabels, weight: 3, want: onNetworks("facebook", "instagram"), plant: func(d *draft) {
		d.click.FBP = "fb.1." + ms(int64(d.click.EventTime)/1000-60) + "." + d.r.number(9)
		d.add("LABEL_ID_TIME_INVALID")
	}},
	{name: "fbc in seconds", family: ofLabels, weight: 3, want: onNetworks("facebook", "instagram"), plant: func(d *draft) {
		id := fbclid(d.r)
		d.visit.set("fbclid", id)
		d.click.FBC = "fb.1." + ms(int64(d.click.EventTime)/1000) + "." + id
		d.add("LABEL_ID_TIME_INVALID")
	}},
	{name: "fbp from after the click", family: ofLabels, weight: 3, want: onNetworks("facebook", "instagram"), plant: func(d *draft) {
		d.click.FBP = fbp(d.r, d.later())
		d.add("LABEL_ID_TIME_INVALID")
	}},
	{name: "fbc from after the click", family: ofLabels, weight: 3, want: onNetworks("facebook", "instagram"), plant: func(d *draft) {
		id := fbclid(d.r)
		d.visit.set("fbclid", id)
		d.click.FBC = fbc(d.r, d.later(), id)
		d.add("LABEL_ID_TIME_INVALID")
	}},
	{name: "gclid from after the click", family: ofLabels, weight: 6, want: onNetworks("google"), plant: func(d *draft) {
		d.visit.set("gclid", timedGclid(d.r, d.later()))
		d.add("LABEL_ID_TIME_INVALID")
	}},
	{name: "fbc of another fbclid", family: ofLabels, weight: 8, want: onNetworks("facebook", "instagram"), plant: func(d *draft) {
		id := fbclid(d.r)
		d.visit.set("fbclid", id)
		inside := fbclid(d.r)
		switch d.r.IntN(3) {
		case 0:
			inside = strings.ToLower(id) // it is never lowercased
		case 1:
			inside = id[:len(id)-1-d.r.IntN(20)]
		}
		d.click.FBC = "fb.1." + ms(int64(d.click.EventTime)-400) + "." + inside
		d.add("LABEL_FBC_CONFLICT")
	}},
}

// later is an instant after the click by no clock's fault.
func (d *draft) later() int64 {
	return int64(d.click.EventTime) + 3_600_000 + d.r.Int64N(30*dayMs)
}

func badMSCLKID(r dice) string {
	id := r.text(hexes, 32)
	switch r.IntN(7) {
	case 0:
		return id[:31]
	case 1:
		return id + "0"
	case 2:
		return id[:12] + "g" + id[13:]
	case 3:
		return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:] // a GUID
	case 4:
		return "Example-123" // Microsoft's test value
	case 5:
		return id[:16]
	}
	return "msclkid_" + r.number(6)
}

// badMeta breaks an fbp or fbc; last is a last part that it cannot have.
func badMeta(r dice, whole, last string) string {
	parts := strings.SplitN(whole, ".", 4)
	switch r.IntN(7) {
	case 0:
		parts[0] = pick(r, []string{"ga", "_fb", "FB"})
	case 1:
		parts[1] = pick(r, []string{"x", "one", ""})
	case 2:
		parts[2] = parts[2][:9+r.IntN(3)] + "x"
	case 3:
		parts[2] += "0" // 14 digits
	case 4:
		parts[3] = last
	case 5:
		parts[3] = ""
	case 6:
		parts = parts[:3]
	}
	return strings.Join(parts, ".")
}
