package passwords

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/fedhub/fedhub/internal/emailaddr"
)

// Limits that hold before anything is hashed.
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

// Rules decide which new passwords are good enough. There are none about kinds
// of characters: those make passwords harder to remember, not to guess.
type Rules struct {
	min    int                 // code points
	hub    []string            // squeezed names of this hub
	common map[string]struct{} // squeezed lines of common.txt
	words  []string            // its single words
}

// NewRules returns them: min is the fewest code points (15 if zero), hubNames what
// this hub is called.
func NewRules(min int, hubNames []string) Rules {
	if min <= 0 {
		min = defaultMinPassword
	}
	r := Rules{min: min, common: make(map[string]struct{})}
	for _, name := range hubNames {
		r.hub = append(r.hub, squeeze(name))
	}
	for line := range strings.Lines(commonText) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		plain := squeeze(line)
		r.common[plain] = struct{}{}
		if plain == line && len(plain) >= 5 && len(plain) <= 12 && !strings.ContainsAny(plain, "0123456789") {
			r.words = append(r.words, plain)
		}
	}
	return r
}

// Fault is why a password is refused and what to do, in a sentence; empty if it
// is good enough. emailKey is the canonical address of its owner.
func (r Rules) Fault(password, emailKey string) string {
	if len(password) > MaxBytes {
		return fmt.Sprintf("This password is too long. Use at most %d characters.", maxPassword)
	}
	if !utf8.ValidString(password) {
		return "This password contains bytes that are not text. Type it again."
	}
	plain := norm.NFKC.String(password)
	switch n := utf8.RuneCountInString(plain); {
	case n == 0:
		return fmt.Sprintf("Choose a password of at least %d characters. Several words in a row are easy to remember.", r.min)
	case n < r.min:
		return fmt.Sprintf("This password has %d characters and needs at least %d. Add another word or two.", n, r.min)
	case n > maxPassword:
		return fmt.Sprintf("This password has %d characters. Use at most %d.", n, maxPassword)
	}
	local, _, _ := strings.Cut(emailKey, "@")
	return r.guessable(plain, local)
}

// guessable looks at the password the way a guesser does: without case,
// spaces and punctuation, and with 4 for a and 0 for o undone.
func (r Rules) guessable(password, local string) string {
	for _, p := range []string{squeeze(password), squeeze(unleet(password))} {
		if text := r.pattern(p); text != "" {
			return text
		}
		if text := r.mostly(p, local); text != "" {
			return text
		}
	}
	return ""
}

func (r Rules) pattern(p string) string {
	bare := strings.TrimRight(p, "0123456789")
	_, listed := r.common[p]
	_, listedBare := r.common[bare]
	switch {
	case listed, listedBare:
		return "This password is among the first that are guessed. Choose one that only you would think of."
	case repeats(p), repeats(bare):
		return "This password repeats the same few characters. Use several different words instead."
	}
	return ""
}

// mostly refuses a password that consists of guessable pieces but for a rest
// too short to be a password.
func (r Rules) mostly(p, local string) string {
	rest := (r.min + 1) / 2
	text := []rune(p)
	known := make([]bool, len(text))
	for _, try := range []struct {
		mark   func()
		advice string
	}{
		{func() { mark(text, known, append(pieces(local), squeeze(local))) },
			"This password is mostly your e-mail address. Choose words that have nothing to do with it."},
		{func() { mark(text, known, r.hub) },
			"This password is mostly the name of this service. Choose words that have nothing to do with it."},
		{func() { markRuns(text, known) },
			"This password is mostly a sequence, like 12345 or qwerty. Use several different words instead."},
		{func() { mark(text, known, r.words) },
			"This password is mostly made of words that are guessed first. Choose less usual ones."},
	} {
		before := count(known)
		try.mark()
		if n := count(known); n > before && len(text)-n < rest {
			return try.advice
		}
	}
	return ""
}

// squeeze folds case and drops everything but letters, marks and digits.
// Where nothing is left, say of a password of dashes, the text stays as it is.
func squeeze(s string) string {
	folded, _ := emailaddr.Fold(s)
	out := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, folded)
	if out == "" {
		return s
	}
	return out
}

func unleet(s string) string {
	return strings.NewReplacer("4", "a", "@", "a", "8", "b", "3", "e", "6", "g", "1", "i", "!", "i",
		"0", "o", "5", "s", "$", "s", "7", "t", "2", "z").Replace(s)
}

// repeats reports whether s is one short unit over and over.
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

// mark notes every place where one of the words stands.
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

// markRuns notes runs of four or more: abcd, 4321, qwer, aaaa.
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
