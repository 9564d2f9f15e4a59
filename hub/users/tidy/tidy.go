// Package tidy makes the values of a profile harmless: each function returns empty
// for what cannot be kept. Data from providers is only shown, so it is tidied
// rather than refused.
package tidy

import (
	"net/url"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxName    = 200  // code points
	maxPicture = 2048 // bytes
	maxLocale  = 35   // bytes, RFC 5646 §4.4.1
	maxStreet  = 500  // code points
	maxZone    = 64   // bytes
)

// Name turns any text into one line of visible text: no control characters,
// no direction overrides, single spaces, at most maxName code points.
func Name(s string) string {
	if len(s) > 8*maxName {
		s = s[:8*maxName]
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, ""))
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == '\u200c' || r == '\u200d': // joiners are part of words in some scripts
			return r
		case !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > maxName {
		s = strings.TrimSpace(string([]rune(s)[:maxName]))
	}
	return s
}

// Link accepts https URLs of plain characters.
func Link(s string) string {
	if len(s) > maxPicture || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"'<>\`, r) }) {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	return s
}

// Locale accepts text in the form of a language tag (RFC 5646 §2.1).
func Locale(s string) string {
	s = strings.ReplaceAll(s, "_", "-")
	if len(s) > maxLocale {
		return ""
	}
	for _, part := range strings.Split(s, "-") {
		if part == "" || len(part) > 8 {
			return ""
		}
		for _, c := range []byte(part) {
			if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
				return ""
			}
		}
	}
	return s
}

var yearOnly = regexp.MustCompile(`^[0-9]{4}$`)

// Birthdate keeps the three forms of OIDC Core §5.1: a date, a date with
// year 0000 for an unknown year, and a year.
func Birthdate(s string) string {
	if yearOnly.MatchString(s) && s != "0000" {
		return s
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil || len(s) != len(time.DateOnly) {
		return ""
	}
	return s
}

// Zone keeps the names of the time zone database (OIDC Core §5.1).
func Zone(s string) string {
	if s == "" || s == "Local" || len(s) > maxZone {
		return ""
	}
	if _, err := time.LoadLocation(s); err != nil {
		return ""
	}
	return s
}

var (
	phoneMarks = strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "", "/", "")
	e164       = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
)

// Phone returns a number as E.164, as OIDC Core §5.1 recommends: a plus
// sign, country and number, without separators.
func Phone(s string) string {
	s = phoneMarks.Replace(s)
	if !e164.MatchString(s) {
		return ""
	}
	return s
}

// Street keeps the lines of a street address, each normalized like a name.
func Street(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		if line = Name(line); line != "" {
			lines = append(lines, line)
		}
	}
	s = strings.Join(lines, "\n")
	if utf8.RuneCountInString(s) > maxStreet {
		return ""
	}
	return s
}
