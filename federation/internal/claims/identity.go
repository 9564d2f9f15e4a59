package claims

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/mapping"
	"golang.org/x/net/idna"
)

// Identity reads a user from a document, by the paths of a login key. The
// caller sets Key and Issuer.
func (d Document) Identity(at federation.Claims, rules mapping.Rules, groups ...mapping.GroupRule) (federation.Identity, error) {
	subject, err := d.ID(at.Subject)
	if err != nil {
		return federation.Identity{}, err
	}
	said := Description{Documents: []Document{d}, At: at}
	id := said.Person()
	id.Subject = subject
	id.Roles, id.RolesUnknown = said.Roles(rules, "roles").Here()
	id.Groups, id.GroupsUnknown = said.Groups(groups)
	id.Email, id.EmailVerified = d.email(at)
	return id, nil
}

// email only trusts a verified flag at the path that the administrator set: an
// "email_verified" elsewhere in the document may be about another address
// (FE-15).
func (d Document) email(at federation.Claims) (address string, verified bool) {
	word := at.EmailVerified
	if word == "" && at.Email == "" {
		word = "email_verified"
	}
	address = Address(d.Exact(cmp.Or(at.Email, "email")))
	return address, address != "" && word != "" && d.IsTrue(word)
}

// Address returns an address of the form name@domain with the domain in its
// ASCII form, or "" for one that is ambiguous (FE-17).
func Address(s string) string {
	local, domain, found := strings.Cut(s, "@")
	if !found || len(s) > 254 || len(local) > 64 || !dotAtom(local) {
		return ""
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || !strings.Contains(ascii, ".") || strings.HasSuffix(ascii, ".") || !dotAtom(ascii) || len(ascii) > 253 {
		return ""
	}
	return local + "@" + ascii
}

// dotAtom is the unquoted form of RFC 5322 §3.2.3, in ASCII.
func dotAtom(s string) bool {
	if s == "" || strings.HasPrefix(s, ".") || strings.HasSuffix(s, ".") || strings.Contains(s, "..") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
		return !letter && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", r)
	})
}

// Picture accepts an address that a page may show; the hub never fetches it
// (FE-37).
func Picture(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(s) > maxURL {
		return ""
	}
	return s
}
