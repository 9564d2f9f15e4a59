package passwords

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/texts"
)

// Imported converts another system's hash of a password to the stored form:
// PBKDF2 or Argon2id from Keycloak (an entry of a user's credentials), Django
// or passlib, or bcrypt. The error names the form and what is wrong; it
// contains nothing of the hash, so it may be shown.
func Imported(text string) (Hash, error) {
	text = strings.TrimSpace(text)
	h := Hash(text)
	switch {
	case strings.HasPrefix(text, "{"):
		var err error
		if h, err = keycloak(text); err != nil {
			return "", err
		}
	case strings.HasPrefix(text, "$argon2id$"):
		h = argonMark + h
	}
	if _, err := parseHash(h); err != nil {
		return "", err
	}
	return h, nil
}

// argonMark is the prefix of an Argon2id hash from another system, as Django
// writes it: it is replaced whatever its cost, and its password counts as
// typed, without normalization.
const argonMark = "argon2"

// readable are the prefixes of hashes that can be verified here.
var readable = []struct {
	prefix string
	parse  func(string) (verifier, error)
}{
	{"$argon2id$", func(s string) (verifier, error) { return parseArgon(s) }},
	{argonMark + "$argon2id$", func(s string) (verifier, error) {
		a, err := parseArgon(strings.TrimPrefix(s, argonMark))
		return importedArgon{a}, err
	}},
	{"$2", parseBcrypt},
	{"$pbkdf2$", passlib(bySHA1)}, {"$pbkdf2-sha256$", passlib(bySHA256)}, {"$pbkdf2-sha512$", passlib(bySHA512)},
	{"pbkdf2_sha1$", django(bySHA1)}, {"pbkdf2_sha256$", django(bySHA256)}, {"pbkdf2_sha512$", django(bySHA512)},
}

// foreign are the prefixes of hashes that cannot be verified, and their names.
var foreign = []struct{ prefix, name string }{
	{"$argon2i$", "Argon2i"}, {"argon2$argon2i$", "Argon2i"}, {"$argon2d$", "Argon2d"}, {"argon2$argon2d$", "Argon2d"},
	{"$bcrypt-sha256$", "bcrypt-sha256"}, {"bcrypt_sha256$", "bcrypt_sha256"}, {"bcrypt$", "Django-bcrypt"},
	{"$scrypt$", "scrypt"}, {"scrypt$", "scrypt"}, {"$7$", "scrypt"}, {"$y$", "yescrypt"},
	{"$pbkdf2-", "$pbkdf2-*"}, {"pbkdf2_", "pbkdf2_*"}, {"$p5k2$", "$p5k2$"},
	{"$1$", "MD5-crypt"}, {"$apr1$", "apr1"}, {"$5$", "SHA256-crypt"}, {"$6$", "SHA512-crypt"}, {"$sha1$", "SHA1-crypt"},
	{"$P$", "phpass"}, {"$H$", "phpass"}, {"$S$", "Drupal-7"}, {"$frappel$", "frappel"},
	{"md5$", "MD5"}, {"unsalted_md5$", "MD5"}, {"sha1$", "SHA-1"}, {"unsalted_sha1$", "SHA-1"}, {"crypt$", "crypt"},
	{"{SSHA", "LDAP-SSHA"}, {"{SHA", "LDAP-SHA"}, {"{CRYPT}", "LDAP-crypt"}, {"{MD5}", "LDAP-MD5"}, {"{SMD5}", "LDAP-SMD5"},
}

// unknownForm names the form of a hash. It says nothing about an unknown form:
// the text may be the password itself.
func unknownForm(s string) error {
	for _, form := range foreign {
		if strings.HasPrefix(s, form.prefix) {
			return texts.Err("user.hash.form", "form", form.name)
		}
	}
	return texts.Err("user.hash.unknown")
}

// broken reports a hash that is malformed after a known prefix.
func broken(form string) error { return texts.Err("user.hash.broken", "form", form) }

// maxKeycloak bounds an entry of Keycloak's credentials, in bytes.
const maxKeycloak = 8 << 10

// keycloak reads an entry of a user's credentials in Keycloak's export. The
// data is JSON in a string or, in older exports, members of the entry itself.
func keycloak(text string) (Hash, error) {
	if !strings.HasPrefix(strings.TrimSpace(text[1:]), `"`) || len(text) > maxKeycloak {
		return "", unknownForm(text)
	}
	entry, err := jsonx.ParseObject([]byte(text))
	if err != nil {
		return "", broken("Keycloak")
	}
	if kind := entry.Loose("type"); kind != "" && kind != "password" {
		return "", texts.Err("user.hash.other", "type", word(kind))
	}
	how, what := inner(entry, "credentialData"), inner(entry, "secretData")
	var n int
	if how.Member("hashIterations", &n) != nil {
		return "", broken("Keycloak")
	}
	encoding := base64.StdEncoding.Strict()
	salt, err1 := encoding.DecodeString(what.Loose("salt"))
	sum, err2 := encoding.DecodeString(cmp.Or(what.Loose("value"), what.Loose("hashedSaltedValue")))
	if err1 != nil || err2 != nil {
		return "", broken("Keycloak")
	}
	raw := base64.RawStdEncoding.EncodeToString
	switch alg := how.Loose("algorithm"); alg {
	case "pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512":
		ab64 := func(b []byte) string { return strings.ReplaceAll(raw(b), "+", ".") }
		return Hash(fmt.Sprintf("$%s$%d$%s$%s", alg, n, ab64(salt), ab64(sum))), nil
	case "argon2":
		params := inner(how, "additionalParameters")
		if kind := one(params, "type"); kind != "id" {
			return "", texts.Err("user.hash.form", "form", "Argon2"+word(kind))
		}
		if one(params, "version") != "1.3" { // which is 19 (RFC 9106 §3.1)
			return "", texts.Err("user.hash.version")
		}
		return Hash(fmt.Sprintf("%s$argon2id$v=19$m=%s,t=%d,p=%s$%s$%s", argonMark, one(params, "memory"), n, one(params, "parallelism"), raw(salt), raw(sum))), nil
	default:
		return "", texts.Err("user.hash.keycloak", "algorithm", word(alg))
	}
}

// word returns a member of the entry if it is a plain name.
func word(name string) string {
	odd := func(c rune) bool {
		return c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	}
	if name == "" || len(name) > 40 || strings.ContainsFunc(name, odd) {
		return "?"
	}
	return name
}

// inner is an object in an entry, or in a string of it; if there is none, the
// entry itself.
func inner(entry jsonx.Object, name string) jsonx.Object {
	value, found := entry[name]
	if text, is := jsonx.Text(value); is {
		value = jsonx.Value(text)
	}
	object, err := jsonx.ParseObject(value)
	if !found || err != nil {
		return entry
	}
	return object
}

// one is the value of a parameter; Keycloak writes each as a list.
func one(params jsonx.Object, name string) string {
	if list := params.Texts(name); len(list) == 1 {
		return list[0]
	}
	return params.Loose(name)
}
