// Package emailaddr reads e-mail addresses: which are one plain address, and which
// spellings of one meet.
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

// ErrInvalid is the answer to anything that is not one plain e-mail address.
var ErrInvalid = errors.New("enter one email address, like ada@example.org")

const (
	MaxLength = 254 // bytes; what fits a path of RFC 5321 §4.5.3.1.3
	maxLocal  = 64  // bytes, RFC 5321 §4.5.3.1.1
)

// Canonical returns the one form under which all spellings of an address
// meet: the local part in NFKC and case-folded, the domain in ASCII. Only
// plain dot-atom addresses have one; quoted local parts, display names,
// address literals and anything invisible are ErrInvalid. The form is stable:
// the canonical form of a canonical form is itself.
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
	// An encoded word (RFC 2047 §2) would be decoded into another address by
	// whatever mails or displays it.
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

// SameMailbox reports whether mail to an address as it is written goes where
// mail to its canonical form does. Folding makes plain letters of others (ſ, K,
// ß), so that nobody takes an address that looks like somebody's; but a mail
// server need not fold, and whoever reads at one does not read at the other.
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

// Fold is NFKC and full case folding until neither changes anything: folding
// can undo normalisation and the other way round (Unicode TR #15, NFKC_CF).
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

// localRune allows atext (RFC 5322 §3.2.3), the dot, and beyond ASCII letters,
// digits and marks (RFC 6531 §3.3): nothing that is invisible or a separator.
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

// CanonicalDomain returns the ASCII form of a domain by IDNA look-up
// (RFC 5891 §5), without a trailing dot, and only if it is a host name.
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
	// Punycode that stands for something already plain would give one domain
	// two spellings; the way to Unicode and back must end where it began.
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

// Only is what was typed if it is an address, and nothing if it is not: people
// type passwords into the wrong box, so anything else is not kept.
func Only(typed string) string {
	if _, err := Canonical(typed); err != nil {
		return ""
	}
	return typed
}
