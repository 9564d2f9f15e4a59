package locales

import (
	"regexp"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
)

// Pseudo is the English catalogue in letters that no page has otherwise, each
// message in brackets and longer by two fifths. A page shown with it betrays
// every text that bypasses the catalogue, and every place where a longer
// language would not fit.
var Pseudo = sync.OnceValue(func() *Words {
	messages := read("active.en.toml")
	for _, m := range messages {
		m.One, m.Other = disguise(m.One), disguise(m.Other)
	}
	return newWords(language.MustParse("en-XA"), append(messages, read("protocol.toml")...))
})

// fixedParts are what a disguise leaves alone: arguments and the tags of parts.
var fixedParts = regexp.MustCompile(`\{\{[^}]*\}\}|</?[1-9]/?>`)

var disguises = strings.NewReplacer(
	"a", "å", "c", "ç", "e", "ë", "g", "ĝ", "i", "î", "n", "ñ", "o", "ö", "s", "š", "t", "ŧ", "u", "û", "y", "ý",
	"A", "Å", "C", "Ç", "E", "Ë", "I", "Î", "N", "Ñ", "O", "Ö", "S", "Ŝ", "T", "Ŧ", "U", "Û")

func disguise(message string) string {
	var b strings.Builder
	letters, from := 0, 0
	plain := func(s string) {
		for _, r := range s {
			if unicode.IsLetter(r) {
				letters++
			}
		}
		b.WriteString(disguises.Replace(s))
	}
	for _, at := range fixedParts.FindAllStringIndex(message, -1) {
		plain(message[from:at[0]])
		b.WriteString(message[at[0]:at[1]])
		from = at[1]
	}
	plain(message[from:])
	if letters == 0 {
		return message
	}
	for i := range (letters*2 + 4) / 5 {
		if i%6 == 5 {
			b.WriteByte(' ') // so that a line can break there, as between words
		} else {
			b.WriteByte('~')
		}
	}
	return "⟦" + b.String() + "⟧"
}
