package codec

import (
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// The Protobuf writers append one message of schemas/proto/clearlane/v1, without
// framing. The Decoder reads the inputs, the Parse functions read the outputs.

// AppendAdClickProto appends a click as Protobuf.
func AppendAdClickProto(dst []byte, e *schemas.AdClick) []byte {
	return appendProto(dst, layout.AdClick, unsafe.Pointer(e))
}

// AppendOrderProto appends an order as Protobuf.
func AppendOrderProto(dst []byte, e *schemas.Order) []byte {
	return appendProto(dst, layout.Order, unsafe.Pointer(e))
}

// AppendShipmentProto appends a shipment as Protobuf.
func AppendShipmentProto(dst []byte, e *schemas.Shipment) []byte {
	return appendProto(dst, layout.Shipment, unsafe.Pointer(e))
}

// AppendEcertVerificationProto appends a platform's answer as Protobuf.
func AppendEcertVerificationProto(dst []byte, e *schemas.EcertVerification) []byte {
	return appendProto(dst, layout.EcertVerification, unsafe.Pointer(e))
}

// AppendDispositionProto appends a disposition as Protobuf.
func AppendDispositionProto(dst []byte, e *schemas.Disposition) []byte {
	return appendProto(dst, layout.Disposition, unsafe.Pointer(e))
}

// AppendSellerSiteProto appends what is registered about a site as Protobuf.
func AppendSellerSiteProto(dst []byte, e *schemas.SellerSite) []byte {
	return appendProto(dst, layout.SellerSite, unsafe.Pointer(e))
}

// AppendDecisionProto appends a decision as Protobuf.
func AppendDecisionProto(dst []byte, d *schemas.Decision) []byte {
	return appendProto(dst, layout.Decision, unsafe.Pointer(d))
}

// AppendPreReviewProto appends a pre-review as Protobuf.
func AppendPreReviewProto(dst []byte, p *schemas.PreReview) []byte {
	return appendProto(dst, layout.PreReview, unsafe.Pointer(p))
}

// AppendRollupProto appends a roll-up row as Protobuf.
func AppendRollupProto(dst []byte, r *schemas.RollupRow) []byte {
	return appendProto(dst, layout.Rollup, unsafe.Pointer(r))
}

// AppendProgressProto appends a progress record as Protobuf.
func AppendProgressProto(dst []byte, p *schemas.Progress) []byte {
	return appendProto(dst, layout.Progress, unsafe.Pointer(p))
}
