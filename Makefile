# Two modules: the root, and deploy/sandbox, which holds the fakes. Each target covers both.

SEED     ?= 1
FUZZTIME ?= 20s
BENCH    ?= .
FAULTS   ?= 200
RUN      ?= .
N        ?= 4000

# Where git cannot name a commit (an archive, a clone of another user's), the programs carry none.
VCS := $(shell git rev-parse -q --verify HEAD >/dev/null 2>&1 || echo -buildvcs=false)
BUILD := go build $(VCS)

# The programs are Go alone, and the same wherever they are built. What compiles the same way shares what is compiled.
build lint fuzz matrix mutants soak: export CGO_ENABLED = 0
build lint fuzz matrix mutants soak: export GOFLAGS += -trimpath

.PHONY: help build test lint demo soak mutants matrix kafka bench fuzz clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## bin/holdfast, the program, and bin/sandbox, the demo
	$(BUILD) -o bin/ ./cmd/holdfast
	cd deploy/sandbox && $(BUILD) -o ../../bin/ ./cmd/sandbox

test: ## every test, with -race where there is a C compiler; says what it skipped and why
	@go run ./internal/trials test -timeout 15m

lint: ## gofmt, go vet, staticcheck, govulncheck
	@out=$$(gofmt -l cmd deploy internal processors schemas stream) && test -z "$$out" || { echo "not formatted by gofmt:"; echo "$$out"; exit 1; }
	go vet ./...
	cd deploy/sandbox && go vet ./...
	@mkdir -p bin/tools
	go build -o bin/tools/ honnef.co/go/tools/cmd/staticcheck golang.org/x/vuln/cmd/govulncheck
	bin/tools/staticcheck ./...
	cd deploy/sandbox && ../../bin/tools/staticcheck ./...
	@go run ./internal/trials vulns

demo: build ## a contact centre played through holdfast; SEED=n for another one
	bin/sandbox demo --holdfast "$(CURDIR)/bin/holdfast" --seed $(SEED) --out demo-out

soak: ## FAULTS=200 faults on three real brokers under load, then every record is accounted for; SEED=n replays
	@go run ./internal/soak -faults $(FAULTS) -seed $(SEED)

mutants: ## plants defects in a copy of the code; each must be caught; RUN=regexp for some, FOLD=n, ATTRIBUTION=n for n of theirs by lot
	@go run ./internal/mutants -run '$(RUN)' -fold $(or $(FOLD),0) -attribution $(or $(ATTRIBUTION),0) -seed $(SEED)

matrix: ## attribution against the truth: the confusion matrix, and each requirement: met or MISSED; N=400 for a tenth, SEED=n
	@go run ./internal/matrix -n $(N) -seed $(SEED)

kafka: ## a real Apache Kafka on this machine, three brokers, until Ctrl-C; needs Java 17 and Maven
	@go run ./deploy/kafka -n 3

bench: ## every benchmark, then each goal: reached or MISSED; BENCH=regexp for some
	@go run ./internal/trials bench -bench '$(BENCH)'

fuzz: ## every fuzz target, FUZZTIME=20s each
	@go run ./internal/trials fuzz -time $(FUZZTIME)

clean: ## remove what the others made
	rm -rf bin demo-out sandbox-data
