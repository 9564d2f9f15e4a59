# Everything here is one command that can as well be typed.
.DEFAULT_GOAL := help
.PHONY: help demo test race lint fuzz mutants bench
FUZZTIME ?= 10s
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: ## a primary, a secondary and an app on this machine, to click through
	go run ./cmd/fedhub demo

test: ## every test, with a real MongoDB and a real browser
	go test ./...

race: ## the tests of the hub itself under the race detector
	go test -race -gcflags=modernc.org/sqlite/lib=-d=checkptr=0 ./hub/... ./clients/... ./federation/...

lint: ## gofmt, go vet and staticcheck; silence is good
	@test -z "$$(gofmt -l . | tee /dev/stderr)" && go vet ./... && go run $(STATICCHECK) ./...

fuzz: ## every fuzz target for a moment; FUZZTIME=1m for longer
	@grep -rE '^func Fuzz' --include='*_test.go' . | sed -E 's|^(.*)/[^/]*:func (Fuzz[A-Za-z0-9_]+).*|\1 \2|' | while read -r folder target; do echo "$$folder $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$folder" || exit 1; done

bench: ## the hub against the floor, on both databases; FLAGS="-md docs/performance.md" keeps the numbers
	go run ./cmd/bench $(FLAGS)

mutants: ## breaks PKG one decision at a time: what do TESTS not notice? PKG=./hub/grants TESTS='./hub/grants'
	go run ./internal/testkit/mutants $(FLAGS) $(PKG) $(TESTS)
