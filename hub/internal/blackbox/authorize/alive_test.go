package authorize_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// asks reports whether consent is asked for, and checks that prompt=none gives
// the same answer.
func asks(t *testing.T, b *hubtest.Browser, a *hubtest.App, pairs ...string) bool {
	t.Helper()
	asked := strings.Contains(b.Authorize(a.Request(pairs...)).Body, `action="/consent"`)
	quiet := b.Answer(b.Authorize(a.Request(append(pairs, "prompt", "none")...)))
	hubtest.Want(t, "prompt=none", quiet.Get("error"), map[bool]string{true: "consent_required"}[asked])
	return asked
}

func TestAutoAsksNobodyInALiveSession(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a, b := w.App(), w.Browser()
	token := a.Redeem(b.SignInTo(a, "ada@example.org", "scope", "openid").Get("code")).Str("access_token")
	w.Clock.Skip(time.Hour)
	hubtest.Want(t, "the token ran out", a.Active(token), false)
	hubtest.Want(t, "asked when it ran out", asks(t, b, a, "scope", "openid"), false)

	// Another browser of hers has another session; the first one still works.
	other := w.Browser()
	other.SignIn(other.Open("/signin"), "ada@example.org")
	hubtest.Want(t, "asked in another browser", asks(t, other, a, "scope", "openid"), false)
}

func TestAutoAsksAgainWhenTheLastTokenWasRevoked(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		a, b := w.App(), w.Browser()
		token := func() string {
			return a.Redeem(b.SignInTo(a, "ada@example.org", "scope", "openid").Get("code")).Str("access_token")
		}
		first, second := token(), token()
		hubtest.Want(t, "revocation", a.Post("/oauth2/revoke", "token", first).Status, 200)
		hubtest.Want(t, "asked while another is good", asks(t, b, a, "scope", "openid"), false)
		hubtest.Want(t, "revocation", a.Post("/oauth2/revoke", "token", second).Status, 200)
		hubtest.Want(t, "asked without any", asks(t, b, a, "scope", "openid"), true)
		w.Clock.Skip(3 * time.Hour) // what was revoked no longer counts
		hubtest.Want(t, "asked later", asks(t, b, a, "scope", "openid"), true)
		b.SignInTo(a, "ada@example.org", "scope", "openid")
		hubtest.Want(t, "asked once she agreed again", asks(t, b, a, "scope", "openid"), false)
	})
}

func TestAutoAsksAgainInANewSession(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a, b := w.App(), w.Browser()
	b.SignInTo(a, "ada@example.org", "scope", "openid")
	leave := func() {
		t.Helper()
		hubtest.Want(t, "signing out", b.Submit(b.Open("/signout"), "/signout").Status, 200)
		b.SignIn(b.Open("/signin"), "ada@example.org")
	}
	leave()
	hubtest.Want(t, "asked with nothing alive", asks(t, b, a, "scope", "openid"), true)

	redeemed := a.Redeem(b.SignInTo(a, "ada@example.org", "scope", "openid offline_access").Get("code"))
	refresh := redeemed.Str("refresh_token")
	if refresh == "" {
		t.Fatalf("no refresh token: %s", redeemed.Body)
	}
	leave()
	hubtest.Want(t, "asked while a refresh token is good", asks(t, b, a, "scope", "openid"), false)
	hubtest.Want(t, "revocation", a.Post("/oauth2/revoke", "token", refresh).Status, 200)
	hubtest.Want(t, "asked when it was revoked", asks(t, b, a, "scope", "openid"), true)
}

func TestATokenThatWasStolenIsNoReasonToAskNobody(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a, b := w.App(), w.Browser()
	refresh := a.Redeem(b.SignInTo(a, "ada@example.org").Get("code")).Str("refresh_token")
	next := a.Refresh(refresh)
	hubtest.Want(t, "a refresh", next.Status, 200)
	a.Refresh(next.Str("refresh_token"))
	w.Clock.Skip(time.Hour)
	hubtest.Refused(t, "an old one", a.Refresh(refresh), 400, "invalid_grant")
	hubtest.Want(t, "asked after the theft", asks(t, b, a), true)
}
