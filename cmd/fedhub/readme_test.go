package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/internal/testkit"
)

// TestTheREADMEFederatesASecondary runs the marked block of README.md with other
// ports, and checks the result.
func TestTheREADMEFederatesASecondary(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)<!-- This block is run by the tests. -->\n```sh\n(.*?)```").FindSubmatch(text)
	if found == nil {
		t.Fatal("README.md has no block that is marked for the tests")
	}
	script := string(found[1])
	for _, port := range []string{"9080", "9081"} {
		script = strings.ReplaceAll(script, ":"+port, ":"+strconv.Itoa(testkit.Port(t)))
	}
	script = "set -eu\ntrap 'kill $(jobs -p)' EXIT\n" + script + "\n(cd secondary && fedhub provider list --json)\n(cd primary && fedhub hub list --json)\n"

	bin := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(bin, "fedhub"), ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	shell := exec.CommandContext(ctx, "bash", "-c", script)
	shell.Dir = t.TempDir()
	shell.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	shell.WaitDelay = 10 * time.Second
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{`"status": "active"`, `"state": "active"`, "ada@example.org was added.", "Client secret"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the output does not show %s:\n%s", want, out)
		}
	}
}
