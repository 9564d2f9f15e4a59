package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A program is the test program of one package, with every mutation in it.
type program struct {
	path, folder, run string
	limit             time.Duration
}

// build compiles the tests of a package.
func build(pkg, overlay, folder, run string) (program, error) {
	at, err := exec.Command("go", "list", "-f", "{{.Dir}}", pkg).Output()
	if err != nil {
		return program{}, fmt.Errorf("find %s: %w", pkg, err)
	}
	p := program{path: filepath.Join(folder, strings.NewReplacer("/", "_", ".", "_").Replace(pkg+filepath.Base(overlay))+".test"), folder: strings.TrimSpace(string(at)), run: run}
	said, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", p.path, pkg).CombinedOutput()
	if err != nil {
		return program{}, fmt.Errorf("build the tests of %s: %w\n%s", pkg, err, said)
	}
	return p, nil
}

// rehearse runs the unchanged tests, which must pass, to measure their time and
// the mutations that they reach.
func rehearse(programs []program, limit int, folder string) (seen []int, err error) {
	log := filepath.Join(folder, "seen")
	for i := range programs {
		p := &programs[i]
		p.limit = 10 * time.Minute
		began := time.Now()
		if said, err := p.tested(0, "MUTANTS_SEEN="+log); err != nil {
			return nil, fmt.Errorf("the tests of %s are not green without a mutation: %w\n%s", p.folder, err, said)
		}
		p.limit = time.Duration(limit)*time.Since(began) + 5*time.Second
	}
	text, err := os.ReadFile(log)
	if err != nil {
		return nil, fmt.Errorf("the tests never come by the package: %w", err)
	}
	lines := bufio.NewScanner(strings.NewReader(string(text)))
	for lines.Scan() {
		if n, err := strconv.Atoi(lines.Text()); err == nil {
			seen = append(seen, n)
		}
	}
	slices.Sort(seen)
	return slices.Compact(seen), nil
}

// green reports whether all tests pass with a mutation.
func (p program) green(number int) bool {
	_, err := p.tested(number)
	return err == nil
}

// tested runs the tests with one mutation, or with none.
func (p program) tested(number int, more ...string) (said []byte, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), p.limit+time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.path, "-test.failfast", "-test.timeout="+p.limit.String(), "-test.run="+p.run)
	cmd.Dir = p.folder
	cmd.Env = append(append(os.Environ(), "MUTANT="+strconv.Itoa(number)), more...)
	return cmd.CombinedOutput()
}
