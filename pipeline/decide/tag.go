package decide

import (
	"fmt"

	"github.com/twmb/murmur3"

	"github.com/clearlane/clearlane/schemas/codec"
)

// SellerTag is what orders of a seller are found by in the local state: murmur3-64
// (seed 0) of its id, 0 for none. Two sellers of one tag cost needless work, no more:
// deciding an order anew that nothing has changed for says nothing.
func SellerTag(sellerID string) uint64 {
	if sellerID == "" {
		return 0
	}
	return max(murmur3.StringSum64(sellerID), 1)
}

// TagOf is the tag of the seller of what is joined, 0 while it has no order. Whatever
// else is registered, its verdicts depend on the sites of that seller alone.
func TagOf(st Joined) (uint64, error) {
	e, ok := st.Order()
	if !ok {
		return 0, nil
	}
	seller, err := codec.OrderSeller(e.Payload)
	if err != nil {
		return 0, fmt.Errorf("order in the local state: %w", err)
	}
	return SellerTag(seller), nil
}
