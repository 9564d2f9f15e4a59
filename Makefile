.PHONY: help demo test race lint bench fuzz

help:  ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

demo:  ## two hubs and an app on this machine
	go run ./cmd/fedhub demo

test:  ## every test
	go test ./...

race:  ## the tests with the race detector
	go test -race ./hub/... ./clients/... ./federation/...

lint:  ## formatting, vet, staticcheck
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	go vet ./...
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

bench:  ## measure every endpoint on both engines, and write the table in docs/performance.md
	go run ./cmd/bench -md docs/performance.md

fuzz:  ## each fuzz target for a little while
	@grep -rlE '^func Fuzz' --include=*_test.go . | xargs -n1 dirname | sort -u | while read -r dir; do \
	  for target in $$(grep -hoE '^func Fuzz[A-Za-z0-9]*' $$dir/*_test.go | cut -c6-); do \
	    go test $$dir -run '^$$' -fuzz "^$$target$$" -fuzztime 20s || exit 1; \
	  done; \
	done
