// Command mutants breaks the decisions of one package, one by one, and lists
// those that no test notices.
//
//	go run ./internal/testkit/mutants ./hub/grants ./hub/grants [./hub ...]
//
// The first argument is the package, the others are the packages with the tests
// that should notice. All mutations are compiled into one program by an overlay,
// so the work tree does not change, and a mutation costs one run of the tests and
// no build:
//
//	main.go     the runs and the report
//	mutate.go   the mutations
//	program.go  the test programs
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
)

func main() {
	run := flag.String("run", "", "only tests that match, as of go test")
	file := flag.String("file", "", "only mutations of files whose name contains this")
	limit := flag.Int("limit", 5, "a run that takes this many times as long as without a mutation is ended, and counts as noticed")
	flag.Parse()
	if flag.NArg() < 2 {
		fmt.Fprintln(os.Stderr, "usage: mutants [-run TESTS] [-file NAME] PACKAGE PACKAGE-OF-TESTS...")
		os.Exit(2)
	}
	if err := report(flag.Arg(0), flag.Args()[1:], *run, *file, *limit); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func report(target string, tests []string, run, file string, limit int) error {
	folder, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	mutations, overlay, err := mutate(target, file, folder)
	if err != nil {
		return err
	}
	var programs []program
	for _, pkg := range tests {
		p, err := build(pkg, overlay, folder, run)
		if err != nil {
			return err
		}
		programs = append(programs, p)
	}
	seen, err := rehearse(programs, limit, folder)
	if err != nil {
		return err
	}
	lived := 0
	for _, m := range mutations {
		switch {
		case m.overlay != "":
			if noticed(m, programs, tests, folder) {
				continue
			}
			fmt.Printf("lives      %s\n", m)
		case !slices.Contains(seen, m.number):
			fmt.Printf("never run  %s\n", m)
		case !slices.ContainsFunc(programs, func(p program) bool { return !p.green(m.number) }):
			fmt.Printf("lives      %s\n", m)
		default:
			continue
		}
		lived++
	}
	fmt.Printf("%s: %d of %d mutations are noticed by %s\n", target, len(mutations)-lived, len(mutations), strings.Join(tests, " "))
	return nil
}

// noticed builds and runs the tests with one constant changed. A failed build
// counts as noticed.
func noticed(m mutation, programs []program, tests []string, folder string) bool {
	for i, pkg := range tests {
		p, err := build(pkg, m.overlay, folder, programs[i].run)
		if err != nil {
			return true
		}
		p.limit = programs[i].limit
		if !p.green(0) {
			return true
		}
	}
	return false
}
