package e2e_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/fedhub/fedhub/internal/testkit/mailtest"
)

// linkIn is the first address in the last email.
func linkIn(t *testing.T, box *mailtest.Box) string {
	t.Helper()
	all := box.All()
	if len(all) == 0 {
		t.Fatal("no email came")
	}
	return regexp.MustCompile(`http\S+`).FindString(all[len(all)-1].Text)
}

// Somebody without an account comes from an app, creates one with the link in
// an email, and arrives at the app.
func TestSomebodySignsUpAndComesToTheApp(t *testing.T) {
	s, box := newMailingSite(t, "Head office")
	app := serve(t, func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		if r.URL.Query().Get("code") != "" {
			rw.Write([]byte(`<!doctype html><title>App</title><h1 id="arrived">You are in</h1>`)) //nolint:errcheck // the browser notices
		}
	})
	c := newClient(t, s.Hub.Service, app+"/callback")
	b := newWindow(t)
	b.open(s.URL + "/oauth2/authorize?" + requestOf(c.ID, app+"/callback", "openid profile email").Encode())
	b.press("#sign-up")
	b.seeText("After that, you continue to Payroll of the northern branch.")
	b.fill("#email", "grace@example.org")
	b.press("#send-link")
	b.seeText("Check your email")

	b.open(linkIn(t, box))
	b.seeText("grace@example.org")
	b.fill("#name", "Grace Hopper")
	b.fill("#password", "seven lamps on a quiet pier")
	b.press("#create")
	b.click("#allow")
	b.seeAt(app+"/callback", "#arrived")

	b.open(s.URL + "/account")
	b.seeText("Grace Hopper")
}
