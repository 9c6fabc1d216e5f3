package config

// Limits bounds what one event and one order may hold. No number of records can
// make an order's state grow beyond them.
type Limits struct {
	ClicksPerOrder        int `yaml:"clicks_per_order" min:"1" max:"1024" doc:"Clicks of one order; the newest are kept."`
	ShipmentsPerOrder     int `yaml:"shipments_per_order" min:"1" max:"65536" doc:"Shipments of one order."`
	VerificationsPerOrder int `yaml:"verifications_per_order" min:"1" max:"1024" doc:"e-Cert IDs with an answer of one order."`
	DispositionsPerOrder  int `yaml:"dispositions_per_order" min:"1" max:"65536" doc:"Dispositions of one order; the newest are kept."`
}
