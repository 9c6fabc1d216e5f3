package land_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/schemas"
)

// world is decisions with revisions and the roll-up rows of their commits, as the tasks of
// all partitions publish them, and beside them, in plain maps, what has to be seen of them.
// What is seen of decisions and of their roll-ups follows from the newest versions alone.
type world struct {
	rng     *rand.Rand
	newest  map[int]*schemas.Decision // by subject; never a poisoned one
	history map[string]bool           // id and version
	poison  map[string]bool           // order keys that ClickHouse refuses
	letters map[string]bool           // versions of those
	counted [partitions]map[schemas.Cell]*schemas.RollupRow
	changed [partitions]map[schemas.Cell]bool
	commits [partitions]uint64
	stated  map[statedPart]schemas.RollupRow // funnel and ledger: the newest row of each part
	version uint64
}

type statedPart struct {
	cell      schemas.Cell
	partition int32
}

// subjects is how many decisions there are; those of the last ones are refused.
const subjects, poisoned = 300, 6

func newWorld(seed uint64) *world {
	w := &world{rng: rand.New(rand.NewPCG(seed, 1)), newest: map[int]*schemas.Decision{}, history: map[string]bool{}, poison: map[string]bool{}, letters: map[string]bool{}, stated: map[statedPart]schemas.RollupRow{}}
	for p := range w.counted {
		w.counted[p], w.changed[p] = map[schemas.Cell]*schemas.RollupRow{}, map[schemas.Cell]bool{}
	}
	for i := subjects - poisoned; i < subjects; i++ {
		w.poison[fmt.Sprint("order-", i)] = true
	}
	return w
}

// decide draws a new version of a random subject.
func (w *world) decide() *schemas.Decision {
	i := w.rng.IntN(subjects)
	w.version++
	d := decision(i, w.version)
	if was := w.newest[i]; was != nil {
		d.Supersedes = was.Version
	}
	pick := func(texts ...string) string { return texts[w.rng.IntN(len(texts))] }
	x := &d.Verdict.Dimensions
	d.Verdict.Route, d.Verdict.Score = schemas.Route(1+w.rng.IntN(3)), w.rng.Int32N(100)
	d.Verdict.PreferenceStatus = schemas.PreferenceStatus(w.rng.IntN(4))
	x.Port, x.OriginCountry, x.HSChapter, x.Currency = pick("2704", "1001"), pick("CN", "MX"), pick("61", "85"), pick("USD", "EUR")
	x.ChannelGroup, x.LabelClass, x.AdNetwork, x.Campaign = pick("Paid Search", ""), pick("clean", "drift", "likely"), pick("google", ""), pick("summer", "été", "")
	x.EventTime = schemas.Time(1_780_000_000_000 + w.rng.Int64N(3*86_400_000))
	x.DeclaredValue = schemas.Decimal{}
	if w.rng.IntN(8) > 0 {
		x.DeclaredValue = schemas.DecimalOf(w.rng.Int64N(1_000_000), w.rng.Int64N(10_000))
	}
	d.Verdict.Reasons = d.Verdict.Reasons[:0]
	for n := range 4 {
		if w.rng.IntN(3) == 0 {
			d.Verdict.Reasons = append(d.Verdict.Reasons, schemas.Reason{Code: fmt.Sprint("CODE_", n), Severity: schemas.SeverityHard, Weight: w.rng.Int32N(60), RuleID: "r", PackVersion: "p1"})
		}
	}
	if w.poison[d.OrderKey] {
		w.letters[fmt.Sprint(d.Version)] = true
		return d
	}
	w.history[fmt.Sprint(d.ID, " ", d.Version)] = true
	p := i % partitions
	if was := w.newest[i]; was != nil {
		w.count(p, &was.Verdict, -1)
	}
	w.count(p, &d.Verdict, 1)
	w.newest[i] = d
	return d
}

// cellsOf are the cells that a verdict counts in. The epoch is not told apart here.
func cellsOf(v *schemas.Verdict) []schemas.Cell {
	x := &v.Dimensions
	at := func(unit schemas.Time) schemas.Time { return x.EventTime - x.EventTime%unit }
	const minute, hour, day = 60_000, 3_600_000, 86_400_000
	cells := []schemas.Cell{
		{Grain: schemas.GrainMinuteRoute, Time: at(minute), Port: x.Port, Route: v.Route, PreferenceStatus: v.PreferenceStatus, Currency: x.Currency},
		{Grain: schemas.GrainDayOrigin, Time: at(day), OriginCountry: x.OriginCountry, HSChapter: x.HSChapter, Route: v.Route, Currency: x.Currency},
		{Grain: schemas.GrainHourLabel, Time: at(hour), ChannelGroup: x.ChannelGroup, Platform: x.Platform, LabelClass: x.LabelClass, Currency: x.Currency},
		{Grain: schemas.GrainDayCampaign, Time: at(day), AdNetwork: x.AdNetwork, Campaign: x.Campaign, LabelClass: x.LabelClass, Route: v.Route},
		{Grain: schemas.GrainDaySeller, Time: at(day), SellerID: x.SellerID, SiteHost: x.SiteHost, Route: v.Route, Currency: x.Currency},
	}
	for i := range v.Reasons {
		cells = append(cells, schemas.Cell{Grain: schemas.GrainHourReason, Time: at(hour), SellerID: x.SellerID, SiteHost: x.SiteHost, Reason: v.Reasons[i].Code})
	}
	return cells
}

// hasValue is true of grains that sum values.
func hasValue(g schemas.Grain) bool { return strings.Contains(views[g].columns, "value") }

// count moves a verdict into its cells, or out of them.
func (w *world) count(p int, v *schemas.Verdict, sign int64) {
	for _, c := range cellsOf(v) {
		row := w.counted[p][c]
		if row == nil {
			row = &schemas.RollupRow{Layout: partitions, Partition: int32(p), Cell: c}
			w.counted[p][c] = row
		}
		row.Count += sign
		if hasValue(c.Grain) {
			value := v.Dimensions.DeclaredValue
			value.E4 *= sign
			row.Value = row.Value.Add(value)
		}
		w.changed[p][c] = true
	}
}

// commit is the roll-up rows of a partition's commit, in a random sequence.
func (w *world) commit(p int) (records []*kgo.Record) {
	w.commits[p]++
	for c := range w.changed[p] {
		row := *w.counted[p][c]
		row.Version = w.commits[p]
		records = append(records, rollupRecord(&row))
	}
	clear(w.changed[p])
	for _, g := range []schemas.Grain{schemas.GrainHourFunnel, schemas.GrainDayLedger} {
		row := schemas.RollupRow{Layout: partitions, Partition: int32(p), Version: w.commits[p], Cell: someCell(w.rng, g)}
		if row.Count = w.rng.Int64N(5); g == schemas.GrainHourFunnel {
			row.Funnel, row.Count = schemas.Funnel{Clicks: row.Count, Shipments: 2, Joined: 1, Waiting: 1}, 0
		}
		w.stated[statedPart{row.Cell, row.Partition}] = row
		records = append(records, rollupRecord(&row))
	}
	w.rng.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	return records
}

// burst is n decisions with their commits, some of them said twice.
func (w *world) burst(n int) (records []*kgo.Record) {
	for range n {
		d := w.decide()
		var i int
		_, _ = fmt.Sscanf(d.OrderKey, "order-%d", &i) // made by decision
		records = append(records, decisionRecord(d, i%partitions))
		if w.rng.IntN(10) == 0 {
			records = append(records, decisionRecord(d, i%partitions))
		}
		if w.rng.IntN(8) == 0 {
			records = append(records, w.commit(i%partitions)...)
		}
	}
	for p := range w.changed {
		records = append(records, w.commit(p)...)
	}
	return records
}

// cells are what has to be seen of a grain.
func (w *world) cells(g schemas.Grain) (lines []string) {
	totals := map[schemas.Cell]schemas.RollupRow{}
	for _, d := range w.newest {
		for _, c := range cellsOf(&d.Verdict) {
			sum := totals[c]
			sum.Cell = c
			sum.Count++
			if hasValue(c.Grain) {
				sum.Value = sum.Value.Add(d.Verdict.Dimensions.DeclaredValue)
			}
			totals[c] = sum
		}
	}
	for part, row := range w.stated {
		sum := totals[part.cell]
		sum.Cell = part.cell
		sum.Count += row.Count
		a, b := &sum.Funnel, &row.Funnel
		*a = schemas.Funnel{Clicks: a.Clicks + b.Clicks, Shipments: a.Shipments + b.Shipments, Joined: a.Joined + b.Joined, Waiting: a.Waiting + b.Waiting}
		totals[part.cell] = sum
	}
	for c, row := range totals {
		if c.Grain == g && (row.Count != 0 || row.Funnel != schemas.Funnel{}) {
			lines = append(lines, seen(&row))
		}
	}
	slices.Sort(lines)
	return lines
}

// check compares all that people see with what has to be seen.
func (w *world) check(r *rig) {
	r.t.Helper()
	var current, reasons, history, letters []string
	for _, d := range w.newest {
		v := &d.Verdict
		value := "-"
		if x := v.Dimensions.DeclaredValue; x.Set {
			value = fourPlaces(schemas.Sum{}.Add(x))
		}
		current = append(current, fmt.Sprint(d.ID, " ", d.Version, " ", d.Supersedes, " ", v.Route, " ", v.Score, " ", v.PreferenceStatus, " ", v.Dimensions.Port, " ", value, " ", len(v.Reasons)))
		for i := range v.Reasons {
			reasons = append(reasons, fmt.Sprint(d.ID, " ", d.Version, " ", v.Reasons[i].Code, " ", v.Reasons[i].Weight))
		}
	}
	for line := range w.history {
		history = append(history, line)
	}
	for version := range w.letters {
		letters = append(letters, "refused "+version)
	}
	compare := func(what string, want []string, query string) {
		r.t.Helper()
		slices.Sort(want)
		if got := rowsOf(r.t, r.conn, fmt.Sprintf("SELECT line FROM (SELECT %s) ORDER BY line", fmt.Sprintf(query, r.db))); !slices.Equal(got, want) {
			r.t.Errorf("%s: %s", what, difference(got, want))
		}
	}
	compare("current decisions", current, "concat_ws(' ', decision_id, toString(version), toString(supersedes), route, toString(score), preference_status, port, ifNull(toDecimalString(declared_value, 4), '-'), toString(length(reasons.code))) AS line FROM %s.v_decisions")
	compare("reasons", reasons, "concat_ws(' ', decision_id, toString(version), code, toString(weight)) AS line FROM %s.v_decision_reasons")
	compare("history", history, "concat_ws(' ', decision_id, toString(version)) AS line FROM %s.v_decision_history")
	compare("dead letters", letters, "DISTINCT concat_ws(' ', code, toString(JSONExtractUInt(value, 'version'))) AS line FROM %s.v_dead_letters WHERE topic = 'decisions' AND reason LIKE '%%unlucky%%'")
	for g, v := range views {
		compare(v.name, w.cells(g), "concat_ws(' ', "+v.columns+") AS line FROM %s."+v.name)
	}
}

// difference is the first lines of either side that the other lacks.
func difference(got, want []string) string {
	only := func(a, b []string) (lines []string) {
		in := map[string]int{}
		for _, l := range b {
			in[l]++
		}
		for _, l := range a {
			if in[l]--; in[l] < 0 {
				lines = append(lines, l)
			}
		}
		return lines
	}
	more, fewer := only(got, want), only(want, got)
	return fmt.Sprintf("%d of %d lines too many, as %q; %d of %d missing, as %q", len(more), len(got), more[:min(len(more), 5)], len(fewer), len(want), fewer[:min(len(fewer), 5)])
}

// refusePoison has ClickHouse refuse the poisoned orders.
func (w *world) refusePoison(r *rig) {
	r.t.Helper()
	keys := make([]string, 0, len(w.poison))
	for k := range w.poison {
		keys = append(keys, "'"+k+"'")
	}
	must(r.t, r.conn.Exec(r.t.Context(), "ALTER TABLE "+r.db+".decisions ADD CONSTRAINT unlucky CHECK order_key NOT IN ("+strings.Join(keys, ", ")+")"))
}

// pause is a random time up to most.
func (w *world) pause(most time.Duration) { time.Sleep(rand.N(most)) }
