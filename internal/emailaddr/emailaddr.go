// Package emailaddr parses email addresses: whether a text is one plain
// address, and which spellings are the same address.
package emailaddr

import (
	"errors"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// ErrInvalid is returned for everything that is not one plain email address.
var ErrInvalid = errors.New("enter one email address, like ada@example.org")

const (
	MaxLength = 254 // bytes; what fits a path of RFC 5321 §4.5.3.1.3
	maxLocal  = 64  // bytes, RFC 5321 §4.5.3.1.1
)

// Canonical returns the common form of all spellings of an address: the local
// part in NFKC and case-folded, the domain in ASCII. Only plain dot-atom
// addresses have one; quoted local parts, display names, address literals and
// invisible characters are ErrInvalid. The form is stable: it is its own
// canonical form.
func Canonical(raw string) (string, error) {
	raw = strings.TrimSpace(raw)
	if len(raw) > MaxLength || !utf8.ValidString(raw) {
		return "", ErrInvalid
	}
	local, domain, found := strings.Cut(raw, "@")
	if !found || strings.Contains(domain, "@") {
		return "", ErrInvalid
	}
	local, err := canonicalLocal(local)
	if err != nil {
		return "", err
	}
	domain, err = CanonicalDomain(domain)
	if err != nil {
		return "", err
	}
	if len(local)+1+len(domain) > MaxLength {
		return "", ErrInvalid
	}
	return local + "@" + domain, nil
}

func canonicalLocal(s string) (string, error) {
	s, stable := Fold(s)
	if !stable || s == "" || len(s) > maxLocal {
		return "", ErrInvalid
	}
	// An encoded word (RFC 2047 §2) would be decoded to another address when it
	// is emailed or displayed.
	if strings.Contains(s, "=?") {
		return "", ErrInvalid
	}
	for _, atom := range strings.Split(s, ".") {
		if atom == "" {
			return "", ErrInvalid
		}
	}
	for _, r := range s {
		if !localRune(r) {
			return "", ErrInvalid
		}
	}
	return s, nil
}

// SameMailbox reports whether mail to the address as written goes to the same
// mailbox as mail to its canonical form. Folding maps other letters to plain
// ones (ſ, K, ß), so that no user can take a look-alike address. But a mail
// server may not fold, so the mailboxes may have different owners.
func SameMailbox(raw string) bool {
	if _, err := Canonical(raw); err != nil {
		return false
	}
	local, _, _ := strings.Cut(raw, "@")
	for _, r := range strings.TrimSpace(local) {
		folded, _ := Fold(string(r))
		if r >= utf8.RuneSelf && strings.ContainsFunc(folded, func(f rune) bool { return f < utf8.RuneSelf }) {
			return false
		}
	}
	return true
}

// Fold applies NFKC and full case folding until neither changes anything,
// because each can undo the other (Unicode TR #15, NFKC_CF).
func Fold(s string) (string, bool) {
	folder := cases.Fold()
	for range 4 {
		next := norm.NFKC.String(folder.String(norm.NFKC.String(s)))
		if next == s {
			return s, true
		}
		s = next
	}
	return "", false
}

// localRune allows atext (RFC 5322 §3.2.3), the dot, and non-ASCII letters,
// digits and marks (RFC 6531 §3.3): no invisible characters and no separators.
func localRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r == '.' || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r) ||
			'a' <= r && r <= 'z' || '0' <= r && r <= '9'
	}
	if unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || unicode.Is(unicode.Variation_Selector, r) {
		return false
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// CanonicalDomain returns the ASCII form of a domain by IDNA lookup (RFC 5891
// §5), without a trailing dot, if it is a host name.
func CanonicalDomain(s string) (string, error) {
	ascii, err := idna.Lookup.ToASCII(s)
	if err != nil || ascii == "" || len(ascii) > 253 {
		return "", ErrInvalid
	}
	for _, label := range strings.Split(ascii, ".") {
		if !hostLabel(label) {
			return "", ErrInvalid
		}
	}
	// Punycode for a plain name would give one domain two spellings, so
	// converting to Unicode and back must return the same.
	plain, err := idna.Lookup.ToUnicode(ascii)
	if err != nil {
		return "", ErrInvalid
	}
	if back, err := idna.Lookup.ToASCII(plain); err != nil || back != ascii {
		return "", ErrInvalid
	}
	if _, err := netip.ParseAddr(ascii); err == nil {
		return "", ErrInvalid
	}
	return ascii, nil
}

func hostLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for _, c := range []byte(s) {
		if c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// Domain returns the domain of a canonical address.
func Domain(key string) string { return key[strings.LastIndexByte(key, '@')+1:] }

// Only returns what was typed if it is an address, else nothing: people
// sometimes type passwords into the wrong field, so other text is not stored.
func Only(typed string) string {
	if _, err := Canonical(typed); err != nil {
		return ""
	}
	return typed
}
