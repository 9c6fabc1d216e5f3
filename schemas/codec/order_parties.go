package codec

import (
	"math/bits"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// OrderSeller is the seller_id in the compact form of an order, empty for none, read
// without the rest. It aliases b.
func OrderSeller(b []byte) (string, error) {
	c, set, err := orderHead(b)
	if err != nil {
		return "", err
	}
	seller, _ := c.textAt(set, sellerMember)
	return seller, c.fault(b)
}

// OrderParties are the seller_id and the channel in the compact form of an order, empty
// for none, read without the rest. They alias b.
func OrderParties(b []byte) (seller, channel string, err error) {
	c, set, err := orderHead(b)
	if err != nil {
		return "", "", err
	}
	seller, set = c.textAt(set, sellerMember)
	channel, _ = c.textAt(set, channelMember)
	return seller, channel, c.fault(b)
}

// OrderHasPreference tells whether the compact form of an order states a preference.
func OrderHasPreference(b []byte) (bool, error) {
	c, set, err := orderHead(b)
	if err != nil {
		return false, err
	}
	return set&(1<<preferenceMember) != 0, c.fault(b)
}

// orderHead reads which members the compact form of an order has.
func orderHead(b []byte) (c compact, set uint64, err error) {
	c = compact{b: b, i: 1}
	if len(b) == 0 || b[0] != byte(schemas.KindOrder)<<4|compactVersion {
		return c, 0, &schemas.SyntaxError{What: "not the compact form, version 1, of " + schemas.KindOrder.String()}
	}
	return c, c.uvarint(), nil
}

// textAt reads the text of a member of an order, empty for none, behind those before it.
// set are the members that are left to read; it returns those behind.
func (c *compact) textAt(set uint64, member int) (text string, behind uint64) {
	for before := set & (1<<member - 1); before != 0 && !c.bad; before &= before - 1 {
		c.skip(layout.Order.Fields[bits.TrailingZeros64(before)].Kind)
	}
	if set&(1<<member) != 0 {
		text = c.text()
	}
	return text, set &^ (1<<(member+1) - 1)
}

// skip reads over a member that is not a list.
func (c *compact) skip(kind layout.Kind) {
	switch kind {
	case layout.String:
		c.text()
	case layout.Int64, layout.Time:
		c.varint()
	case layout.Enum:
		c.byte()
	default:
		c.bad = true
	}
}

func (c *compact) fault(b []byte) error {
	if !c.bad {
		return nil
	}
	return &schemas.SyntaxError{Offset: min(c.i, len(b)), What: "not the compact form of " + schemas.KindOrder.String()}
}

// sellerMember is the place of seller_id in the layout of an order.
var sellerMember = layout.Order.Find([]byte("seller_id"))

// channelMember is that of channel.
var channelMember = layout.Order.Find([]byte("channel"))

// preferenceMember is that of preference.
var preferenceMember = layout.Order.Find([]byte("preference"))
