package templates

import "github.com/fedhub/fedhub/templates/locales"

// Sentence puts a code and its arguments into English, for developers, logs and
// the command line.
func Sentence(code string, args map[string]string) string {
	return locales.English().Sentence(code, args)
}

// SentenceArgs are all messages of the catalogue, each with the names of the
// arguments that it speaks of.
func SentenceArgs() map[string][]string { return locales.English().Args() }
