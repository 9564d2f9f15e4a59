package hubtest

import (
	"strings"

	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/hub/web/cookies"
)

// Accounts are the accounts on the page with the choice: the address, a colon, and
// what the page says about it.
func Accounts(p Page) []string {
	var out []string
	root, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		return nil
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || Attr(n, "class") != "who" {
			continue
		}
		var said []string
		for s := range n.Descendants() {
			if s.Type == html.ElementNode && s.Data == "small" && s.FirstChild != nil {
				said = append(said, s.FirstChild.Data)
			}
		}
		out = append(out, strings.Join(said, ": "))
	}
	return out
}

// Choose presses the button of an account on the page with the choice.
func (b *Browser) Choose(p Page, email string) Page {
	b.W.Helper()
	return b.pressed(p, "/signin/choose", email)
}

// Forget presses its other button.
func (b *Browser) Forget(p Page, email string) Page {
	b.W.Helper()
	return b.pressed(p, "/signin/forget", email)
}

// SignOutOf signs one account of the page out.
func (b *Browser) SignOutOf(p Page, email string) Page {
	b.W.Helper()
	return b.pressed(p, "/signout", email)
}

func (b *Browser) pressed(p Page, action, email string) Page {
	b.W.Helper()
	u, err := b.W.Hub.FindUser(b.W.Context(), email)
	if err != nil {
		b.W.Fatal(err)
	}
	return b.Submit(p, action, "account", cookies.Ref(u.ID))
}
