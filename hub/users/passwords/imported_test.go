package passwords_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
)

// tiny is a hasher at the least cost.
func tiny() *passwords.Hasher {
	return passwords.NewHasher(passwords.HashParams{Memory: 8, Time: 1, Threads: 1, Slots: 4, Queue: 1000})
}

func TestHashesOfOtherSystemsAreVerifiedOnceAndReplaced(t *testing.T) {
	h := tiny()
	for name, text := range foreignHashes {
		hash, err := passwords.Imported(text + "\n")
		if err != nil {
			t.Errorf("%s: %v", name, texts.Of(err).In(templates.Sentence, ""))
			continue
		}
		if ok, _, err := h.Verify(t.Context(), hash, foreign+"!"); ok || err != nil {
			t.Errorf("%s, a wrong password: %v, %v", name, ok, err)
		}
		ok, fresh, err := h.Verify(t.Context(), hash, foreign)
		if !ok || err != nil || !strings.HasPrefix(string(fresh), "$argon2id$v=19$m=8,t=1,p=1$") {
			t.Errorf("%s: %v, %q, %v", name, ok, string(fresh), err)
		}
		if again, err := passwords.Imported(string(hash)); again != hash || err != nil {
			t.Errorf("%s: what is kept is read as something else: %v", name, err)
		}
	}
}

// Other systems hash the password as typed; this one hashes its NFKC form.
func TestAnImportedArgon2CountsAsTypedAndThenInNFKC(t *testing.T) {
	h := tiny()
	for name, hash := range map[string]passwords.Hash{
		"as typed, imported":                      must(passwords.Imported(oddAsTyped)),
		"in NFKC, imported":                       must(passwords.Imported(oddInNFKC)),
		"imported at the hub's own cost":          must(passwords.Imported(oddAtOurCost)),
		"imported before such hashes were marked": oddAsTyped,
		"the hub's own of an older cost":          oddInNFKC,
	} {
		ok, fresh, err := h.Verify(t.Context(), hash, typedOddly)
		if !ok || fresh == "" || err != nil {
			t.Errorf("%s: %v, replaced: %v, %v", name, ok, fresh != "", err)
		}
		if ok, _, _ := h.Verify(t.Context(), fresh, typedOddly); !ok {
			t.Errorf("%s: not after it was replaced", name)
		}
	}
}

func must(h passwords.Hash, err error) passwords.Hash {
	if err != nil {
		panic(err)
	}
	return h
}

// inForms is PBKDF2 as each system writes it, with so many bytes in its sum.
func inForms(alg string, iterations any, bytes int) map[string]string {
	zeros := make([]byte, bytes)
	padded, raw := base64.StdEncoding.EncodeToString(zeros), base64.RawStdEncoding.EncodeToString(zeros)
	names := map[string][2]string{"sha1": {"pbkdf2", "pbkdf2_sha1"}, "sha256": {"pbkdf2-sha256", "pbkdf2_sha256"}, "sha512": {"pbkdf2-sha512", "pbkdf2_sha512"}}[alg]
	return map[string]string{
		"passlib":      fmt.Sprintf("$%s$%v$c2FsdHNhbHQ$%s", names[0], iterations, raw),
		"django":       fmt.Sprintf("%s$%v$saltsalt$%s", names[1], iterations, padded),
		"keycloak":     fmt.Sprintf(`{"secretData":"{\"value\":\"%s\",\"salt\":\"c2FsdHNhbHQ=\"}","credentialData":"{\"hashIterations\":%v,\"algorithm\":\"%s\"}"}`, padded, iterations, names[0]),
		"old keycloak": fmt.Sprintf(`{"type":"password","hashedSaltedValue":"%s","salt":"c2FsdHNhbHQ=","hashIterations":%v,"algorithm":"%s"}`, padded, iterations, names[0]),
	}
}

func TestTheWorkOfAHashIsIterationsTimesBlocks(t *testing.T) {
	for _, row := range []struct {
		alg        string
		iterations any
		bytes      int
		good       bool
	}{
		{"sha256", 999, 32, false}, {"sha256", 1000, 32, true}, {"sha256", 2_000_000, 32, true}, {"sha256", 2_000_001, 32, false},
		{"sha256", 1_000_000, 33, true}, {"sha256", 1_000_001, 33, false}, {"sha256", 1_000_000, 64, true},
		{"sha1", 2_000_000, 20, true}, {"sha1", 1_000_001, 32, false}, {"sha1", 500_000, 64, true}, {"sha1", 500_001, 64, false},
		{"sha512", 2_000_000, 64, true}, {"sha512", 2_000_001, 16, false},
		{"sha256", 1000, 15, false}, {"sha256", 1000, 16, true}, {"sha512", 1000, 65, false}, {"sha1", 1000, 0, false},
		{"sha256", "01000", 32, false}, {"sha256", "-1000", 32, false}, {"sha256", "1e4", 32, false}, {"sha256", "99999999999999999999", 32, false},
	} {
		for form, text := range inForms(row.alg, row.iterations, row.bytes) {
			if form == "keycloak" && row.iterations == "1e4" || form == "old keycloak" && row.iterations == "1e4" {
				continue // a number, there
			}
			if _, err := passwords.Imported(text); (err == nil) != row.good {
				t.Errorf("%s, %s with %v iterations and %d bytes: got %v", form, row.alg, row.iterations, row.bytes, err)
			}
		}
	}
}

func TestAHashOfAnotherFormOrStrengthIsRefusedByName(t *testing.T) {
	const salt, sum = "muJ7hj4sG8m2xE+OSaVpHg", "s76zN6g8q0HCBYWYONVMjM8vjXQdNilWs9pPFVlIdT0"
	argon := func(params string) string { return "$argon2id$v=19$" + params + "$" + salt + "$" + sum }
	rows := map[string]struct{ hash, name string }{
		"4 GiB":                  {argon("m=4194304,t=1,p=1"), "Argon2id"},
		"4 GiB as Django writes": {"argon2" + argon("m=4194304,t=1,p=1"), "Argon2id"},
		"eleven passes":          {argon("m=64,t=11,p=1"), "Argon2id"},
		"17 lanes":               {argon("m=1024,t=1,p=17"), "Argon2id"},
		"an older Argon2":        {strings.Replace(argon("m=64,t=1,p=1"), "v=19", "v=16", 1), "Argon2id"},
		"a dear bcrypt":          {"$2b$15$VyL8fijdhTMDdfUgmKdYZuvlb38DDb.MWyxEsIPRoRnn0o3hjn43C", "bcrypt"},
		"a broken bcrypt":        {"$2b$04$VyL8", "bcrypt"},
		"few iterations":         {inForms("sha512", 999, 64)["keycloak"], "PBKDF2-SHA512"},
		"a short sum":            {inForms("sha1", 1000, 15)["passlib"], "PBKDF2-SHA1"},
		"Keycloak's own":         {strings.Replace(inForms("sha256", 1000, 32)["keycloak"], "pbkdf2-sha256", "bcrypt", 1), "Keycloak algorithm bcrypt"},
		"Keycloak's Argon2i":     {strings.Replace(foreignHashes["keycloak argon2"], `\"id\"`, `\"i\"`, 1), "Argon2i"},
		"Keycloak's older one":   {strings.Replace(foreignHashes["keycloak argon2"], "1.3", "1.0", 1), "version 1.3"},
		"a one-time password":    {`{"type":"otp","secretData":"{\"value\":\"x\"}","credentialData":"{}"}`, "otp"},
		"Keycloak without a sum": {`{"type":"password","secretData":"{}","credentialData":"{\"hashIterations\":1000,\"algorithm\":\"pbkdf2\"}"}`, "PBKDF2-SHA1"},
		"LDAP":                   {"{SSHA}0000000000000000000000000000", "SSHA"},
		"Frappe's oldest":        {"$frappel$29000$a$b", "frappel"},
		"the password itself":    {"hunter2$is not a hash", "its format is unknown"},
		"nothing":                {"", "its format is unknown"},
		"more than any has":      {argon("m=64,t=1,p=1") + strings.Repeat("A", 1000), "its format is unknown"},
	}
	for name, row := range unreadable {
		rows[name] = row
	}
	for name, row := range rows {
		hash, err := passwords.Imported(row.hash)
		words := texts.Of(err).In(templates.Sentence, "")
		if err == nil || hash != "" || !strings.Contains(words, row.name) {
			t.Errorf("%s: got %v, %q, want an error with %q", name, err, words, row.name)
		}
		for _, secret := range []string{sum, salt, "hunter2", "cfab15157939a050"} {
			if strings.Contains(fmt.Sprint(err, words), secret) {
				t.Errorf("%s: the error holds what it is about: %v", name, err)
			}
		}
	}
}

// FuzzImported: a hash is refused, or stored in a form that can be read again,
// that is cheap enough to check, and that is never taken for a native one.
func FuzzImported(f *testing.F) {
	for _, text := range foreignHashes {
		f.Add(text)
	}
	for _, row := range unreadable {
		f.Add(row.hash)
	}
	for _, text := range []string{"", "{", "{}", `{"credentialData":{"hashIterations":1e3,"algorithm":"pbkdf2"},"secretData":{}}`, `{"credentialData":"{\"credentialData\":7}"}`, "$pbkdf2$", "argon2$", "$2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		hash, err := passwords.Imported(text)
		if err != nil {
			if words := texts.Of(err).In(templates.Sentence, ""); words == "" || hash != "" {
				t.Errorf("%q: refused as %q, kept as %q", text, words, string(hash))
			}
			return
		}
		again, err := passwords.Imported(string(hash))
		parts := strings.Split(string(hash), "$")
		if err != nil || again != hash || len(hash) > 512 || strings.HasPrefix(string(hash), "$argon2id$") ||
			strings.Contains(string(hash), "pbkdf2") && len(parts[len(parts)-3]) > len("2000000") {
			t.Errorf("%q is kept as %q, and read again as %q, %v", text, string(hash), string(again), err)
		}
	})
}
