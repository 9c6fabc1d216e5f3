package serve

// id names a metric within the package.
type id int

// The metrics. Their order is that of the documentation.
const (
	records id = iota
	unknownFields
	deadLetters
	orders
	verdicts
	decisions
	preReviews
	reasons
	retractions
	differences
	agreed
	expired
	sweeping
	sweeps
	swept
	redecided
	reloadFailures
	reloaded
	delay
	stage
	stalls
	stallSeconds
	commitRecords
	commits
	recoveries
	replayed
	watermarkAge
	partitions
	partitionPhase
	partitionStalled
	partitionFailures
	partitionKeys
	openOrdersBound
	backPressure
	backPressureSeconds
	lag
	rebalances
	groupErrors
	partitionsLost
	fetchRequests
	fetchBytes
	fetchSkipped
	fetchRetries
	fetchPaused
	produceRecords
	produceBytes
	produceSeconds
	transactions
	stateOrders
	stateDirty
	stateDirtyBytes
	stateBytes
	stateLookups
	stateFlushes
	stateAside
	landRows
	landBatches
	landFailures
	landSeconds
	landLag
	sellerSites
	policyInfo
	shadowInfo
	geoInfo
	ready
	waiting
	buildInfo
	numMetrics
)

// kind is the type of a metric.
type kind string

const (
	counter   kind = "counter"
	gauge     kind = "gauge"
	histogram kind = "histogram"
)

// metric describes one metric. Names carry the unit, as Prometheus asks:
// https://prometheus.io/docs/practices/naming/
type metric struct {
	name   string
	kind   kind
	labels []string
	help   string
	// buckets are the upper bounds of a histogram, in the unit of its name.
	buckets []float64
	// sampled metrics are asked for at each scrape, the others are merged into.
	sampled bool
}

// delayBuckets suit a path of a few milliseconds to a read_uncommitted reader and a
// commit interval more to a read_committed one, and still show a backlog of hours.
var delayBuckets = []float64{.001, .002, .003, .005, .0075, .01, .015, .02, .03, .04, .06, .1, .25, .5, 1, 2.5, 5, 10, 60, 600, 3600}

var stageBuckets = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60}

var sizeBuckets = []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000}

// catalogue is every metric there is.
var catalogue = [numMetrics]metric{
	records:             {"clearlane_records_total", counter, []string{"topic", "outcome"}, "Records read, by what became of them: ok, duplicate (known already), stale (a newer revision is known), evicted (older than what an order keeps of its kind), dead_letter.", nil, false},
	unknownFields:       {"clearlane_unknown_fields_total", counter, nil, "Fields of events that the schema does not know. They are skipped.", nil, false},
	deadLetters:         {"clearlane_dead_letters_total", counter, []string{"reason"}, "Records sent to the dead-letter topic, by reason.", nil, false},
	orders:              {"clearlane_orders_touched_total", counter, nil, "Orders that a micro-batch had records of, counted once a micro-batch.", nil, false},
	verdicts:            {"clearlane_verdicts_total", counter, nil, "Verdicts made. Only those that differ from the last one published become decisions.", nil, false},
	decisions:           {"clearlane_decisions_total", counter, []string{"route"}, "Decisions written, by route.", nil, false},
	preReviews:          {"clearlane_pre_reviews_total", counter, []string{"route"}, "Pre-reviews written, by route.", nil, false},
	reasons:             {"clearlane_reasons_total", counter, []string{"code"}, "Reasons of the decisions written, by code.", nil, false},
	retractions:         {"clearlane_retractions_total", counter, nil, "Decisions that left high-risk control, as written to the high-risk topic.", nil, false},
	differences:         {"clearlane_shadow_differences_total", counter, []string{"route", "shadow_route"}, "Differences of the shadow pack written, new or changed, by the route decided and the route by the shadow pack.", nil, false},
	agreed:              {"clearlane_shadow_agreed_total", counter, nil, "Differences of the shadow pack that have ended.", nil, false},
	expired:             {"clearlane_expired_total", counter, nil, "Orders and roll-up cells forgotten after their retention.", nil, false},
	sweeping:            {"clearlane_sweep_partitions", gauge, []string{"of"}, "Partitions in which open orders are being decided anew: seller-sites (those of sellers whose sites changed), all-open (all, by a new policy pack with policy.redecide: open).", nil, false},
	sweeps:              {"clearlane_sweeps_total", counter, []string{"of"}, "Such sweeps that have come to their end.", nil, false},
	swept:               {"clearlane_swept_orders_total", counter, nil, "Open orders looked at by them.", nil, false},
	redecided:           {"clearlane_redecided_orders_total", counter, nil, "Of these, those of which a verdict differed and was published.", nil, false},
	reloadFailures:      {"clearlane_reload_failures_total", counter, []string{"file"}, "Changes of the policy pack or the country database that were refused while running: what was in force before stays.", nil, false},
	reloaded:            {"clearlane_reload_success_timestamp_seconds", gauge, []string{"file"}, "When what stands in the file was last taken up, Unix seconds.", nil, false},
	delay:               {"clearlane_decision_delay_seconds", histogram, []string{"until"}, "From the Kafka timestamp of the newest record a decision used to its being written (a read_uncommitted reader sees it) and committed (a read_committed one does).", delayBuckets, false},
	stage:               {"clearlane_stage_seconds", histogram, []string{"stage"}, "Time of a stage each time it runs: process (decode, join, score and encode of a micro-batch), commit (a Kafka transaction's flush and end), flush (waiting for the write of the state before), recover (a partition until it is live).", stageBuckets, false},
	stalls:              {"clearlane_stalls_total", counter, []string{"cause", "beside"}, "Times during which records of a live partition were committed later than 100 ms after their timestamp, by the step of the partition that covers most of it (batch, rows, freeze, expiry, sweep, wait, acks, end; outside: none) and by what went on beside it (pause, gc, state-write, compaction; outside: nothing). /stalls has the newest.", nil, true},
	stallSeconds:        {"clearlane_stall_seconds_total", counter, []string{"cause", "beside"}, "The longest delay of each of them, added up.", nil, true},
	commitRecords:       {"clearlane_commit_records", histogram, nil, "Records written in one commit.", sizeBuckets, false},
	commits:             {"clearlane_commits_total", counter, nil, "Commits made by the tasks.", nil, false},
	recoveries:          {"clearlane_recoveries_total", counter, nil, "Partitions taken over and brought to their last commit.", nil, false},
	replayed:            {"clearlane_replayed_records_total", counter, nil, "Records read again in recoveries, without publishing.", nil, false},
	watermarkAge:        {"clearlane_watermark_age_seconds", gauge, nil, "Age of the newest record taken in, of the partition where it is oldest. It grows while no records arrive.", nil, true},
	partitions:          {"clearlane_partitions_owned", gauge, nil, "Partitions that this process works on.", nil, true},
	partitionPhase:      {"clearlane_partition_phase", gauge, []string{"partition", "phase"}, "1 for where the work on a partition of this process stands: starting (it recovers), live, stopping, failed (it is tried again after a pause).", nil, true},
	partitionStalled:    {"clearlane_partition_stalled_seconds", gauge, []string{"partition"}, "How long records of a partition of this process have waited without a commit; 0 while none waits.", nil, true},
	partitionKeys:       {"clearlane_partition_open_orders", gauge, []string{"partition"}, "Open orders of a partition of this process, its roll-up cells included, as of the last flush.", nil, true},
	openOrdersBound:     {"clearlane_open_orders_bound", gauge, nil, "limits.open_orders: a partition with more is worth a look. None is refused.", nil, true},
	backPressure:        {"clearlane_back_pressure_total", counter, []string{"at"}, "How often a task waited before it took more in, by what it waited for: changes (twice their bound, and a flush under way), flush (the one before had not ended), produce (too much not acknowledged), commit (too many outputs behind the one under way).", nil, true},
	backPressureSeconds: {"clearlane_back_pressure_seconds_total", counter, []string{"at"}, "Time of these waits: changes, flush, produce, commit.", nil, true},
	fetchPaused:         {"clearlane_fetch_paused_partitions", gauge, nil, "Partitions of input topics that are not fetched now, as kafka.fetch.max_buffered_bytes of them wait to be worked on.", nil, true},
	partitionFailures:   {"clearlane_partition_failures_total", counter, []string{"cause"}, "Partitions that failed and started anew, by cause: fenced (a newer owner), unknown_outcome (of a transaction: the progress record tells), gap (records that are needed are gone), disk (no room on it), state (the local state can't be used), access (the brokers refuse), topic (an unknown one), other.", nil, true},
	lag:                 {"clearlane_lag_records", gauge, []string{"topic"}, "Records between the last one committed and the last stable offset, over the partitions of this process.", nil, true},
	rebalances:          {"clearlane_group_generations_total", counter, nil, "Generations of the consumer group that this process took part in: each but the first is a rebalance.", nil, true},
	groupErrors:         {"clearlane_group_errors_total", counter, nil, "Faults of the membership in the consumer group. It is tried again.", nil, true},
	partitionsLost:      {"clearlane_partitions_lost_total", counter, nil, "Partitions given up because the group assigned them elsewhere or membership ended.", nil, true},
	fetchRequests:       {"clearlane_fetch_requests_total", counter, nil, "Fetch requests sent to brokers.", nil, true},
	fetchBytes:          {"clearlane_fetch_bytes_total", counter, nil, "Bytes of record batches fetched, compressed as they came.", nil, true},
	fetchSkipped:        {"clearlane_fetch_skipped_records_total", counter, nil, "Records of aborted transactions and control records, which are not handed on.", nil, true},
	fetchRetries:        {"clearlane_fetch_retries_total", counter, nil, "Partitions fetched again after a passing fault.", nil, true},
	produceRecords:      {"clearlane_produced_records_total", counter, nil, "Records written to all output topics, also those of aborted transactions.", nil, true},
	produceBytes:        {"clearlane_produced_bytes_total", counter, nil, "Bytes of keys and values written, before compression.", nil, true},
	produceSeconds:      {"clearlane_produce_seconds_total", counter, []string{"step"}, "Time that commits waited: flush (acknowledgement of the records), end (end of the transaction).", nil, true},
	transactions:        {"clearlane_transactions_total", counter, []string{"outcome"}, "Kafka transactions by outcome: committed, aborted, fenced (a newer owner has the partition), unknown (the progress record tells).", nil, true},
	stateOrders:         {"clearlane_state_keys", gauge, nil, "Orders and roll-up cells in the local state.", nil, true},
	stateDirty:          {"clearlane_state_dirty_keys", gauge, nil, "Of these, those changed since the last flush.", nil, true},
	stateDirtyBytes:     {"clearlane_state_dirty_bytes", gauge, nil, "Memory of the changes since the last flush.", nil, true},
	stateBytes:          {"clearlane_state_bytes", gauge, []string{"part"}, "Size of the local state: cache and filter in memory, disk on disk.", nil, true},
	stateLookups:        {"clearlane_state_lookups_total", counter, []string{"level"}, "Lookups of the local state by where the answer came from: cache, filter (never seen), disk, absent (the filter was wrong).", nil, true},
	stateFlushes:        {"clearlane_state_flushes_total", counter, nil, "Flushes of the local state to disk.", nil, true},
	stateAside:          {"clearlane_state_put_aside_total", counter, nil, "Local states that could not be used: put aside, and built anew from Kafka.", nil, true},
	landRows:            {"clearlane_land_rows_total", counter, []string{"table"}, "Rows that ClickHouse has acknowledged.", nil, false},
	landBatches:         {"clearlane_land_batches_total", counter, []string{"table"}, "Inserts that ClickHouse has acknowledged.", nil, false},
	landFailures:        {"clearlane_land_failures_total", counter, []string{"table"}, "Inserts, and migrations as schema_migrations, that failed. They are tried again until they succeed.", nil, false},
	landSeconds:         {"clearlane_land_insert_seconds", histogram, []string{"table"}, "Time of an acknowledged insert.", stageBuckets, false},
	landLag:             {"clearlane_land_lag_records", gauge, []string{"topic"}, "Records of the output topics that have not landed in ClickHouse yet, over the partitions of this process.", nil, true},
	sellerSites:         {"clearlane_seller_sites", gauge, nil, "Registered sites of sellers that are loaded.", nil, true},
	policyInfo:          {"clearlane_policy_info", gauge, []string{"version", "hash"}, "1 for the policy pack in force.", nil, false},
	shadowInfo:          {"clearlane_shadow_policy_info", gauge, []string{"version", "hash"}, "1 for the shadow policy pack; absent without one.", nil, false},
	geoInfo:             {"clearlane_geo_info", gauge, []string{"version"}, "1 for the country database in force.", nil, false},
	ready:               {"clearlane_ready", gauge, []string{"component"}, "1 for a part of the process that is ready, 0 for one that is not: /readyz says why.", nil, true},
	waiting:             {"clearlane_waiting_seconds", gauge, []string{"for"}, "How long the process has waited for something outside, 0 while it does not: kafka, clickhouse, disk (room for the local state), memory (fetching waits).", nil, true},
	buildInfo:           {"clearlane_build_info", gauge, []string{"version", "revision", "go"}, "1 for the program that runs.", nil, false},
}
