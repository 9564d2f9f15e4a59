package hub_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/mail/mailtest"
)

// A postbox is where letters come.
type postbox struct{ mailtest.Box }

// link is the path that the last letter to an address leads to.
func (p *postbox) link(w *world, to string) string {
	w.Helper()
	all := p.All()
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].To == to {
			if link := regexp.MustCompile(regexp.QuoteMeta(w.URL) + `(/\S+/\S+/\S+|/invite/\S+)`).FindStringSubmatch(all[i].Text); link != nil {
				return link[1]
			}
		}
	}
	w.Fatalf("no letter with a link came to %s: %v", to, all)
	return ""
}

// pick picks up the letters and returns where the last of them leads to that
// has a link to the path.
func (p *postbox) pick(t *testing.T, to, path string) string {
	t.Helper()
	var found string
	for _, l := range p.Take() {
		if at := regexp.MustCompile(regexp.QuoteMeta(path) + `\?\S+`).FindString(l.Text); at != "" && l.To == to {
			found = at
		}
	}
	if found == "" {
		t.Fatalf("no letter to %s leads to %s", to, path)
	}
	return found
}

// about are the letters whose subject says this.
func (p *postbox) about(subject string) (found []mail.Letter) {
	for _, letter := range p.All() {
		if strings.Contains(letter.Subject, subject) {
			found = append(found, letter)
		}
	}
	return found
}
