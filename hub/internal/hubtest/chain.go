package hubtest

import (
	"strings"

	"github.com/fedhub/fedhub/federation"
)

func Straight(k *federation.LoginKey) { k.Direct = true }

// Walk continues from a page, through all hubs, until an app has its answer or
// the page has no button.
func (b *Browser) Walk(p Page, email string, hubs ...*World) Page {
	b.W.Helper()
	for range 40 {
		at := b
		for _, h := range hubs {
			if strings.HasPrefix(p.URL.String(), h.URL) {
				at = b.At(h)
			}
		}
		switch {
		case strings.HasPrefix(p.Location, Callback):
			return p
		case p.Location != "":
			p = b.Hop(p)
		case strings.Contains(p.Body, `action="/consent"`):
			p = at.Submit(p, "/consent", "decision", "allow")
		case strings.Contains(p.Body, `action="/signin"`) && email != "":
			p = at.SignIn(p, email)
		default:
			return p
		}
	}
	b.W.Fatal("no end to it")
	return Page{}
}
