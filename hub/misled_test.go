package hub_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/settings"
)

// RFC 9700 §4.11.2: a link to the hub leads nobody to an address that nobody
// here chose.
func TestALinkToTheHubIsNoLinkToWhoRegisteredThere(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	w.person("ada@example.org")
	registered := w.sendJSON("POST", "/oauth2/register", "", metadata{"client_name": "Free prizes", "redirect_uris": []string{callback}})
	want(t, "registration", registered.Status, 201)
	chosen := w.app()
	stranger := &app{w: w, Client: chosen.Client, verifier: chosen.verifier}
	stranger.ID = registered.str("client_id")

	// visit follows a link as a browser does, which says what it is.
	visit := func(b *browser, a *app, pairs ...string) page {
		req, err := http.NewRequest(http.MethodGet, w.URL+"/oauth2/authorize?"+a.request(pairs...).Encode(), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Sec-Fetch-Dest", "document")
		return b.read(b.Do(req))
	}
	moves := func(p page) bool {
		return p.Location != "" || p.Header.Get("Refresh") != "" || strings.Contains(p.Body, `http-equiv="refresh"`) || strings.Contains(p.Body, "submit()")
	}
	in := w.browser()
	in.signIn(in.open("/signin"), "ada@example.org")
	for name, b := range map[string]*browser{"nobody": w.browser(), "somebody signed in": in} {
		for _, mode := range []string{"query", "fragment", "form_post", "query.jwt"} {
			p := visit(b, stranger, "scope", "openid nonsense", "response_mode", mode)
			want(t, name+" "+mode+": it moves on by itself", moves(p), false)
			want(t, name+" "+mode+": it says where", strings.Contains(p.Body, "app.example.org") && strings.Contains(p.Body, `href="`+callback), true)
		}
		want(t, name+": prompt=none", moves(visit(b, stranger, "prompt", "none")), true)
		want(t, name+": an app that was chosen", moves(visit(b, chosen, "scope", "openid nonsense")), true)
	}

	// Who did something here is answered at once.
	b := w.browser()
	p := b.submit(b.signIn(b.authorize(stranger.request("scope", "openid")), "ada@example.org"), "/consent", "decision", "cancel")
	want(t, "after the person said no", b.answer(p).Get("error"), "access_denied")
}
