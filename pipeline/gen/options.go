package gen

import (
	"fmt"

	"github.com/clearlane/clearlane/schemas"
)

// Format says how the values of events are encoded.
type Format uint8

// The formats. FormatMixed sends a part of the records as JSON, a part as JSON with
// Confluent framing and a part as Protobuf with Confluent framing.
const (
	FormatJSON Format = iota
	FormatProto
	FormatMixed
)

// ParseFormat reads the name of a format: json, proto or mixed.
func ParseFormat(s string) (Format, error) {
	switch s {
	case "json":
		return FormatJSON, nil
	case "proto":
		return FormatProto, nil
	case "mixed":
		return FormatMixed, nil
	}
	return 0, fmt.Errorf("format %q: allowed are json, proto, mixed", s)
}

// DefaultStart is the base of the first order when Options name none:
// 2026-10-05 00:00 UTC, after both measures are in force.
const DefaultStart schemas.Time = 1791158400000

// Options say what to generate. The stream is a function of them and of nothing else.
type Options struct {
	Seed   uint64
	Orders int
	// First is the number of the first order, which is part of its key. The same number under
	// another seed may well be the same key: streams that go together need numbers of their own.
	First int
	Start schemas.Time // event time of the first order; 0: DefaultStart
	// OrdersPerSecond is the density in event time, not the speed of sending. 0: 1.
	OrdersPerSecond float64
	Bad             int // records that must end as dead letters, spread over the orders
	Partitions      int // for Event.Partition; 0: 1
	Format          Format
	// WindowOrders bounds memory: an order's records are sent before the base of the
	// order this many later. 0: 2,000.
	WindowOrders int
}

// withDefaults fills in what is zero.
func (o Options) withDefaults() Options {
	if o.Start == 0 {
		o.Start = DefaultStart
	}
	if o.OrdersPerSecond <= 0 {
		o.OrdersPerSecond = 1
	}
	if o.Partitions <= 0 {
		o.Partitions = 1
	}
	if o.WindowOrders <= 0 {
		o.WindowOrders = 2000
	}
	o.Orders = max(o.Orders, 0)
	o.First = max(o.First, 0)
	o.Bad = max(o.Bad, 0)
	if o.Orders == 0 {
		o.Bad = 0 // a bad record goes with an order
	}
	return o
}

// base is the time, in Unix ms, from which on the records of an order are sent.
func (o *Options) base(order int) int64 {
	return int64(o.Start) + int64(float64(order)*1000/o.OrdersPerSecond)
}

// spread is how long, in ms, the records of one order are sent for.
func (o *Options) spread() int64 {
	return max(int64(float64(o.WindowOrders)*1000/o.OrdersPerSecond), 100)
}

// badAt is how many bad records go with an order.
func (o *Options) badAt(order int) int {
	if o.Bad == 0 {
		return 0
	}
	return (order+1)*o.Bad/o.Orders - order*o.Bad/o.Orders
}

// badBefore is how many bad records go with the orders before an order.
func (o *Options) badBefore(order int) int {
	if o.Bad == 0 {
		return 0
	}
	return order * o.Bad / o.Orders
}
