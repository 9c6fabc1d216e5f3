package config

import "github.com/clearlane/clearlane/schemas"

// Limits bounds what one event and one order may hold. No number of records can
// make an order's state grow beyond them.
type Limits struct {
	RecordBytes     Size  `yaml:"record_bytes" min:"1KiB" max:"64MiB" doc:"A whole record."`
	KeyBytes        Size  `yaml:"key_bytes" min:"16B" max:"4KiB" doc:"order_key."`
	IDBytes         Size  `yaml:"id_bytes" min:"16B" max:"4KiB" doc:"Ids, references, tracking numbers and bills."`
	CodeBytes       Size  `yaml:"code_bytes" min:"16B" max:"4KiB" doc:"Codes and short names: platform, mode, carrier, program."`
	LabelBytes      Size  `yaml:"label_bytes" min:"16B" max:"64KiB" doc:"One advertising label: utm_*, click ids, pixel and campaign ids."`
	TextBytes       Size  `yaml:"text_bytes" min:"16B" max:"1MiB" doc:"Free text: descriptions, notes, parties of a certification."`
	URLBytes        Size  `yaml:"url_bytes" min:"256B" max:"1MiB" doc:"landing_url and referrer."`
	AddressBytes    Size  `yaml:"address_bytes" min:"45B" max:"1KiB" doc:"ip."`
	AgentBytes      Size  `yaml:"agent_bytes" min:"16B" max:"64KiB" doc:"user_agent."`
	Items           int   `yaml:"items" min:"1" max:"100000" doc:"Lines of an order."`
	HSCodes         int   `yaml:"hs_codes" min:"1" max:"10000" doc:"Codes of a shipment or of an e-Cert."`
	TargetCountries int   `yaml:"target_countries" min:"1" max:"1000" doc:"Countries and regions that a campaign targets."`
	RegisteredIDs   int   `yaml:"registered_ids" min:"1" max:"1000000" doc:"Ids in each list of a seller's site."`
	Depth           int   `yaml:"depth" min:"1" max:"1000" doc:"Nesting of unknown fields that are skipped."`
	Amount          int64 `yaml:"amount" min:"1" max:"900000000000000" doc:"Greatest amount or quantity, in whole units."`

	Memory Size `yaml:"memory" min:"0B" doc:"Memory of the process. Near it fetching waits. 0B: GOMEMLIMIT, else nine tenths of the container's memory, else no limit. It has to hold the bounds of all partitions: changes twice, caches, buffers."`

	ClicksPerOrder        int `yaml:"clicks_per_order" min:"1" max:"1024" doc:"Clicks of one order; the newest are kept."`
	ShipmentsPerOrder     int `yaml:"shipments_per_order" min:"1" max:"65536" doc:"Shipments of one order; the smallest ids are kept."`
	VerificationsPerOrder int `yaml:"verifications_per_order" min:"1" max:"1024" doc:"e-Cert IDs of one order that an answer is kept of; the newest."`
	DispositionsPerOrder  int `yaml:"dispositions_per_order" min:"1" max:"65536" doc:"Dispositions of one order; the newest are kept."`
	OpenOrders            int `yaml:"open_orders" min:"1000" doc:"Open orders and roll-up cells of one partition above which the log and an alert say so. None is refused, as that would lose it: an order costs disk, and two bytes of memory."`
}

// Event is the bounds of one event, as decoders take them.
func (l *Limits) Event() schemas.Limits {
	return schemas.Limits{
		RecordBytes:     int(l.RecordBytes),
		KeyBytes:        int(l.KeyBytes),
		IDBytes:         int(l.IDBytes),
		CodeBytes:       int(l.CodeBytes),
		LabelBytes:      int(l.LabelBytes),
		TextBytes:       int(l.TextBytes),
		URLBytes:        int(l.URLBytes),
		AddressBytes:    int(l.AddressBytes),
		AgentBytes:      int(l.AgentBytes),
		Items:           l.Items,
		HSCodes:         l.HSCodes,
		TargetCountries: l.TargetCountries,
		RegisteredIDs:   l.RegisteredIDs,
		Depth:           l.Depth,
		Amount:          l.Amount,
	}
}

// limits takes the bounds of one event from where they are defined.
func limits(event schemas.Limits) Limits {
	return Limits{
		RecordBytes:     Size(event.RecordBytes),
		KeyBytes:        Size(event.KeyBytes),
		IDBytes:         Size(event.IDBytes),
		CodeBytes:       Size(event.CodeBytes),
		LabelBytes:      Size(event.LabelBytes),
		TextBytes:       Size(event.TextBytes),
		URLBytes:        Size(event.URLBytes),
		AddressBytes:    Size(event.AddressBytes),
		AgentBytes:      Size(event.AgentBytes),
		Items:           event.Items,
		HSCodes:         event.HSCodes,
		TargetCountries: event.TargetCountries,
		RegisteredIDs:   event.RegisteredIDs,
		Depth:           event.Depth,
		Amount:          event.Amount,

		ClicksPerOrder:        16,
		ShipmentsPerOrder:     256,
		VerificationsPerOrder: 16,
		DispositionsPerOrder:  64,
		OpenOrders:            10_000_000,
	}
}
