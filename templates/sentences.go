package templates

import "github.com/fedhub/fedhub/templates/locales"

// Sentence formats a code and its arguments in English, for developers, logs
// and the command line.
func Sentence(code string, args map[string]string) string {
	return locales.English().Sentence(code, args)
}

// SentenceArgs are all messages of the catalogue, each with the names of its
// arguments.
func SentenceArgs() map[string][]string { return locales.English().Args() }
