GOFUMPT     := go run mvdan.cc/gofumpt@v0.12.0
STATICCHECK := go run honnef.co/go/tools/cmd/staticcheck@v0.8.2

.DEFAULT_GOAL := help
.PHONY: help build test race crash agreement lint bench compare load fleet stress demo

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build the program as ./callsheet, static, without cgo
	CGO_ENABLED=0 go build -trimpath -o callsheet ./runner

test: ## run every test
	go test ./...

# SQLite's own code is C that was translated: as with cgo, only what calls it is
# watched, which halves the time.
race: ## run every test under the race detector, with FLAGS such as -short
	go test -race -gcflags=modernc.org/sqlite/lib=-race=false $(FLAGS) ./...

crash: ## kill publication and commands hundreds of times, at every fault point and at random
	CALLSHEET_KILLS=$${CALLSHEET_KILLS:-500} CALLSHEET_TEST_REQUIRE=sshd \
		go test -count 1 -timeout 60m -v -run 'Crash|EveryOperation|FullDisk|Killed' ./runner/internal/dialer ./runner

N ?= 10000000
agreement: ## let rules as columns and in expr's machine agree N times, such as N=10000000
	CALLSHEET_AGREEMENT=$(N) go test -count 1 -timeout 120m -v -run 'AgreeWithExpr' ./engine/expression

lint: ## go vet, staticcheck, gofumpt; golangci-lint where it is installed
	go vet ./...
	$(STATICCHECK) ./...
	@files=$$($(GOFUMPT) -l .) && if [ -n "$$files" ]; then echo "not formatted by gofumpt:"; echo "$$files"; exit 1; fi
	@if command -v golangci-lint >/dev/null; then golangci-lint run; fi

bench: ## run the benchmarks, without the tests
	go test -run '^$$' -bench . -benchmem ./...

load: ## report calls to the service from 64 clients, kill it in between, prove that none is lost or doubled
	@cd bench && go run ./load

LEADS ?= 100000
fleet: ## time a start and re-scorings over LEADS stored leads, such as LEADS=1000000
	@cd bench && go run ./fleet -leads $(LEADS)

stress: ## kill services, commands, connections and the database server, then check; or report to URL=… with CONFIRM=1
ifdef URL
	@cd bench && go run ./load -url $(URL) $(if $(CONFIRM),-yes) -clients 16 -calls 2000 -least 1 -p99 1m \
		-webhook-token "$$WEBHOOK_TOKEN" -read-token "$$READ_TOKEN"
else
	CALLSHEET_KILLS=$${CALLSHEET_KILLS:-100} CALLSHEET_TEST_REQUIRE=postgres \
		go test -count 1 -timeout 60m -v -run 'TestStress$$|TestProcessesAtOnce' ./runner
endif

demo: build ## rank the invented leads, then simulate their first working day
	./callsheet --db fixtures rank --limit 10
	./callsheet simulate

compare: ## measure the engine beside compiled Go, expr, cel-go and grule; prints Markdown
	@cd bench && go run ./compare
