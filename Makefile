# Everything that a developer of Weir does. `make help` lists it.

GO      ?= go
BIN     := bin
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X github.com/weirci/weir/cmd/internal/cli.version=$(VERSION)

export CGO_ENABLED ?= 0
export GOTOOLCHAIN ?= local

.DEFAULT_GOAL := help

.PHONY: help
help: ## list what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## install what is missing on this Debian machine (says what and why)
	@scripts/setup

.PHONY: build
build: ## bin/weir, one static binary
	@mkdir -p $(BIN)
	@$(GO) build -trimpath -ldflags '-s -w' -o worker/initfile/embedded/weir-init ./cmd/weir-init
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/weir ./cmd/weir

.PHONY: demo
demo: setup build ## the main job, from an empty directory to two builds in containers
	@scripts/demo

.PHONY: test
test: setup ## every test, on real PostgreSQL and containerd (RACE=1: with the race detector)
	@$(if $(RACE),CGO_ENABLED=1) scripts/go-test $(if $(RACE),-race) ./...
	@$(if $(RACE),scripts/go-test $$(grep -rl --include='*_test.go' 'langtest.Heavy(t)' . | xargs -n1 dirname | sort -u))

.PHONY: test-long
test-long: setup ## the tests that take minutes: faults, kills, restarts, over and over
	@WEIR_LONG=1 WEIR_SIM_STEPS=1000000 CGO_ENABLED=1 scripts/go-test -race -timeout 60m ./...
	@CGO_ENABLED=1 scripts/go-test -race -timeout 60m -count 5 ./cmd/weir ./worker/... ./server/workerapi ./state/...

.PHONY: sim
sim: ## the deciders through a million steps of random histories (WEIR_SIM_STEPS)
	WEIR_SIM_STEPS=$${WEIR_SIM_STEPS:-1000000} $(GO) test -run Sim -timeout 60m -v ./reconciler/sim

.PHONY: fuzz
fuzz: ## each fuzz target for a while (FUZZTIME, one minute unless told)
	@scripts/fuzz $${FUZZTIME:-1m}

.PHONY: bench
bench: setup build ## compile, plan and run, measured beside the raw containerd client
	@scripts/bench

.PHONY: fmt
fmt: ## format the Go code
	@gofmt -w $$(git ls-files -co --exclude-standard '*.go')

.PHONY: tools
tools: ## build the tools that generating and linting need into bin/tools
	@scripts/tools

.PHONY: generate
generate: tools ## protobuf code and SQL code
	@scripts/generate

.PHONY: golden
golden: ## write all golden files anew
	@scripts/golden

.PHONY: lint
lint: tools ## go vet and golangci-lint
	$(GO) vet ./...
	$(BIN)/tools/golangci-lint run ./...

.PHONY: verify
verify: tools ## what CI checks besides the tests: format, lint, generated code, golden files
	@scripts/verify

.PHONY: clean
clean: ## remove what was built; .weir/ stays
	rm -rf $(BIN)
