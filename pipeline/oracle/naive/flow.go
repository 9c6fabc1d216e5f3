package naive

import "github.com/clearlane/clearlane/schemas"

// Day is a day of an input topic's partition, by the records' Kafka timestamps.
type Day struct {
	Topic     string
	Partition int32
	Start     schemas.Time
}

// Read is how many records there are of a day, and how many of them are dead letters. What
// became of the others, which of two duplicates was the first, depends on arrival.
type Read struct{ Records, Letters int64 }

// day counts a record in its day: one without a timestamp in the first.
func (in *inputs) day(topic string, partition int32, recordMs int64, letter bool) {
	const day = 86_400_000
	k := Day{topic, partition, schemas.Time(max(recordMs, 0) / day * day)}
	n := in.days[k]
	n.Records++
	if letter {
		n.Letters++
	}
	in.days[k] = n
}

// funnel counts what is held of one case: in the hour of its order, or without one of its
// first click or shipment.
func (x *Expected) funnel(partition int32, held map[schemas.Kind][]*event, clicks int) {
	const hour = 3_600_000
	c := schemas.Cell{Grain: schemas.GrainHourFunnel}
	ofClicks, shipments := newest(held[schemas.KindAdClick], clicks), held[schemas.KindShipment]
	n := schemas.Funnel{Clicks: int64(len(ofClicks)), Shipments: int64(len(shipments))}
	if orders := held[schemas.KindOrder]; len(orders) > 0 {
		n.Orders = 1
		c.Time, c.SellerID, c.Channel = orders[0].time, orders[0].order.SellerID, orders[0].order.Channel
	} else {
		first := true
		for _, list := range [][]*event{ofClicks, shipments} {
			for _, e := range list {
				if first || e.time < c.Time {
					c.Time, first = e.time, false
				}
			}
		}
	}
	if n == (schemas.Funnel{}) {
		return // answers and dispositions are no part of it
	}
	if n.Orders > 0 && n.Clicks > 0 {
		n.Joined = n.Shipments
	} else {
		n.Waiting = n.Shipments
	}
	c.Time -= c.Time % hour
	k := Cell{partition, c}
	x.Funnel[k] = AddFunnel(x.Funnel[k], n)
}

// AddFunnel is the sum of two.
func AddFunnel(a, b schemas.Funnel) schemas.Funnel {
	return schemas.Funnel{Clicks: a.Clicks + b.Clicks, Orders: a.Orders + b.Orders, Shipments: a.Shipments + b.Shipments,
		Joined: a.Joined + b.Joined, Waiting: a.Waiting + b.Waiting, Expired: a.Expired + b.Expired}
}
