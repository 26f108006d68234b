# `make help` lists the targets.
GO        ?= go
TOOL       = $(GO) tool -modfile=.ci/tools.mod
VERSION   ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS    = -s -w -X main.version=$(VERSION)
LISTEN    ?= localhost:8080
DATA      ?= data
SEEDS     ?= 10000

.PHONY: help run dev build test sim lint vuln bench generate screenshots setup

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## Build and serve on http://localhost:8080, on the embedded sandbox
	./comptoir serve --listen $(LISTEN) --data $(DATA)

dev: ## Like run, rebuilt on each change, with /styleguide
	$(GO) tool templ generate --watch --watch-pattern '.+\.(go|templ|css|js|json|sql|svg)$$' --ignore-pattern '/($(DATA)|docs)/' \
		--cmd "$(GO) run . serve --dev --listen $(LISTEN) --data $(DATA)"

build: ## Build the one binary ./comptoir
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o comptoir .

# SQLite is C that was translated to Go, with locks of its own, and hashes of passwords,
# what is compressed and QR codes are arithmetic in one goroutine's memory: the race
# detector has nothing to find in them and makes them many times slower, so it looks at
# all the rest. A
# package that holds generic code may not be among them: the linker could take its
# copy for everybody's, and atomics would order nothing. checkptr, which comes with it,
# looks at C's pointers alone. The simulation runs one thing at a time and is played
# without it. GOFLAGS tells the build of the binary too, which handlers/e2e runs; vet
# runs with the linter. What views draw on one goroutine is tested without the detector;
# beside others they are drawn in handlers. Folders of tests stand in memory where there
# is room for them: a process that is killed loses nothing there either.
RACED = -race -gcflags=all=-d=checkptr=0 '-gcflags=modernc.org/sqlite/lib=-race=false -d=checkptr=0' \
	$(foreach p,golang.org/x/crypto/argon2 golang.org/x/crypto/blake2b,'-gcflags=$(p)=-race=false') \
	$(foreach p,modernc.org/memory compress/flate github.com/skip2/go-qrcode/...,'-gcflags=$(p)=-race=false -d=checkptr=0')
# They begin first, so that no core waits for them at the end.
LONGEST = ./handlers/e2e ./handlers ./campay/payments
MEMORY = $(shell df -k /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 3000000 {print "GOTMPDIR=/tmp TMPDIR=/dev/shm"}')

test: setup ## Run all tests, browser included; installs Chromium where it is missing
	$(MEMORY) GORACE=atexit_sleep_ms=0 GOFLAGS="$(GOFLAGS) $(RACED)" $(GO) test -shuffle=on -vet=off -timeout 20m $(LONGEST) $$($(GO) list ./... | grep -v /views)
	$(MEMORY) $(GO) test -shuffle=on -vet=off ./views/...
	$(MEMORY) $(GO) test -count=1 -vet=off -v -run '^TestSimulation$$' ./campay/payments

sim: ## Simulate merchants' days under faults: 10,000 new seeds, or SEEDS=n, or one SEED=n again
	$(MEMORY) $(GO) test -count=1 -timeout 0 -v -run '^TestSimulation$$' ./campay/payments $(if $(SEED),-sim.seed=$(SEED),-sim.seeds=$(SEEDS))

setup:
	@sh .ci/setup

lint: ## Run golangci-lint with the import rules
	$(TOOL) golangci-lint run ./...

vuln: ## Look for known holes in what is used, where the database can be had
	$(GO) run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...

bench: ## Print the benchmarks and their ratios
	$(GO) test -run '^$$' -bench . -skip '^BenchmarkWebhooks$$' -benchtime 1s -count 5 ./... | tee bench.out
	$(GO) test -run '^$$' -bench '^BenchmarkWebhooks$$' -benchtime 2000x -count 5 ./handlers | tee -a bench.out
	@awk -f .ci/ratios.awk bench.out

generate: ## Make *_templ.go anew from the templates
	$(GO) tool templ generate

screenshots: setup ## Take the pictures of docs/screenshots
	$(GO) test -run '^TestScreens' -count=1 ./handlers/e2e -screenshots $(CURDIR)/docs/screenshots
