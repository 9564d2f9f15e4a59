package hubtest

import (
	"strings"

	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/internal/testkit/webauthntest"
)

// Localhost is the URL of a Config with a host name, which passkeys need.
const Localhost = "http://localhost"

// Device is a device without a passkey, in a browser at this hub.
func (w *World) Device() *webauthntest.Key { return &webauthntest.Key{Origin: w.URL} }

// Passkey sends the page's form for the path with a device's answer, as the
// script does.
func (b *Browser) Passkey(p Page, action string, k *webauthntest.Key, pairs ...string) Page {
	b.W.Helper()
	answer := b.Answered(p, action, k)
	return b.Submit(WithForm(p, action), action, append([]string{"passkey_answer", answer}, pairs...)...)
}

// Answered is the device's answer to the form.
func (b *Browser) Answered(p Page, action string, k *webauthntest.Key) string {
	b.W.Helper()
	form := passkeyForm(p.Body, action)
	if form == nil {
		b.W.Fatalf("no form for a passkey leads to %s on the page %s:\n%s", action, p.URL, p.Body)
	}
	does := k.Assert
	if Attr(form, "data-passkey") == "create" {
		does = k.Register
	}
	answer, err := does(Attr(form, "data-options"))
	if err != nil {
		b.W.Fatal(err)
	}
	return answer
}

// WithForm is the page with only its form for a passkey, because another form may
// have the same path.
func WithForm(p Page, action string) Page {
	if form := passkeyForm(p.Body, action); form != nil {
		var text strings.Builder
		if html.Render(&text, form) == nil {
			p.Body = text.String()
		}
	}
	return p
}

func passkeyForm(body, action string) *html.Node {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return nil
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" && Attr(n, "action") == action && has(n, "data-passkey") {
			return n
		}
	}
	return nil
}

// AddPasskey adds a passkey on the device for the signed-in user.
func (b *Browser) AddPasskey(k *webauthntest.Key, pairs ...string) Page {
	b.W.Helper()
	return b.Passkey(b.OpenProved("/account/passkeys"), "/account/passkeys", k, pairs...)
}
