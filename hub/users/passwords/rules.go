package passwords

import (
	"cmp"
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/fedhub/fedhub/internal/breached"
	"github.com/fedhub/fedhub/internal/forms"
)

// Limits that are checked before hashing.
const (
	defaultMinPassword = 15   // code points, when it is the only factor (NIST SP 800-63B-4 §3.1.1.2)
	maxPassword        = 256  // code points
	MaxBytes           = 1024 // as sent
)

// common.txt holds passwords and phrases that are guessed first, one a line.
// Lines of letters alone are also words that add nothing to a password.
//
//go:embed common.txt
var commonText string

// Rules decide which new passwords are good enough. There are no rules about
// character classes: those make passwords harder to remember, not harder to
// guess.
type Rules struct {
	min    int                 // code points
	hub    []string            // squeezed names of this hub
	common map[string]struct{} // squeezed lines of common.txt
	words  []string            // its single words
}

// NewRules returns the rules: min is the fewest code points (15 if zero),
// hubNames are this hub's names.
func NewRules(min int, hubNames []string) Rules {
	if min <= 0 {
		min = defaultMinPassword
	}
	r := Rules{min: min, common: make(map[string]struct{})}
	for _, name := range hubNames {
		r.hub = append(r.hub, breached.Plain(name))
	}
	for line := range strings.Lines(commonText) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		plain := breached.Plain(line)
		r.common[plain] = struct{}{}
		if plain == line && len(plain) >= 5 && len(plain) <= 12 && !strings.ContainsAny(plain, "0123456789") {
			r.words = append(r.words, plain)
		}
	}
	return r
}

// Check returns why a password is refused; empty if it is good enough. emailKey
// is the canonical address of its owner.
func (r Rules) Check(password, emailKey string) forms.Problems {
	if len(password) > MaxBytes {
		return forms.New("password", "password.huge", "max", maxPassword)
	}
	if !utf8.ValidString(password) {
		return forms.New("password", "password.binary")
	}
	plain := norm.NFKC.String(password)
	switch n := utf8.RuneCountInString(plain); {
	case n == 0:
		return forms.New("password", "password.missing", "min", r.min)
	case n < r.min:
		return forms.New("password", "password.short", "count", n, "min", r.min)
	case n > maxPassword:
		return forms.New("password", "password.long", "count", n, "max", maxPassword)
	}
	local, _, _ := strings.Cut(emailKey, "@")
	if code := r.guessable(plain, local); code != "" {
		return forms.New("password", code)
	}
	return nil
}

// guessable looks at the password as an attacker does: without case, spaces and
// punctuation, and with 4 for a and 0 for o undone. It returns a code.
func (r Rules) guessable(password, local string) string {
	plain := []string{breached.Plain(password), breached.Plain(unleet(password))}
	for _, p := range plain {
		if code := cmp.Or(r.pattern(p), r.mostly(p, local)); code != "" {
			return code
		}
	}
	for _, p := range plain {
		if breached.Contains(p) || breached.Contains(withoutDigits(p)) {
			return "password.breached"
		}
	}
	return ""
}

// withoutDigits cuts off the digits that people lengthen a password with.
func withoutDigits(p string) string { return strings.TrimRight(p, "0123456789") }

func (r Rules) pattern(p string) string {
	bare := withoutDigits(p)
	_, listed := r.common[p]
	_, listedBare := r.common[bare]
	switch {
	case listed, listedBare:
		return "password.common"
	case repeats(p), repeats(bare):
		return "password.repeats"
	}
	return ""
}

// mostly refuses a password that consists of guessable pieces, where the rest
// is too short to be a password.
func (r Rules) mostly(p, local string) string {
	rest := (r.min + 1) / 2
	text := []rune(p)
	known := make([]bool, len(text))
	for _, try := range []struct {
		mark func()
		code string
	}{
		{func() { mark(text, known, append(pieces(local), breached.Plain(local))) }, "password.email"},
		{func() { mark(text, known, r.hub) }, "password.hub"},
		{func() { markRuns(text, known) }, "password.sequence"},
		{func() { mark(text, known, r.words) }, "password.words"},
	} {
		before := count(known)
		try.mark()
		if n := count(known); n > before && len(text)-n < rest {
			return try.code
		}
	}
	return ""
}

func unleet(s string) string {
	return strings.NewReplacer("4", "a", "@", "a", "8", "b", "3", "e", "6", "g", "1", "i", "!", "i",
		"0", "o", "5", "s", "$", "s", "7", "t", "2", "z").Replace(s)
}

// repeats reports whether s repeats one short unit.
func repeats(s string) bool {
	text := []rune(s)
	for unit := 1; unit <= 12 && unit*2 <= len(text); unit++ {
		same := true
		for i := unit; i < len(text) && same; i++ {
			same = text[i] == text[i-unit]
		}
		if same {
			return true
		}
	}
	return false
}

// pieces are the parts of an address's local part that are long enough to be
// recognised: ada and lovelace of ada.lovelace.
func pieces(local string) []string {
	return strings.FieldsFunc(local, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// mark marks every occurrence of one of the words.
func mark(text []rune, known []bool, words []string) {
	for _, word := range words {
		w := []rune(word)
		if len(w) < 3 {
			continue
		}
		for i := 0; i+len(w) <= len(text); i++ {
			if string(text[i:i+len(w)]) == word {
				fill(known[i : i+len(w)])
			}
		}
	}
}

// markRuns marks runs of four or more: abcd, 4321, qwer, aaaa.
func markRuns(text []rune, known []bool) {
	const rows = "qwertyuiop asdfghjkl zxcvbnm qwertzuiop azertyuiop 1234567890 0987654321 poiuytrewq lkjhgfdsa mnbvcxz"
	for i := range text {
		for _, next := range []func(a, b rune) bool{
			func(a, b rune) bool { return b == a },
			func(a, b rune) bool { return b == a+1 },
			func(a, b rune) bool { return b == a-1 },
			func(a, b rune) bool { return strings.Contains(rows, string([]rune{a, b})) },
		} {
			end := i + 1
			for end < len(text) && next(text[end-1], text[end]) {
				end++
			}
			if end-i >= 4 {
				fill(known[i:end])
			}
		}
	}
}

func fill(b []bool) {
	for i := range b {
		b[i] = true
	}
}

func count(b []bool) int {
	n := 0
	for _, set := range b {
		if set {
			n++
		}
	}
	return n
}
