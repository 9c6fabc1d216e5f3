package label

import (
	"github.com/clearlane/clearlane/scoring/geo"
	"github.com/clearlane/clearlane/scoring/reason"
)

// traffic finds anomalies of the visit itself: a robot by its user agent, an address in
// a hosting network. They are no false labels: they have no class. Neither the user
// agent nor the address leaves; which robot and which network do.
func (d *deriver) traffic(ip string, db *geo.DB) {
	out := d.out
	if agent := d.click.UserAgent; agent != "" {
		out.Notes |= NoteAgent
		if robot := robots.find(agent); robot != "" {
			d.find(reason.TrafficRobot, "user_agent", d.text.Join("a robot: ", robot), "a person's browser")
		}
	}
	nets := db.Networks()
	if nets == nil {
		return
	}
	out.Notes |= NoteNetworksAsked
	asn, known := nets.Hosting(ip)
	if known {
		out.Notes |= NoteNetwork
	}
	if asn != 0 {
		d.find(reason.TrafficDatacenter, "ip", d.text.Count("in a hosting network, AS", int(asn), ""), "an access network")
	}
}
