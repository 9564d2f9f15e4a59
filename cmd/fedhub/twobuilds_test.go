package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/database"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/store"
)

// olderCommit is the first version that keeps unknown fields, so it may run beside a
// newer one; older versions must not (docs/decisions/0026).
const olderCommit = "75411a7b8940caf7fae921786b043ba224e24a7c"

// older builds the program of an earlier commit. Without the history, the test is
// skipped; with CI=true it fails, because CI fetches the history.
func older(t *testing.T) string {
	t.Helper()
	lacks := func(what string, err error, said []byte) {
		t.Helper()
		const advice = "no older program for this test: %s: %v %s\nFetch the history: git fetch --unshallow"
		if os.Getenv("CI") == "true" {
			t.Fatalf(advice, what, err, said)
		}
		t.Skipf(advice, what, err, said)
	}
	folder := t.TempDir()
	archive := filepath.Join(folder, "older.tar")
	git := exec.CommandContext(t.Context(), "git", "archive", "--format=tar", "--output="+archive, olderCommit)
	git.Dir = "../.."
	if said, err := git.CombinedOutput(); err != nil {
		lacks("git archive "+olderCommit, err, said)
	}
	source, program := filepath.Join(folder, "source"), filepath.Join(folder, "fedhub")
	if err := os.Mkdir(source, 0o700); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.CommandContext(t.Context(), "tar", "-xf", archive, "-C", source).CombinedOutput(); err != nil {
		lacks("tar", err, said)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-o", program, "./cmd/fedhub")
	build.Dir = source
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the older program: %v %s", err, said)
	}
	return program
}

// mark adds a field that only a newer version knows to every record, and returns how
// many records have it already.
func (s *shell) mark() (marked int) {
	s.Helper()
	const field = "of_a_newer_program"
	db, err := database.Open(s.Context(), s.env["FEDHUB_DATABASE"])
	if err != nil {
		s.Fatal(err)
	}
	defer db.Close(context.Background()) //nolint:errcheck // the next command opens it again
	if err := db.Prepare(s.Context(), hub.Sets()); err != nil {
		s.Fatal(err)
	}
	for _, spec := range hub.Sets() {
		all, err := db.Find(s.Context(), spec.Name, store.Query{})
		if err != nil {
			s.Fatal(err)
		}
		for _, r := range all {
			if _, err := r.Doc.LookupErr(field); err == nil {
				marked++
				continue
			}
			var doc bson.D
			if err := bson.Unmarshal(r.Doc, &doc); err != nil {
				s.Fatal(err)
			}
			if r.Doc, err = bson.Marshal(append(doc, bson.E{Key: field, Value: true})); err == nil {
				err = db.Replace(s.Context(), spec.Name, r)
			}
			if err != nil {
				s.Fatal(err)
			}
		}
	}
	return marked
}

// An older replica beside a newer one keeps unknown fields, and both read the
// records of the other.
func TestAnOlderProgramBesideANewerOneErasesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds another program")
	}
	program := older(t)
	s := newShell(t)
	s.stdin = "green apples on the roof\n"
	s.must("user", "add", "--email", "ada@example.org", "--password-stdin")
	s.must("user", "add", "--email", "bob@example.org", "--no-password")
	s.must("client", "add", "--name", "Wiki", "--redirect-uri", "https://wiki.example.org/callback")
	s.must("settings", "set", "--name", "Head office")
	s.mark()
	before := s.mark()

	for _, args := range [][]string{
		{"user", "roles", "ada@example.org", "--role", "editor"},
		{"user", "disable", "bob@example.org"},
		{"settings", "set", "--name", "Branch office"},
		{"user", "list"}, {"client", "list"},
	} {
		var said bytes.Buffer
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Stdout, cmd.Stderr = &said, &said
		cmd.Env = os.Environ()
		for name, value := range s.env {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		if err := cmd.Run(); err != nil {
			t.Fatalf("the older fedhub %s: %v %s", strings.Join(args, " "), err, said.String())
		}
	}

	if after := s.mark(); after != before || before == 0 {
		t.Errorf("of %d records that a newer program wrote, %d are as they were", before, after)
	}
	s.must("doctor")
	if s.must("settings", "show"); !strings.Contains(s.out, "Branch office") {
		t.Errorf("what the older one changed is not there: %s", s.out)
	}
	if s.must("user", "list"); !strings.Contains(s.out, "editor") {
		t.Errorf("what the older one changed is not there: %s", s.out)
	}
}
