package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/internal/testkit/mongodtest"
)

// onBothDatabases runs the same commands on a database file and on MongoDB.
func onBothDatabases(t *testing.T, story func(s *shell)) {
	t.Helper()
	for name, env := range map[string]func(t *testing.T) map[string]string{
		"sqlite": func(*testing.T) map[string]string { return nil },
		"mongodb": func(t *testing.T) map[string]string {
			return map[string]string{"FEDHUB_DATABASE": mongodtest.URI(t), "FEDHUB_SECRET_KEY": goodKey}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShell(t)
			for variable, value := range env(t) {
				s.env[variable] = value
			}
			story(s)
		})
	}
}

func TestTheDatabaseIsLookedInto(t *testing.T) {
	onBothDatabases(t, func(s *shell) {
		s.stdin = "green apples on the roof\n"
		s.must("user", "add", "--email", "ada@example.org", "--password-stdin")
		s.must("user", "add", "--email", "bob@example.org", "--no-password")
		s.must("client", "add", "--name", "Wiki", "--redirect-uri", "https://wiki.example.org/callback")

		var sets []dbSetRow
		s.must("db", "list", "--json").json(&sets)
		amounts := map[string]int{}
		for _, row := range sets {
			amounts[row.Set] = row.Records
		}
		if amounts["users"] != 2 || amounts["clients"] != 1 || amounts["sessions"] != 0 {
			s.Errorf("the sets are %v", amounts)
		}
		if s.must("db", "list"); !strings.Contains(s.out, "users") {
			s.Errorf("said %q", s.out)
		}

		var first, second dbPage
		s.must("db", "list", "users", "--limit", "1", "--json").json(&first)
		s.must("db", "list", "users", "--limit", "1", "--after", first.Next, "--json").json(&second)
		if len(first.Records) != 1 || len(second.Records) != 1 || first.Records[0].ID >= second.Records[0].ID || second.Next != "" {
			s.Fatalf("two pages of one: %+v, %+v", first, second)
		}
		if first.Records[0].Times["created"].IsZero() {
			s.Errorf("it has no times: %+v", first.Records[0])
		}
		if s.must("db", "list", "users", "--limit", "1"); !strings.Contains(s.out, "fedhub db list users --after '"+first.Next+"'") {
			s.Errorf("how to go on is not said: %q", s.out)
		}

		var found string
		for _, r := range append(first.Records, second.Records...) {
			var u map[string]any
			s.must("db", "show", "users", r.ID, "--json").json(&u)
			if u["email"] == "ada@example.org" {
				found = r.ID
				if u["password"] != "(hash)" || u["created"] == nil {
					s.Errorf("she is shown as %v", u)
				}
			}
		}
		if found == "" {
			s.Error("ada is not found")
		}
		var clients dbPage
		s.must("db", "list", "clients", "--json").json(&clients)
		s.must("db", "show", "clients", clients.Records[0].ID)
		if !strings.Contains(s.out, `"hash": "(hash)"`) || !strings.Contains(s.out, "https://wiki.example.org/callback") {
			s.Errorf("the app is shown as %s", s.out)
		}
		s.run("db", "list", "nothing").fails(2, "no set nothing")
		s.run("db", "show", "nothing", "x").fails(2, "no set nothing")
		s.run("db", "show", "users", "x").fails(1, "no record x in the set users")
		s.run("db", "list", "users", "--limit", "0").fails(2, "--limit")
	})
}

func TestARecordIsDeletedAfterAQuestion(t *testing.T) {
	onBothDatabases(t, func(s *shell) {
		ids := make([]string, 2)
		for i := range ids {
			var u userRow
			s.must("user", "add", "--email", fmt.Sprintf("p%d@example.org", i), "--no-password", "--json").json(&u)
			ids[i] = u.ID
		}
		for _, answer := range []string{"", "no\n", "y\n"} {
			s.stdin = answer
			if s.run("db", "delete", "users", ids[0]); s.code != 2 || !strings.Contains(s.err, "nothing was deleted") || !strings.Contains(s.err, "Type yes") {
				s.Errorf("to %q it said %d %q", answer, s.code, s.err)
			}
		}
		s.must("db", "show", "users", ids[0])

		s.stdin = "yes\n"
		s.must("db", "delete", "users", ids[0])
		s.stdin = ""
		s.must("db", "delete", "users", ids[1], "--yes")
		for _, id := range ids {
			s.run("db", "show", "users", id).fails(1, "no record")
			s.run("db", "delete", "users", id, "--yes").fails(1, "no record")
		}

		var audit dbPage
		s.must("db", "list", "audit", "--json").json(&audit)
		deleted := map[string]bool{}
		for _, r := range audit.Records {
			var e map[string]any
			s.must("db", "show", "audit", r.ID, "--json").json(&e)
			if e["kind"] == "record.deleted" && fmt.Sprint(e["detail"]) == "map[set:users]" {
				deleted[fmt.Sprint(e["target"])] = true
			}
		}
		if len(deleted) != 2 || !deleted[ids[0]] || !deleted[ids[1]] {
			s.Errorf("recorded: %v, want both of %v", deleted, ids)
		}
		s.run("db", "delete", "nothing", "x", "--yes").fails(2, "no set nothing")
	})
}
