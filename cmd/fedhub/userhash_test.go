package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A password hash of another system is added by command.
func TestAPersonIsAddedWithTheHashOfAnotherSystem(t *testing.T) {
	const keycloak = `{"type":"password","secretData":"{\"value\":\"FPcITZs4FkuzIdSLhOGOcDHkGbi6NokmDZbijkJbh1frEPR3wj2nGAxkDyiNQP/1/gJP2OxhLxyDvVlrhPboaw==\",\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\"}","credentialData":"{\"hashIterations\":1000,\"algorithm\":\"pbkdf2-sha512\"}"}`
	s := newShell(t)
	for email, row := range map[string]struct{ hash, kept string }{
		"keycloak@example.org": {keycloak, "$pbkdf2-sha512$1000$"},
		"passlib@example.org":  {"$pbkdf2$1000$utfau5cSwpiTcs4ZQ2jNWQ$BNTpLS7T2rnXd9Oy8HBhNjf72F0", "$pbkdf2$1000$"},
		"django@example.org":   {"argon2$argon2id$v=19$m=64,t=2,p=2$c2FsdFNBTFRzYWx0$N6pE7wnfDjKXKvvVIkREVzeBgqCX70tz5mTr9WW/zfI", "argon2$argon2id$"},
	} {
		path := filepath.Join(t.TempDir(), "hash")
		if err := os.WriteFile(path, []byte(row.hash+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		var added userRow
		s.must("user", "add", "--email", email, "--password-hash-file", path, "--json").json(&added)
		if !added.Password || !strings.Contains(stored(t, s, "users", added.ID), row.kept) {
			t.Errorf("%s: added as %+v", email, added)
		}
	}
	s.stdin = "md5$saltSALTsalt$cfab15157939a050b351bb88182bba4a\n"
	s.run("user", "add", "--email", "x@example.org", "--password-hash-file", "-").fails(2, "MD5")
	if strings.Contains(s.err, "cfab15157939a050") {
		t.Errorf("the hash is printed: %s", s.err)
	}
	s.run("user", "add", "--email", "x@example.org", "--password-hash-file", "-", "--claims", "-").fails(2, "standard input")
	s.run("user", "add", "--email", "x@example.org", "--password-hash-file", "-", "--no-password").fails(2, "--no-password")
	var all []userRow
	if s.must("user", "list", "--json").json(&all); len(all) != 3 {
		t.Errorf("%d people, want 3", len(all))
	}
}
