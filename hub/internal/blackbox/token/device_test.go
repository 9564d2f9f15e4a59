package token_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestADeviceIsAllowedFromAnother(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		ada := w.Person("ada@example.org")
		tv := w.Television()
		r := tv.Begin("scope", "openid profile offline_access")
		hubtest.Want(t, "status", r.Status, 200)
		hubtest.Want(t, "verification_uri", r.Str("verification_uri"), w.URL+"/device")
		hubtest.Want(t, "verification_uri_complete", r.Str("verification_uri_complete"), w.URL+"/device?user_code="+r.Str("user_code"))
		hubtest.Want(t, "interval", r.JSON["interval"], any(5.0))
		hubtest.Want(t, "expires_in", r.JSON["expires_in"], any(600.0))
		hubtest.Refused(t, "before anybody answered", tv.Poll(r.Str("device_code")), 400, "authorization_pending")

		b := w.Browser()
		p := b.SignIn(b.Submit(b.Open("/device"), "/device", "user_code", strings.ToLower(strings.ReplaceAll(r.Str("user_code"), "-", ""))), "ada@example.org")
		for _, shown := range []string{"Television", r.Str("user_code"), "127.0.0.1", "See your profile", `id="phishing"`} {
			if !strings.Contains(p.Body, shown) {
				t.Errorf("the page does not show %q", shown)
			}
		}
		p = b.Submit(p, "/device/confirm", "decision", "allow")
		hubtest.Want(t, "where it ends", p.URL.Path, "/device/done")

		r = tv.Poll(r.Str("device_code"))
		hubtest.Want(t, "status", r.Status, 200)
		id := hubtest.ClaimsOf(t, r.Str("id_token"))
		hubtest.Want(t, "sub", id["sub"], any(ada.ID))
		if id["auth_time"] == nil || id["sid"] != nil {
			t.Errorf("the ID token has auth_time %v and sid %v", id["auth_time"], id["sid"])
		}
		hubtest.Want(t, "userinfo", w.Userinfo(r.Str("access_token")).Str("name"), "Ada Lovelace")
		next := tv.Refresh(r.Str("refresh_token"))
		hubtest.Want(t, "refresh", next.Status, 200)

		// Removing the app on the account page revokes it.
		b.Submit(b.Open("/account"), "/account/apps/remove")
		hubtest.Refused(t, "after the app was removed", tv.Refresh(next.Str("refresh_token")), 400, "invalid_grant")
		hubtest.Want(t, "userinfo after the app was removed", w.Userinfo(next.Str("access_token")).Status, 401)
	})
}

func TestADeviceOutlivesTheBrowserThatAllowedItAndNotItsPerson(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	tv := w.Television()
	r := tv.Begin()
	b := w.Browser()
	b.AnswerDevice(r.Str("user_code"), "ada@example.org", "allow")
	r = tv.Poll(r.Str("device_code"))
	b.Submit(b.Open("/signout"), "/signout")
	r = tv.Refresh(r.Str("refresh_token"))
	hubtest.Want(t, "refresh after the browser signed out", r.Status, 200)
	b.SignIn(b.Open("/signin"), "ada@example.org")
	b.Submit(b.Open("/account"), "/account/sessions/end-all")
	hubtest.Refused(t, "refresh after signing out everywhere", tv.Refresh(r.Str("refresh_token")), 400, "invalid_grant")
}

func TestADeviceIsToldNo(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	tv := w.Television()
	r := tv.Begin()
	b := w.Browser()
	p := b.AnswerDevice(r.Str("user_code"), "ada@example.org", "deny")
	hubtest.Want(t, "where it ends", p.URL.Path, "/device/done")
	hubtest.Refused(t, "denied", tv.Poll(r.Str("device_code")), 400, "access_denied")
	hubtest.Refused(t, "denied, asked again", tv.Poll(r.Str("device_code")), 400, "access_denied")
	p = b.Submit(b.Open("/device"), "/device", "user_code", r.Str("user_code"))
	hubtest.Want(t, "the code after it was answered", p.Status, 400)
}

func TestADevicePollsNoFasterThanItWasTold(t *testing.T) { // SECURITY TK-36, RFC 8628 §3.5
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	tv := w.Television()
	code := tv.Begin().Str("device_code")
	hubtest.Refused(t, "first poll", tv.Poll(code), 400, "authorization_pending")
	hubtest.Refused(t, "at once", tv.Poll(code), 400, "slow_down")
	w.Clock.Skip(5 * time.Second)
	hubtest.Refused(t, "after the old interval", tv.Poll(code), 400, "slow_down")
	w.Clock.Skip(15 * time.Second)
	hubtest.Refused(t, "after the new interval", tv.Poll(code), 400, "authorization_pending")
	w.Clock.Skip(10 * time.Minute)
	hubtest.Refused(t, "too late", tv.Poll(code), 400, "expired_token")
	w.Clock.Skip(20 * time.Minute)
	hubtest.Refused(t, "long after", tv.Poll(code), 400, "invalid_grant")
}

func TestADeviceCodeIsItsClientsAlone(t *testing.T) { // SECURITY TK-36, TK-25
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	tv, other := w.Television(), w.Television()
	r := tv.Begin()
	w.Browser().AnswerDevice(r.Str("user_code"), "ada@example.org", "allow")
	hubtest.Refused(t, "another client's device", other.Poll(r.Str("device_code")), 400, "invalid_grant")
	hubtest.Refused(t, "made up", tv.Poll("fhd_"+strings.Repeat("x", 43)), 400, "invalid_grant")
	hubtest.Refused(t, "of another kind", tv.Poll("fhc_"+strings.Repeat("x", 43)), 400, "invalid_grant")
	hubtest.Refused(t, "the user code", tv.Poll(r.Str("user_code")), 400, "invalid_grant")
	hubtest.Refused(t, "missing", tv.Poll(""), 400, "invalid_request")
	hubtest.Want(t, "its own", tv.Poll(r.Str("device_code")).Status, 200)
}

func TestADeviceCodeWorksOnceHoweverManyAsk(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		tv := w.Television()
		r := tv.Begin()
		w.Browser().AnswerDevice(r.Str("user_code"), "ada@example.org", "allow")
		var won atomic.Int32
		hubtest.AtOnce(32, func(int) {
			switch got := tv.Poll(r.Str("device_code")); {
			case got.Status == 200:
				won.Add(1)
			case got.Str("error") != "invalid_grant":
				t.Errorf("got %d %s", got.Status, got.Body)
			}
		})
		hubtest.Want(t, "devices that got tokens", won.Load(), 1)
	})
}

func TestCodesCannotBeGuessed(t *testing.T) { // SECURITY TK-36: at most five
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("eve@example.org")
	tv := w.Television()
	r := tv.Begin()
	b := w.Browser()
	stranger := b.Submit(b.Open("/device"), "/device", "user_code", r.Str("user_code"))
	hubtest.Want(t, "a stranger with a right code learns", stranger.URL.Path, "/signin")
	b.SignIn(b.Open("/signin"), "eve@example.org")
	guess := func(code string) hubtest.Page { return b.Open("/device/confirm?user_code=" + code) }
	hubtest.Want(t, "a right code", guess(r.Str("user_code")).Status, 200)
	var tried atomic.Int32
	hubtest.AtOnce(12, func(int) {
		if guess("BBBB-BBBB").Status == http.StatusBadRequest {
			tried.Add(1)
		}
	})
	hubtest.Want(t, "wrong codes that were looked at", tried.Load(), 5)
	hubtest.Want(t, "a right code after five wrong ones", guess(r.Str("user_code")).Status, http.StatusTooManyRequests)
	w.Clock.Skip(16 * time.Minute)
	hubtest.Want(t, "after the pause", guess(tv.Begin().Str("user_code")).Status, 200)
}

func TestALinkToADeviceAllowsNothingByItself(t *testing.T) { // RFC 8628 §3.3.1, §5.4
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	tv := w.Television(func(c *clients.Client) { c.SkipAuthorization = false })
	b := w.Browser()
	b.AnswerDevice(tv.Begin().Str("user_code"), "ada@example.org", "allow") // it has consent from before
	r := tv.Begin()
	p := b.Open(strings.TrimPrefix(r.Str("verification_uri_complete"), w.URL))
	_, fields, _ := hubtest.Form(p.Body, "/device")
	hubtest.Want(t, "the code that the link filled in", fields.Get("user_code"), r.Str("user_code"))
	p = b.Submit(p, "/device")
	if _, _, asks := hubtest.Form(p.Body, "/device/confirm"); !asks {
		t.Errorf("no confirmation is asked for: %s", p.URL)
	}
	hubtest.Refused(t, "before it was confirmed", tv.Poll(r.Str("device_code")), 400, "authorization_pending")
	p = b.Read(b.PostForm(w.URL+"/device/confirm", url.Values{"user_code": {r.Str("user_code")}, "decision": {"allow"}}))
	hubtest.Want(t, "confirmed from elsewhere", p.Status, http.StatusForbidden)
}

func TestOnlyWhoMayAskForADevice(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	web := w.App()
	hubtest.Refused(t, "a client without the grant", web.Begin(), 400, "unauthorized_client")
	hubtest.Refused(t, "…at the token endpoint", web.Poll("fhd_x"), 400, "unauthorized_client")
	confidential := w.App(func(c *clients.Client) { c.SetGrant(clients.GrantDevice, true) })
	hubtest.Want(t, "a confidential client", confidential.Begin().Status, 200)
	confidential.Secret = "wrong"
	hubtest.Refused(t, "a wrong secret", confidential.Begin(), 401, "invalid_client")
	tv := w.Television(func(c *clients.Client) { c.AllowedRoles = []string{"viewer"} })
	hubtest.Refused(t, "a scope it is not registered for", tv.Begin("scope", "openid phone"), 400, "invalid_scope")
	r := tv.Begin()
	p := w.Browser().AnswerDevice(r.Str("user_code"), "ada@example.org", "allow")
	hubtest.Want(t, "somebody without the role", p.Status, http.StatusForbidden)
	hubtest.Refused(t, "…gets nothing", tv.Poll(r.Str("device_code")), 400, "authorization_pending")
}

func TestWhatADeviceMayPollWithIsKeptAsAHash(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	tv := w.Television()
	r := tv.Begin()
	kept := hubtest.Dump(t, w)
	for _, secret := range []string{r.Str("device_code"), r.Str("user_code"), strings.ReplaceAll(r.Str("user_code"), "-", "")} {
		if strings.Contains(kept, secret) {
			t.Errorf("the database holds %q", secret)
		}
	}
}
