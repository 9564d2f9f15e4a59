package hubtest

import (
	"regexp"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/internal/testkit/mailtest"
)

// A Postbox is where letters come.
type Postbox struct{ mailtest.Box }

// Link is the path that the last letter to an address leads to.
func (p *Postbox) Link(w *World, to string) string {
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

// Pick picks up the letters and returns where the last of them leads to that
// has a link to the path.
func (p *Postbox) Pick(t *testing.T, to, path string) string {
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

// About are the letters whose subject says this.
func (p *Postbox) About(subject string) (found []mail.Letter) {
	for _, letter := range p.All() {
		if strings.Contains(letter.Subject, subject) {
			found = append(found, letter)
		}
	}
	return found
}
