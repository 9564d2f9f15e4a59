package locales

import (
	"strings"
	"unicode"
)

// The characters around a piece of text that may run the other way than the
// text around it (Unicode Bidirectional Algorithm, UAX #9 §2.4).
const (
	firstStrongIsolate = "\u2068"
	popIsolate         = "\u2069"
)

// isolate marks an argument as a piece of its own, where the sentence runs from
// right to left: else a name or an email in Latin letters would take the
// punctuation beside it along. Links in emails stay as they are, for readers
// and programs that copy them.
func (w *Words) isolate(text string) string {
	if !w.rtl || strings.Contains(text, "://") || strings.Contains(text, "\n") || !strings.ContainsFunc(text, unicode.IsLetter) {
		return text
	}
	return firstStrongIsolate + text + popIsolate
}
