package hubtest

import (
	"net/url"
	"strings"
	"testing"
)

// Enter signs a user in to a site with consent, and returns the response of the
// token endpoint.
func (a *App) Enter(t *testing.T, b *Browser, email string) Reply {
	t.Helper()
	return a.W.Raw(FrappePath+"get_token", a.SiteForm(a.CodeFor(t, b, email, "s")))
}

// CodeFor is a code from the site's button.
func (a *App) CodeFor(t *testing.T, b *Browser, email, state string) string {
	t.Helper()
	p := b.Open(SiteRequest(a, FrappePath+"authorize", state))
	if strings.Contains(p.Body, `action="/signin"`) {
		p = b.SignIn(p, email)
	}
	if strings.Contains(p.Body, `action="/consent"`) {
		p = b.Submit(p, "/consent", "decision", "allow")
	}
	to, err := url.Parse(p.Location)
	if err != nil || !strings.HasPrefix(p.Location, a.RedirectURIs[0]+"?") {
		t.Fatalf("answered %d, leading to %q:\n%s", p.Status, p.Location, p.Body)
	}
	Want(t, "state", to.Query().Get("state"), state)
	return to.Query().Get("code")
}

// SiteForm is the body with which a site redeems a code, in this order.
func (a *App) SiteForm(code string) string {
	return "code=" + code + "&redirect_uri=" + url.QueryEscape(a.RedirectURIs[0]) +
		"&grant_type=authorization_code&client_id=" + a.ID + "&client_secret=" + url.QueryEscape(a.Secret)
}
