# `make help` lists what there is. Caches and built programs stay in .cache and bin.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GO ?= go
PACKAGES ?= ./...
TEST_TIMEOUT ?= 20m
BENCH ?= .
BENCH_TIME ?= 1s
DEMO_FLAGS ?=
BENCH_FLAGS ?=
CHAOS_SPAN ?= 22s
REPEAT ?= 2
SEEDS ?= 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20
export FUZZ_TIME ?= 10s

export CGO_ENABLED ?= 0

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-21s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  DEMO_FLAGS="--orders 100000 --exit"   flags of clearlane demo'
	@echo '  BENCH_FLAGS="--results FILE"          flags of clearlane bench, of bench-delay and bench-commit-interval'
	@echo '  ROUNDS=1 PEERS_LATENCY_RUNS=0         of bench-peers: rounds at full speed (5), at 5,000 orders a second (3)'
	@echo '  ONLY=flink/heap-alo,clearlane/full    of bench-peers: these programs alone, by turns'
	@echo '  PEERS_RESULTS=FILE PEERS_FLAGS=--keep what bench-peers appends a line a run to (.cache/bench-peers.jsonl); its further flags'
	@echo '  BENCH_LINES=FILE                      what bench-paces, -scale, -open and -catchup append a line a run to'
	@echo '  CLEARLANE_CHAOS_RESULTS=FILE          what chaos appends a line a seed to (absolute path)'
	@echo '  CLEARLANE_RECOVERY_RESULTS=FILE       what bench-recovery appends a line a restart to (absolute path)'
	@echo '  CLEARLANE_PAUSES_RESULTS=FILE         what bench-pauses appends a line a fault to (absolute path)'
	@echo '  CLEARLANE_BACKTEST_RESULTS=FILE       what bench-backtest appends a line a run to (absolute path)'
	@echo '  CLEARLANE_LARGE_RESULTS=FILE          what bench-large appends a line a query to (absolute path)'
	@echo '  CLEARLANE_LANDER_RESULTS=FILE         what bench-lander appends a line a run to (absolute path)'
	@echo '  CLEARLANE_STATE_RESULTS=FILE          what bench-state appends a line a size to (absolute path)'
	@echo '  CLEARLANE_AWAY_RESULTS=FILE           what away appends a line to (absolute path)'
	@echo '  CLEARLANE_CHAOS_KEEP=1                chaos keeps what a seed leaves also when it was right'
	@echo '  PACKAGES=./schemas/...                what test, lint and bench look at'

.PHONY: build
build: ## bin/clearlane
	@mkdir -p bin
	$(GO) build -trimpath -buildvcs=auto -o bin/clearlane ./cmd/clearlane

.PHONY: embedded
embedded: ## fetch the pinned embedded parts: the ClickHouse library, the country database
	@deploy/embedded/install.sh

.PHONY: demo
demo: build ## run it all on this machine; DEMO_FLAGS="--orders 100000 --exit" ends with a check
	@deploy/embedded/install.sh || echo 'demo: without the embedded parts it can run with --no-landing'
	@bin/clearlane demo $(DEMO_FLAGS)

.PHONY: test
test: lint ## everything that needs no broker, with the race detector
	@deploy/embedded/install.sh || echo '!!! SKIPPED: tests on the ClickHouse engine: the embedded parts could not be fetched'
	@command -v java >/dev/null || echo '!!! SKIPPED: tests on a real Apache Kafka: there is no Java here'
	@race=-race cgo=1; command -v $${CC:-cc} >/dev/null || { race= cgo=0; echo '!!! SKIPPED: the race detector: it needs a C compiler'; }; \
	  started=$$SECONDS; CGO_ENABLED=$$cgo $(GO) test $$race -timeout $(TEST_TIMEOUT) $(PACKAGES); \
	  echo "test: all passed in $$((SECONDS - started)) s"

.PHONY: lint
lint: ## go vet and gofmt
	@unformatted=$$(gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go')); \
	  if [ -n "$$unformatted" ]; then echo "lint: not formatted by gofmt:"; echo "$$unformatted"; exit 1; fi
	@$(GO) vet $(PACKAGES)
	@echo 'lint: go vet and gofmt find nothing'

.PHONY: generate
generate: ## write all generated files again
	$(GO) generate $(PACKAGES)

.PHONY: fuzz
fuzz: ## every fuzzer for FUZZ_TIME (10s)
	@.ci/fuzz

.PHONY: chaos
chaos: export CLEARLANE_CHAOS_SEEDS = $(SEEDS)
chaos: export CLEARLANE_CHAOS_SPAN = $(CHAOS_SPAN)
chaos: ## seeded faults on one real broker or three, about a minute a seed; SEEDS="17" runs one again
	@race=-race cgo=1; command -v $${CC:-cc} >/dev/null || { race= cgo=0; }; \
	  CLEARLANE_REQUIRE_KAFKA=1 CGO_ENABLED=$$cgo $(GO) test $$race -buildvcs=true -count 1 -v -timeout $$((4 * $(words $(SEEDS)) + 4))m -run '^TestChaos$$' ./cmd/clearlane

.PHONY: chaos-faults
chaos-faults: export CLEARLANE_CHAOS_REPEAT = $(REPEAT)
chaos-faults: ## each fault alone, REPEAT (2) times, and the longest pause of each; about 8 minutes
	@CLEARLANE_REQUIRE_KAFKA=1 $(GO) test -buildvcs=true -count 1 -v -timeout $$((8 * $(REPEAT) + 4))m -run '^TestChaosFaults$$' ./cmd/clearlane

.PHONY: bench
bench: ## benchmarks with allocations; BENCH=regexp, BENCH_TIME=5s
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchtime $(BENCH_TIME) -benchmem $(PACKAGES)

HOT_PATHS := $(GO) run ./pipeline/bench/internal/hotpaths
BENCHSTAT := $(GO) run golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da
BASELINE ?= $(lastword $(sort $(wildcard testdata/results/baseline-*.txt)))
INSTRUCTIONS ?= $(lastword $(sort $(wildcard testdata/results/instructions-*.txt)))
GROWTH ?= 5
HOT_FLAGS ?=
.PHONY: bench-baseline
bench-baseline: ## the benchmarks of the hot paths, and their instructions where valgrind is installed, into testdata/results; 6 minutes
	@mkdir -p .cache; day=$$(date -u +%Y%m%d); \
	  $(HOT_PATHS) time $(HOT_FLAGS) > .cache/baseline; mv .cache/baseline testdata/results/baseline-$$day.txt; \
	  $(HOT_PATHS) instructions > .cache/instructions; mv .cache/instructions testdata/results/instructions-$$day.txt

.PHONY: bench-compare
bench-compare: ## the same again, and benchstat of the stored ones against it; BASELINE=FILE, HOT_FLAGS="-only codec -count 10"
	@[ -n '$(BASELINE)' ] || { echo 'bench-compare: no testdata/results/baseline-*.txt: make bench-baseline, or BASELINE=FILE'; exit 1; }
	@mkdir -p .cache; $(HOT_PATHS) time $(HOT_FLAGS) > .cache/bench-now.txt
	@$(BENCHSTAT) -ignore date,revision,machine,go '$(BASELINE)' .cache/bench-now.txt

.PHONY: bench-instructions
bench-instructions: ## count instructions again (valgrind); fails above GROWTH (5) percent more than INSTRUCTIONS=FILE; HOT_FLAGS="-only codec"
	@[ -n '$(INSTRUCTIONS)' ] || { echo 'bench-instructions: no testdata/results/instructions-*.txt: make bench-baseline, or INSTRUCTIONS=FILE'; exit 1; }
	@mkdir -p .cache; $(HOT_PATHS) instructions $(HOT_FLAGS) > .cache/instructions-now.txt
	@$(HOT_PATHS) compare -above $(GROWTH) '$(INSTRUCTIONS)' .cache/instructions-now.txt

.PHONY: bench-delay
bench-delay: build ## delays at 15,000 events a second on an Apache Kafka of its own, five runs
	@deploy/kafka/install.sh
	@bin/clearlane bench --kafka real --orders 0 --event-rate 15000 --length 20s --discard 2 --runs 5 $(BENCH_FLAGS)

.PHONY: bench-commit-interval
bench-commit-interval: build ## the same at commit intervals from 5 ms to 2 s: delay against cost
	@deploy/kafka/install.sh
	@bin/clearlane bench --kafka real --curve --event-rate 15000 --length 12s --discard 3 --runs 1 $(BENCH_FLAGS)

ROUNDS ?= 5
ONLY ?=
PEERS_LATENCY_RUNS ?= 3
PEERS_ORDERS ?= 1000000
PEERS_RESULTS ?= .cache/bench-peers.jsonl
PEERS_FLAGS ?=
.PHONY: bench-peers
bench-peers: build ## beside Kafka Streams, Flink and kafka-go on the same topics: PEERS=DIR, the folder of their harness; half an hour
	@mkdir -p .cache
	@bin/clearlane bench peers --rounds $(ROUNDS) --latency-rounds $(PEERS_LATENCY_RUNS) --orders $(PEERS_ORDERS) --only '$(ONLY)' --results '$(PEERS_RESULTS)' $(PEERS_FLAGS)

RUNS ?= 5
BENCH_KAFKA ?= real
BENCH_LINES ?=
SERIES = bin/clearlane bench $(1) --kafka $(BENCH_KAFKA) $(if $(BENCH_LINES),--results $(BENCH_LINES)) $(2) $(BENCH_FLAGS)

.PHONY: bench-paces
bench-paces: build ## delays at 1,000, 15,000 and 60,000 events a second with what late decisions were late for, RUNS (5) times; about 8 minutes
	@deploy/kafka/install.sh
	@$(call SERIES,paces,--runs $(RUNS) --discard 1)

.PHONY: bench-scale
bench-scale: build ## one backlog with 1, 2, 4, 8 partitions and 1, 2 processes, then 8, 64, 256 partitions idle and at 15,000 events a second; RUNS=1 takes 4 minutes
	@deploy/kafka/install.sh
	@$(call SERIES,scale,--runs $(RUNS))
	@$(call SERIES,many,)

.PHONY: bench-open
bench-open: build ## throughput and memory with 0.1, 1 and 5 million orders open already; 5 minutes; BENCH_FLAGS="--open 20000000" needs 10 GB of disk and 8 minutes
	@deploy/kafka/install.sh
	@$(call SERIES,open,)

EVENTS ?= 10000000
.PHONY: bench-catchup
bench-catchup: build ## EVENTS (10 million) from a cold start, second by second, spurious decisions counted; about 7 minutes and 6 GB of disk
	@deploy/kafka/install.sh
	@$(call SERIES,catchup,--events $(EVENTS))

.PHONY: bench-pauses
bench-pauses: export CLEARLANE_PAUSES ?= all
bench-pauses: ## the longest pause of a partition in a deploy, a crash, a pause, a broker's restart; CLEARLANE_PAUSES="deploy" picks one
	@CLEARLANE_REQUIRE_KAFKA=1 $(GO) test -buildvcs=true -count 1 -v -timeout 30m -run '^TestBenchPauses$$' ./cmd/clearlane

RECOVERY_ORDERS ?= 2000000
.PHONY: bench-recovery
bench-recovery: export CLEARLANE_RECOVERY_ORDERS = $(RECOVERY_ORDERS)
bench-recovery: ## kill -9 and stop a process with RECOVERY_ORDERS (2 million) open orders on a real broker: how soon is it live again?
	@CLEARLANE_REQUIRE_KAFKA=1 $(GO) test -buildvcs=true -count 1 -v -timeout 30m -run '^TestBenchRecovery$$' ./cmd/clearlane

BACKTEST_ORDERS ?= 1000000
.PHONY: bench-backtest
bench-backtest: export CLEARLANE_BACKTEST_ORDERS = $(BACKTEST_ORDERS)
bench-backtest: ## three backtests of a file of BACKTEST_ORDERS (1 million) orders: time, CPU, memory; needs 5 GB of disk
	@$(GO) test -buildvcs=true -count 1 -v -timeout 30m -run '^TestBenchBacktest$$' ./cmd/clearlane

DECISIONS ?= 10000000
.PHONY: bench-large
bench-large: export CLEARLANE_LARGE_DECISIONS = $(DECISIONS)
bench-large: ## every query of the dashboards on DECISIONS (10 million) in ClickHouse's engine; kept in .cache/large, 6 GB, 25 minutes the first time
	@deploy/embedded/install.sh
	@CLEARLANE_REQUIRE_CHDB=1 $(GO) test -buildvcs=true -count 1 -v -timeout 3h -run '^TestBenchLarge$$' ./cmd/clearlane

STATE_ORDERS ?= 100000 1000000 5000000 20000000
.PHONY: bench-state
bench-state: export CLEARLANE_STATE_ORDERS = $(STATE_ORDERS)
bench-state: export CLEARLANE_STATE_COMMIT = $(shell git describe --always --dirty)
bench-state: ## what an order costs in a store of STATE_ORDERS (0.1 to 20 million) open orders: CPU, memory, disk; needs 10 GB of disk
	@$(GO) test -count 1 -v -timeout 1h -run '^TestBenchState$$' ./pipeline/state

LANDER_ROWS ?= 200000
.PHONY: bench-lander
bench-lander: export CLEARLANE_LANDER_ROWS = $(LANDER_ROWS)
bench-lander: ## LANDER_ROWS (200,000) decisions into the embedded engine: the lander, prepared blocks, AppendStruct; five rounds
	@CLEARLANE_REQUIRE_CHDB=1 $(GO) test -buildvcs=true -count 1 -v -timeout 30m -run '^TestBenchLander$$' ./pipeline/land

CLEARLANE_AWAY ?= 2m
.PHONY: away
away: export CLEARLANE_AWAY := $(CLEARLANE_AWAY)
away: ## ClickHouse away for CLEARLANE_AWAY (2m) under load: lag, memory, time to catch up, and the tables checked
	@CLEARLANE_REQUIRE_CHDB=1 $(GO) test -buildvcs=true -count 1 -v -timeout 30m -run '^TestClickHouseAwayUnderLoad$$' ./pipeline/land

TRUTH_ORDERS ?= 200000
TRUTH_SEED ?= 1
TRUTH_REPORT ?= text
.PHONY: bench-truth
bench-truth: build ## precision and recall by reason code on a labelled set of TRUTH_ORDERS (200,000); TRUTH_REPORT=json
	@dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; \
	  bin/clearlane gen --profile rules --orders $(TRUTH_ORDERS) --seed $(TRUTH_SEED) --out "$$dir"; \
	  bin/clearlane score --geo "$$dir/country.mmdb" --set geo.asn_file="$$dir/asn.mmdb" --set task.retention=4800h \
	    --policy "$$dir/policy.yaml" --answers "$$dir/answers.ndjson" --report $(TRUTH_REPORT) "$$dir/events.ndjson"

BOARDS_DIR ?= $(CURDIR)/.cache/boards
.PHONY: boards
boards: export CLEARLANE_BOARDS = $(BOARDS_DIR)
boards: ## draw the dashboards from known events on the ClickHouse engine, as pages in BOARDS_DIR (.cache/boards)
	@deploy/embedded/install.sh
	@CLEARLANE_REQUIRE_CHDB=1 $(GO) test -count 1 -run '^TestQueriesFindWhatTheEventsSay$$' ./pipeline/boards
	@ls $(BOARDS_DIR)/*.html

.PHONY: clean
clean: ## remove what was built and fetched
	rm -rf bin .cache
