package hubtest

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/fedhub/fedhub/clients"
)

const (
	Bye         = "https://app.example.org/bye"
	Farewell    = "https://app.example.org/farewell?from=hub"
	Printable   = "!\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~ & = % end"
	SignOutPage = `action="/signout"`
)

// LeavingApp is an app that uses end_session_endpoint.
func (w *World) LeavingApp(change ...func(*clients.Client)) *App {
	w.Helper()
	return w.App(append([]func(*clients.Client){func(c *clients.Client) {
		c.PostLogoutRedirectURIs = []string{Bye, Farewell}
	}}, change...)...)
}

// Logout is a valid sign-out request; pairs override it.
func Logout(hint string, pairs ...string) string {
	v := url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {Bye}, "state": {"the state"}}
	return "/oauth2/logout?" + Edited(v, pairs).Encode()
}

// IdToken signs the browser in to the app and returns its ID token.
func (b *Browser) IdToken(a *App, email string) string {
	b.W.Helper()
	return a.Redeem(b.SignInTo(a, email).Get("code")).Str("id_token")
}

// SignedIn reports whether the browser is signed in, without a page
// (prompt=none).
func (b *Browser) SignedIn(a *App) bool {
	b.W.Helper()
	answer := b.Answer(b.Authorize(a.Request("prompt", "none")))
	if answer.Get("code") == "" && answer.Get("error") != "login_required" {
		b.W.Errorf("prompt=none: %v", answer)
	}
	return answer.Get("code") != ""
}

// Without calls the hub without the browser's cookies.
func (b *Browser) Without(call func() (*http.Response, error)) (*http.Response, error) {
	jar := b.Jar
	b.Jar = nil
	defer func() { b.Jar = jar }()
	return call()
}

// StateCookie is the cookie that the frame's script reads.
func (b *Browser) StateCookie() string {
	home, _ := url.Parse(b.W.URL)
	for _, c := range b.Jar.Cookies(home) {
		if strings.HasSuffix(c.Name, "_state") {
			return c.Value
		}
	}
	return ""
}
