package hubtest

import (
	"html"
	"regexp"
)

var disown = regexp.MustCompile(`href="(/account/activity/wasnt-me\?event=[^"]+)" aria-label="This wasn&#39;t me: ([^"]+)"`)

// Disowns opens the page on which the user says "this wasn't me" to the newest
// event with this sentence.
func (b *Browser) Disowns(sentence string) Page {
	b.W.Helper()
	p := b.Open("/account/activity")
	for _, found := range disown.FindAllStringSubmatch(p.Body, -1) {
		if html.UnescapeString(found[2]) == sentence {
			return b.Open(html.UnescapeString(found[1]))
		}
	}
	b.W.Fatalf("nothing to disown says %q: %s", sentence, Gist(p.Body))
	return Page{}
}
