package oracle

import (
	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/schemas"
)

// flow compares the funnel and the ledger with what was planted.
func (c *counter) flow(r *Report, total *gen.Totals) {
	const where = "ClickHouse"
	events := 0
	for kind, n := range total.Events {
		if kind != schemas.KindSellerSite {
			events += n
		}
	}
	r.line(where, "v_funnel shipments", total.Shipments, c.count("SELECT toUInt64(sum(shipments)) FROM %s.v_funnel"))
	r.line(where, "v_ledger records read", events+total.Bad, c.count("SELECT toUInt64(sum(records)) FROM %s.v_ledger WHERE outcome != 'published'"))
	r.line(where, "v_ledger dead_letter", total.Bad, c.count("SELECT toUInt64(sum(records)) FROM %s.v_ledger WHERE outcome = 'dead_letter'"))
}
