// Package packtest runs the test cases of a policy pack: events as they come over the wire,
// and what is to be decided about them. A case takes the way of a file of events
// (pipeline/offline), so that what passes here is what is decided in the stream.
//
// A file of cases is a YAML list:
//
//   - name: an e-Cert that was revoked     # of its own in all files of the pack
//     rules: [ecert-revoked]               # ids of the rules under test
//     kind: positive                       # they all give a reason; or negative, unknown: none does
//     geo: {"203.0.113.7": DE}             # countries of addresses; without it none is known
//     settings: {goods: {...}}             # sections of the pack that differ in this case, laid over it
//     networks: {"203.0.113.7": 24940}     # AS numbers of addresses; without it none is asked for
//     events:                              # members as in schemas/jsonschema; order_key may be left out
//   - {type: order, order_id: o1, ...}
//     expect:                              # of the one shipment; what is stated must hold
//     route: HIGH_RISK_CONTROL
//     reasons: [ECERT_REVOKED]           # exactly these codes of severity hard or soft
//     info: []                           # exactly these of severity info
//     unknowns: [port_of_entry]          # these fields are among the unknowns
//     preference_status: SUSPENDED
//     shipments: {s1: {route: ...}}      # of several
//     pre_review: {route: ...}           # of the order's claim
//
// An entry with the one key "anchors" is no case: it holds what others refer to.
package packtest
