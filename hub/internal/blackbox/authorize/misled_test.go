package authorize_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// RFC 9700 §4.11.2: an error does not redirect to an address that no
// administrator approved (open redirector).
func TestALinkToTheHubIsNoLinkToWhoRegisteredThere(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	w.Person("ada@example.org")
	registered := w.SendJSON("POST", "/oauth2/register", "", hubtest.Metadata{"client_name": "Free prizes", "redirect_uris": []string{hubtest.Callback}})
	hubtest.Want(t, "registration", registered.Status, 201)
	chosen := w.App()
	stranger := &hubtest.App{W: w, Client: chosen.Client, Verifier: chosen.Verifier}
	stranger.ID = registered.Str("client_id")

	// visit opens a link with the Fetch Metadata headers of a browser.
	visit := func(b *hubtest.Browser, a *hubtest.App, pairs ...string) hubtest.Page {
		req, err := http.NewRequest(http.MethodGet, w.URL+"/oauth2/authorize?"+a.Request(pairs...).Encode(), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Sec-Fetch-Dest", "document")
		return b.Read(b.Do(req))
	}
	moves := func(p hubtest.Page) bool {
		return p.Location != "" || p.Header.Get("Refresh") != "" || strings.Contains(p.Body, `http-equiv="refresh"`) || strings.Contains(p.Body, "submit()")
	}
	in := w.Browser()
	in.SignIn(in.Open("/signin"), "ada@example.org")
	for name, b := range map[string]*hubtest.Browser{"nobody": w.Browser(), "somebody signed in": in} {
		for _, mode := range []string{"query", "fragment", "form_post", "query.jwt"} {
			p := visit(b, stranger, "scope", "openid sessions", "response_mode", mode)
			hubtest.Want(t, name+" "+mode+": it moves on by itself", moves(p), false)
			hubtest.Want(t, name+" "+mode+": it says where", strings.Contains(p.Body, "app.example.org") && strings.Contains(p.Body, `href="`+hubtest.Callback) || strings.Contains(p.Body, `action="`+hubtest.Callback), true)
			hubtest.Want(t, name+" "+mode+": it says what", strings.Contains(p.Body, `id="error-code">invalid_scope<`) && strings.Contains(p.Body, `id="error-description">`), true)
			csp := p.Header.Get("Content-Security-Policy")
			if mode != "form_post" {
				hubtest.Want(t, name+" "+mode+": where forms lead", strings.Contains(csp, "form-action 'self';"), true)
				continue
			}
			// With response_mode=form_post the error is posted too.
			_, fields, found := hubtest.Form(p.Body, hubtest.Callback)
			hubtest.Want(t, name+": posted", found && fields.Get("error") == "invalid_scope" && fields.Get("state") == "the state" && fields.Get("iss") == w.URL, true)
			hubtest.Want(t, name+": the form leads to this app alone", strings.Contains(csp, "form-action https://app.example.org;") && !strings.Contains(csp, "*"), true)
		}
		hubtest.Want(t, name+": prompt=none", moves(visit(b, stranger, "prompt", "none")), true)
		hubtest.Want(t, name+": an app that was chosen", moves(visit(b, chosen, "scope", "openid sessions")), true)
	}

	// After an interaction at the hub, the redirect is immediate.
	b := w.Browser()
	p := b.Submit(b.SignIn(b.Authorize(stranger.Request("scope", "openid")), "ada@example.org"), "/consent", "decision", "cancel")
	hubtest.Want(t, "after the person said no", b.Answer(p).Get("error"), "access_denied")
}
