package token_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestWithoutSkipAuthorizationPeopleAreAskedAgain(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	op := w.Operator()
	a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
	op.SignInTo(a, "root@example.org")
	path := "/admin/clients/" + a.ID
	op.Submit(op.Open(path), path, "skip_authorization", "")
	p := op.Authorize(a.Request())
	if !strings.Contains(p.Body, `action="/consent"`) {
		t.Fatalf("got %d, location %q: nobody was asked", p.Status, p.Location)
	}
	op.Submit(p, "/consent", "decision", "allow")
	if op.Answer(op.Authorize(a.Request())).Get("code") == "" {
		t.Error("what the person allowed does not count")
	}
}

func TestAnInstalledAppIsNeverAnsweredInSilence(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App(func(c *clients.Client) {
		c.Type, c.AuthMethod, c.RedirectURIs = clients.Native, "", []string{"http://127.0.0.1/cb"}
	})
	b := w.Browser()
	request := a.Request("redirect_uri", "http://127.0.0.1:5555/cb")
	p := b.Submit(b.SignIn(b.Authorize(request), "ada@example.org"), "/consent", "decision", "allow")
	if !strings.HasPrefix(p.Location, "http://127.0.0.1:5555/cb?") {
		t.Fatalf("location %q", p.Location)
	}
	if p := b.Authorize(request); !strings.Contains(p.Body, `action="/consent"`) {
		t.Errorf("the second time nobody was asked: location %q (RFC 8252 §8.6)", p.Location)
	}
}

func TestRefreshTokensEndWithTheSessionUnlessOffline(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	online := a.Redeem(w.Browser().SignInTo(a, "ada@example.org").Get("code"))
	offline := a.Redeem(w.Browser().SignInTo(a, "ada@example.org", "scope", "openid offline_access").Get("code"))
	w.Clock.Skip(20 * time.Hour)
	online = a.Refresh(online.Str("refresh_token"))
	hubtest.Want(t, "used, it keeps the session alive", online.Status, 200)
	w.Clock.Skip(20 * time.Hour)
	online = a.Refresh(online.Str("refresh_token"))
	hubtest.Want(t, "and again", online.Status, 200)
	w.Clock.Skip(25 * time.Hour)
	hubtest.Refused(t, "after the session ended", a.Refresh(online.Str("refresh_token")), 400, "invalid_grant")
	hubtest.Want(t, "offline", a.Refresh(offline.Str("refresh_token")).Status, 200)
}

func TestRevokingAnExchangedRefreshTokenMeansTheSignIn(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	old := a.Redeem(w.Browser().SignInTo(a, "ada@example.org").Get("code")).Str("refresh_token")
	next := a.Refresh(old).Str("refresh_token")
	hubtest.Want(t, "revocation", a.Post("/oauth2/revoke", "token", old).Status, 200)
	hubtest.Refused(t, "its successor", a.Refresh(next), 400, "invalid_grant")
}

func TestSigningInTwiceAtOnceIsNoFault(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		b := w.Browser()
		b.SignIn(b.Open("/signin"), "ada@example.org")
		_, fields, _ := hubtest.Form(b.Open("/signin?switch=1").Body, "/signin")
		fields.Set("email", "ada@example.org")
		fields.Set("password", hubtest.Password)
		var faults atomic.Int32
		hubtest.AtOnce(6, func(int) {
			if p := b.Read(b.PostForm(w.URL+"/signin", fields)); p.Status >= 500 {
				faults.Add(1)
			}
		})
		hubtest.Want(t, "answers of 500", faults.Load(), 0)
	})
}

func TestTheAddressIsToldOnlyForItsScope(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	r := a.Redeem(w.Browser().SignInTo(a, "ada@example.org", "scope", "openid profile").Get("code"))
	for name, text := range map[string]string{
		"introspection": a.Post("/oauth2/introspect", "token", r.Str("access_token")).Body,
		"userinfo":      w.Userinfo(r.Str("access_token")).Body,
	} {
		if strings.Contains(text, "ada@") {
			t.Errorf("%s tells the address: %s", name, text)
		}
	}
}

func TestWhatIsTakenFromAClientIsTakenFromItsTokens(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	op := w.Operator()
	a := w.App()
	r := a.Redeem(op.SignInTo(a, "root@example.org", "scope", "openid files").Get("code"))
	path := "/admin/clients/" + a.ID
	op.Submit(op.Open(path), path, "scopes", "openid")
	next := a.Refresh(r.Str("refresh_token"))
	hubtest.Want(t, "scope of the refreshed token", next.Str("scope"), "openid")
	op.Submit(op.Open(path), path, "disabled", "1")
	hubtest.Want(t, "userinfo of a client that is off", w.Userinfo(next.Str("access_token")).Status, 401)
}
