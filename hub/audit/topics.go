package audit

import (
	"slices"
	"strings"
)

// A Topic is what events are about: the kinds that begin with its words.
type Topic struct {
	Name  string
	words []string
}

// Topics are in the order of the menu. A search by topic reads once for each of
// its kinds, so they are small.
var Topics = []Topic{
	{"signin", []string{"signin", "signout", "sessions", "browser", "trusted"}},
	{"upstream", []string{"upstream", "logout"}},
	{"methods", []string{"second", "recovery", "passkey", "password"}},
	{"users", []string{"user", "setup", "roles"}},
	{"groups", []string{"group"}},
	{"links", []string{"link"}},
	{"apps", []string{"client", "api"}},
	{"tokens", []string{"consent", "grant", "code", "tokens", "token", "refresh", "request"}},
	{"providers", []string{"loginkey"}},
	{"hubs", []string{"server"}},
	{"hub", []string{"settings", "signing", "import", "record", "admin", "audit", "email", "watch"}},
}

// kindsOf are the kinds of a topic, or the kind with this name.
func kindsOf(what string) []string {
	if slices.Contains(All, what) {
		return []string{what}
	}
	var kinds []string
	for _, kind := range All {
		if TopicOf(kind) == what {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// TopicOf is the name of the topic of a kind; empty if it has none.
func TopicOf(kind string) string {
	word, _, _ := strings.Cut(kind, ".")
	for _, topic := range Topics {
		if slices.Contains(topic.words, word) {
			return topic.Name
		}
	}
	return ""
}
