package users

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/forms"
)

// Profile data from providers is only shown, so it is made harmless rather than
// refused.

const (
	maxName    = 200 // code points
	maxRole    = 64  // code points
	maxRoles   = 100
	maxPicture = 2048 // bytes
	maxLocale  = 35   // bytes, RFC 5646 §4.4.1
)

// tidyName turns any text into one line of visible text: no control characters,
// no direction overrides, single spaces, at most maxName code points.
func tidyName(s string) string {
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

// TidyEmail keeps an address as it was typed, if it can be shown.
func TidyEmail(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > emailaddr.MaxLength || s != tidyName(s) {
		return ""
	}
	return s
}

// tidyPicture accepts https URLs of plain characters.
func tidyPicture(s string) string {
	if len(s) > maxPicture || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"'<>\`, r) }) {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	return s
}

// tidyLocale accepts text in the form of a language tag (RFC 5646 §2.1).
func tidyLocale(s string) string {
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

// CleanRoles sorts roles, removes duplicates and refuses unreadable ones, with
// a problem for the form.
func CleanRoles(roles []string) (clean []string, problems forms.Problems) {
	var out []string
	for _, role := range roles {
		role = strings.TrimSpace(role)
		if role == "" {
			continue
		}
		if _, group := GroupOf(role); group || role != tidyName(role) || utf8.RuneCountInString(role) > maxRole {
			return nil, forms.New("roles", "user.role.bad", "max", maxRole)
		}
		out = append(out, role)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) > maxRoles {
		return nil, forms.New("roles", "user.roles.many", "max", maxRoles)
	}
	return out, nil
}
