// Package signinname brings the user names and phone numbers that people sign in
// with into one canonical form. Neither is ever an email address, and no text is
// both.
package signinname

import (
	"errors"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// ErrInvalid refuses what has no canonical form.
var ErrInvalid = errors.New("it has no canonical form")

const (
	leastName, mostName    = 2, 64
	leastDigits, mostPhone = 6, 15 // ITU-T E.164 §6.1: at most 15 digits
)

// UserName is the canonical form of a user name: NFKC and case folded, of a to z,
// digits and . _ -, with a letter first and no . _ - last. Letters of other scripts
// are refused, because many look like these.
func UserName(typed string) (string, error) {
	if len(typed) > 4*mostName {
		return "", ErrInvalid
	}
	name := cases.Fold().String(norm.NFKC.String(strings.TrimSpace(typed)))
	if len(name) < leastName || len(name) > mostName || strings.ContainsFunc(name, notInName) || !letter(rune(name[0])) ||
		strings.ContainsAny(name[len(name)-1:], "._-") {
		return "", ErrInvalid
	}
	return name, nil
}

func letter(r rune) bool { return 'a' <= r && r <= 'z' }

func digit(r rune) bool { return '0' <= r && r <= '9' }

func notInName(r rune) bool { return !letter(r) && !digit(r) && !strings.ContainsRune("._-", r) }

// Phone is the canonical form of a phone number: its digits, after a + if it is
// international. The same number with and without its country is not one number.
func Phone(typed string) (string, error) {
	if len(typed) > 4*mostPhone {
		return "", ErrInvalid
	}
	number := strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "", "/", "", "\u00a0", "").Replace(strings.TrimSpace(norm.NFKC.String(typed)))
	if rest, ok := strings.CutPrefix(number, "00"); ok {
		number = "+" + rest
	}
	digits := strings.TrimPrefix(number, "+")
	if len(digits) < leastDigits || len(digits) > mostPhone || strings.ContainsFunc(digits, func(r rune) bool { return !digit(r) }) {
		return "", ErrInvalid
	}
	return number, nil
}
