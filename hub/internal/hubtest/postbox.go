package hubtest

import (
	"regexp"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/internal/testkit/mailtest"
)

// A Postbox collects the emails.
type Postbox struct{ mailtest.Box }

// Link is the path of the link in the last email to an address.
func (p *Postbox) Link(w *World, to string) string {
	w.Helper()
	all := p.All()
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].To == to {
			if link := regexp.MustCompile(regexp.QuoteMeta(w.URL) + `(/\S+/\S+/\S+|/(?:invite|signup)/\S+)`).FindStringSubmatch(all[i].Text); link != nil {
				return link[1]
			}
		}
	}
	w.Fatalf("no email with a link came to %s: %v", to, all)
	return ""
}

// Pick removes the emails and returns the link of the last one that has a link to
// the path.
func (p *Postbox) Pick(t *testing.T, to, path string) string {
	t.Helper()
	var found string
	for _, l := range p.Take() {
		if at := regexp.MustCompile(regexp.QuoteMeta(path) + `\?\S+`).FindString(l.Text); at != "" && l.To == to {
			found = at
		}
	}
	if found == "" {
		t.Fatalf("no email to %s leads to %s", to, path)
	}
	return found
}

// About are the emails with this subject.
func (p *Postbox) About(subject string) (found []mail.Message) {
	for _, email := range p.All() {
		if strings.Contains(email.Subject, subject) {
			found = append(found, email)
		}
	}
	return found
}
