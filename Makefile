# Names of the steps that people and CI run. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BINARY := .build/release/metamanager
STRICT := --explicit-target-dependency-import-check error
ROUNDS ?= 100
NODES ?= 200
IDLE ?= 60
UPDATES ?= 1000
KEYS ?= 50
CUTS ?= 8
KILLS ?= 2
MINUTES ?= 60
# A static binary needs no table of its symbols, since nobody links to it, and none of BoringSSL's functions that nobody
# calls: in sections of their own, and without the C++ exceptions that BoringSSL's own build leaves out too, the linker drops them.
# C needs no tables to unwind either. Swift's code is made small: no slower in `scripts/bench-goals`, less of it is resident.
# Addresses to set at the start take a hundredth in the packed form, which glibc 2.36 and later read.
SMALL = -Xswiftc -Osize -Xswiftc -use-ld=lld -Xlinker --no-export-dynamic -Xcc -ffunction-sections -Xcc -fdata-sections \
	-Xcc -fno-asynchronous-unwind-tables -Xcxx -fno-exceptions \
	$(shell printf 'glibc 2.36\n%s\n' "$$(getconf GNU_LIBC_VERSION)" | sort -CV && echo -Xlinker -z -Xlinker pack-relative-relocs)
STATIC = swift build -c release --static-swift-stdlib --scratch-path .build-static $(SMALL)
LINK = --updates $(UPDATES) --keys $(KEYS) --cuts $(CUTS) --kills $(KILLS)

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

deps: ## install the system packages that are missing
	@scripts/install-deps

build: deps ## build the release binary
	swift build -c release $(STRICT) --product metamanager

run: build ## build, then run with conf/quickstart.yaml: a folder stands in for the cloud, edged is simulated
	@$(BINARY) run --config conf/quickstart.yaml

test: deps ## run the whole test suite
	swift build $(STRICT) --build-tests
	@scripts/test

lint: ## check format and the rules of the house
	@scripts/lint

tsan: deps ## run the core suites and the link under the thread sanitizer
	TSAN_OPTIONS=suppressions=$(CURDIR)/scripts/tsan-suppressions swift test --experimental-maximum-parallelization-width 12 --sanitize=thread --scratch-path .build-tsan --filter 'BeehiveTests|MetaStoreTests|MetaManagerTests|EdgeHubTests.LinkTests|NodePKITests' --skip LargeMergeTests

smoke: build ## use the release binary as a newcomer would
	@scripts/smoke $(BINARY)

doc-commands: build ## run the commands of README and docs, and hold what they print against the text
	@scripts/doc-commands $(BINARY)

metrics-check: build ## check metrics of a running daemon, the alert rules and the dashboard with promtool
	@scripts/install-deps promtool
	@scripts/metrics-check $(BINARY)

clients: build ## try the local API with kubectl, Python's client and one of ours, with the cloud there, cut off, and after a cold start
	@scripts/clients $(BINARY)

deps-console: ## install the browser that the console is tested with
	@scripts/install-deps chromium fonts-dejavu-core

console: build deps-console ## use the console in a headless browser, in four states of the node; SHOTS=docs/images keeps the pictures
	@scripts/console $(BINARY) $(if $(SHOTS),--shots $(SHOTS))

crash: deps ## kill -9 under load, ROUNDS times (default 100)
	swift build $(STRICT) --product crashtest
	swift build $(STRICT) --product metamanager
	.build/debug/crashtest --daemon .build/debug/metamanager --rounds $(ROUNDS)

crash-power: deps ## cut the power under load, ROUNDS times, and once with a disk that lies about syncs, which must be found out
	swift build $(STRICT) --product FaultyDisk
	swift build $(STRICT) --product crashtest
	swift build $(STRICT) --product metamanager
	.build/debug/crashtest --daemon .build/debug/metamanager --power --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED)) $(POWER)
	.build/debug/crashtest --daemon .build/debug/metamanager --power --lie --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED))

crash-link: deps ## cut the real link and kill -9 under load: UPDATES=1000 KEYS=50 CUTS=8 KILLS=2 and SEED as wanted
	swift build $(STRICT) --product crashtest
	swift build $(STRICT) --product metamanager
	.build/debug/crashtest --daemon .build/debug/metamanager --link $(LINK) $(if $(SEED),--seed $(SEED))
	.build/debug/crashtest --daemon .build/debug/metamanager --link --tls $(LINK) $(if $(SEED),--seed $(SEED))

soak: build ## MINUTES of load on the release binary (default 60), 50 modules and 25 watchers coming and going; its memory has to stay flat
	swift build $(STRICT) --product crashtest
	.build/debug/crashtest --daemon $(BINARY) --soak --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

bench-deps: ## install what the benches need besides: a C compiler and valgrind, which counts instructions
	@scripts/install-deps gcc libc6-dev valgrind

bench: build ## measure every mix beside SQLite's own limit; writes docs/benchmarks.md
	@scripts/bench --write

static: deps ## build the release binary with Swift's libraries inside, into .build-static
	@# libstdc++ goes in as well where its archive is installed: the folder of products is searched before the system's.
	@mkdir -p "$$($(STATIC) --show-bin-path)" && ln -sf "$$(clang -print-file-name=libstdc++.a)" "$$($(STATIC) --show-bin-path)"
	$(STATIC) $(STRICT) --product metamanager

package: static ## make dist/metamanager_VERSION_ARCH.deb of the static binary
	@scripts/install-deps binutils dpkg-dev
	@scripts/package

package-check: build ## make the package of the release binary, look into it, install, run, upgrade and purge it in a scratch root
	@scripts/install-deps binutils dpkg-dev mandoc
	@scripts/package-check $(BINARY)

examples: build ## build the packages of Examples/ in one build, run each against the release binary
	@scripts/examples $(BINARY)

docs: deps ## make the documentation of every library, warnings as errors, no public declaration without; into .build/docs
	@scripts/docs

bench-goals: build static linkbench ## hold speed, memory and size against the goals; writes docs/benchmarks.md, then fails while a goal is missed
	@scripts/bench-goals --write

bench-growth: build ## measure rate and latency against keys, sizes and senders; writes docs/benchmarks.md and its charts
	@scripts/bench-growth --write

bench-check: build ## count statements, syncs, writes, allocations, instructions a message; fail above Benchmarks/counts.json
	@scripts/bench-counts --check

linkbench: build
	swift build -c release $(STRICT) --product linkbench

bench-link: linkbench ## measure how long an ack takes from socket to socket, beside the disk's own sync; writes docs/benchmarks.md
	@scripts/bench-link --write

bench-sockets: linkbench ## load the daemon over its Unix socket and over wss, watch its memory; writes docs/benchmarks.md
	@scripts/bench-sockets --write

bench-api: linkbench ## measure the local API with wrk, with a thousand watchers, and pods beside them; writes docs/benchmarks.md
	@scripts/bench-api --write

fleet: linkbench ## run NODES daemons (default 200) against one cloud, idle for IDLE seconds; prints memory and CPU of each
	@.build/release/linkbench fleet --binary $(BINARY) --nodes $(NODES) --seconds $(IDLE)

fuzz: deps ## fuzz every reader of foreign bytes for SECONDS each (default 60), or one: TARGET=name
	@scripts/fuzz $(if $(SECONDS),$(SECONDS),60) $(TARGET)

verify-long: ## what takes longer than CI: sanitizer, 1,000 crash rounds, the long link run, renewals, cut, fleet, fuzz
	@scripts/verify-long

.PHONY: doc-commands help deps build run test lint tsan smoke clients package package-check crash crash-power crash-link soak bench-deps bench static bench-goals bench-growth bench-check linkbench bench-link bench-sockets bench-api fleet fuzz verify-long metrics-check deps-console console examples docs
