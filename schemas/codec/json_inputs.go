package codec

import (
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// AppendAdClickJSON appends a click as JSON, without the members that are empty.
func AppendAdClickJSON(dst []byte, e *schemas.AdClick) []byte {
	return appendObject(dst, layout.AdClick, unsafe.Pointer(e))
}

// AppendOrderJSON appends an order as JSON, without the members that are empty.
func AppendOrderJSON(dst []byte, e *schemas.Order) []byte {
	return appendObject(dst, layout.Order, unsafe.Pointer(e))
}

// AppendShipmentJSON appends a shipment as JSON, without the members that are empty.
func AppendShipmentJSON(dst []byte, e *schemas.Shipment) []byte {
	return appendObject(dst, layout.Shipment, unsafe.Pointer(e))
}

// AppendEcertVerificationJSON appends a platform's answer as JSON, without the
// members that are empty.
func AppendEcertVerificationJSON(dst []byte, e *schemas.EcertVerification) []byte {
	return appendObject(dst, layout.EcertVerification, unsafe.Pointer(e))
}

// AppendDispositionJSON appends a disposition as JSON, without the members that
// are empty.
func AppendDispositionJSON(dst []byte, e *schemas.Disposition) []byte {
	return appendObject(dst, layout.Disposition, unsafe.Pointer(e))
}

// AppendSellerSiteJSON appends what is registered about a site as JSON, without
// the members that are empty. A list that is empty but not nil is written.
func AppendSellerSiteJSON(dst []byte, e *schemas.SellerSite) []byte {
	return appendObject(dst, layout.SellerSite, unsafe.Pointer(e))
}
