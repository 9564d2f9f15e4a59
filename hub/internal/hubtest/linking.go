package hubtest

import (
	"regexp"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/users"
)

// MailingPair is a pair with a secondary that sends emails.
func MailingPair(t *testing.T, change ...func(*federation.LoginKey)) (Pair, *Postbox) {
	t.Helper()
	post := &Postbox{}
	primary := NewWorld(t, OpenSQLite(t))
	return Join(t, primary, NewWorldAs(t, OpenSQLite(t), hub.Config{Mail: post}), change...), post
}

// Abroad continues at the primary as this user up to the redirect to the
// secondary, and returns that address.
func (p Pair) Abroad(b *Browser, at Page, email string) Page {
	b.W.Helper()
	for range 20 {
		switch {
		case strings.HasPrefix(at.Location, p.Secondary.URL+"/signin/from/"):
			return at
		case at.Location != "":
			at = b.Hop(at)
		case strings.Contains(at.Body, `action="/signin"`):
			at = b.At(p.Primary).Post(at, "/signin", "email", email, "password", Password)
		case strings.Contains(at.Body, `action="/consent"`):
			at = b.At(p.Primary).Post(at, "/consent", "decision", "allow")
		case strings.Contains(at.Body, `id="continue"`):
			at.Location = regexp.MustCompile(`href="(http[^"]+)" id="continue"`).FindStringSubmatch(at.Body)[1]
			at.Location = strings.ReplaceAll(at.Location, "&amp;", "&")
		default:
			b.W.Fatalf("stuck at %s:\n%s", at.URL, at.Body)
		}
	}
	b.W.Fatal("no end to it")
	return Page{}
}

// Here signs in at the secondary and opens the page of connections.
func (p Pair) Here(email string) *Browser {
	p.Secondary.Helper()
	b := p.Secondary.Browser()
	at := b.SignIn(b.Open("/signin?local=1&to=/account/connections"), email)
	if at.URL.Path != "/account/connections" {
		p.Secondary.Fatalf("at %s:\n%s", at.URL, at.Body)
	}
	return b
}

func (p Pair) LinkedTo(t *testing.T, u users.User) int {
	t.Helper()
	all, err := p.Secondary.Hub.Identities(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}
