package templates

import (
	"maps"
	"slices"
	"strings"
)

// sentences are the words of every code that rules give (internal/texts), with
// {name} where an argument stands. The tables stand in files by topic.
var sentences = collect(
	generalSentences,
	userSentences,
	settingsSentences,
	providerSentences,
	applicationSentences,
	registrationSentences,
	protocolSentences,
	eventSentences,
	traceSentences,
	linkSentences,
	healthSentences,
	connectionSentences,
	oauthSentences,
	tokenSentences,
	addressSentences,
)

var generalSentences = map[string]string{
	"error": "{cause}",
}

// Sentence puts a code and its arguments into words. A code that this program
// does not know, as a newer one may have stored it, stands for itself. An
// argument that is a sentence itself is put into words first.
func Sentence(code string, args map[string]string) string {
	pattern, known := sentences[code]
	if !known {
		return code
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(pattern, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		b.WriteString(argument(name, args))
		pattern = after
	}
}

// argument is the value of one, which is a code where its name has "@" before
// it; the arguments of that code have its name and a slash before theirs.
func argument(name string, args map[string]string) string {
	code, nested := args["@"+name]
	if !nested {
		return args[name]
	}
	inner := map[string]string{}
	for key, value := range args {
		if of, ok := strings.CutPrefix(key, "@"+name+"/"); ok {
			inner[of] = value
		}
	}
	return Sentence(code, inner)
}

// SentenceArgs are all codes that there are words for, each with the names of
// the arguments that its sentence speaks of.
func SentenceArgs() map[string][]string {
	out := map[string][]string{}
	for code, pattern := range sentences {
		out[code] = nil
		for _, part := range strings.Split(pattern, "{")[1:] {
			name, _, _ := strings.Cut(part, "}")
			out[code] = append(out[code], name)
		}
		slices.Sort(out[code])
		out[code] = slices.Compact(out[code])
	}
	return out
}

func collect(tables ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, table := range tables {
		maps.Copy(all, table)
	}
	return all
}
