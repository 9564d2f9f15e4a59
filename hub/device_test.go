package hub_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
)

// television is a client that people sign in to with another device.
func (w *world) television(change ...func(*clients.Client)) *app {
	w.Helper()
	return w.app(append([]func(*clients.Client){func(c *clients.Client) {
		c.Name, c.Type, c.RedirectURIs = "Television", clients.Native, nil
		c.Grants = []string{clients.GrantDevice}
	}}, change...)...)
}

// begin asks for a code to show.
func (a *app) begin(pairs ...string) reply {
	a.w.Helper()
	return a.post("/oauth2/device_authorization", append([]string{"scope", "openid profile"}, pairs...)...)
}

// poll asks whether the person has answered.
func (a *app) poll(code string, pairs ...string) reply {
	a.w.Helper()
	return a.post("/oauth2/token", append([]string{"grant_type", clients.GrantDevice, "device_code", code}, pairs...)...)
}

// answerDevice types the code and answers, signing in if need be.
func (b *browser) answerDevice(code, email, decision string) page {
	b.w.Helper()
	p := b.submit(b.open("/device"), "/device", "user_code", code)
	if strings.Contains(p.Body, `action="/signin"`) {
		p = b.signIn(p, email)
	}
	return b.submit(p, "/device/confirm", "decision", decision)
}

func TestADeviceIsAllowedFromAnother(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		ada := w.person("ada@example.org")
		tv := w.television()
		r := tv.begin("scope", "openid profile offline_access")
		want(t, "status", r.Status, 200)
		want(t, "verification_uri", r.str("verification_uri"), w.URL+"/device")
		want(t, "verification_uri_complete", r.str("verification_uri_complete"), w.URL+"/device?user_code="+r.str("user_code"))
		want(t, "interval", r.JSON["interval"], any(5.0))
		want(t, "expires_in", r.JSON["expires_in"], any(600.0))
		refused(t, "before anybody answered", tv.poll(r.str("device_code")), 400, "authorization_pending")

		b := w.browser()
		p := b.signIn(b.submit(b.open("/device"), "/device", "user_code", strings.ToLower(strings.ReplaceAll(r.str("user_code"), "-", ""))), "ada@example.org")
		for _, shown := range []string{"Television", r.str("user_code"), "127.0.0.1", "See your profile", `id="phishing"`} {
			if !strings.Contains(p.Body, shown) {
				t.Errorf("the page does not show %q", shown)
			}
		}
		p = b.submit(p, "/device/confirm", "decision", "allow")
		want(t, "where it ends", p.URL.Path, "/device/done")

		r = tv.poll(r.str("device_code"))
		want(t, "status", r.Status, 200)
		id := claimsOf(t, r.str("id_token"))
		want(t, "sub", id["sub"], any(ada.ID))
		if id["auth_time"] == nil || id["sid"] != nil {
			t.Errorf("the ID token has auth_time %v and sid %v", id["auth_time"], id["sid"])
		}
		want(t, "userinfo", w.userinfo(r.str("access_token")).str("name"), "Ada Lovelace")
		next := tv.refresh(r.str("refresh_token"))
		want(t, "refresh", next.Status, 200)

		// Removing the app in the account ends it.
		b.submit(b.open("/account"), "/account/apps/remove")
		refused(t, "after the app was removed", tv.refresh(next.str("refresh_token")), 400, "invalid_grant")
		want(t, "userinfo after the app was removed", w.userinfo(next.str("access_token")).Status, 401)
	})
}

func TestADeviceOutlivesTheBrowserThatAllowedItAndNotItsPerson(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	tv := w.television()
	r := tv.begin()
	b := w.browser()
	b.answerDevice(r.str("user_code"), "ada@example.org", "allow")
	r = tv.poll(r.str("device_code"))
	b.submit(b.open("/signout"), "/signout")
	r = tv.refresh(r.str("refresh_token"))
	want(t, "refresh after the browser signed out", r.Status, 200)
	b.signIn(b.open("/signin"), "ada@example.org")
	b.submit(b.open("/account"), "/account/sessions/end-all")
	refused(t, "refresh after signing out everywhere", tv.refresh(r.str("refresh_token")), 400, "invalid_grant")
}

func TestADeviceIsToldNo(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	tv := w.television()
	r := tv.begin()
	b := w.browser()
	p := b.answerDevice(r.str("user_code"), "ada@example.org", "deny")
	want(t, "where it ends", p.URL.Path, "/device/done")
	refused(t, "denied", tv.poll(r.str("device_code")), 400, "access_denied")
	refused(t, "denied, asked again", tv.poll(r.str("device_code")), 400, "access_denied")
	p = b.submit(b.open("/device"), "/device", "user_code", r.str("user_code"))
	want(t, "the code after it was answered", p.Status, 400)
}

func TestADevicePollsNoFasterThanItWasTold(t *testing.T) { // SECURITY TK-36, RFC 8628 §3.5
	w := newWorld(t, openSQLite(t))
	tv := w.television()
	code := tv.begin().str("device_code")
	refused(t, "first poll", tv.poll(code), 400, "authorization_pending")
	refused(t, "at once", tv.poll(code), 400, "slow_down")
	w.clock.skip(5 * time.Second)
	refused(t, "after the old interval", tv.poll(code), 400, "slow_down")
	w.clock.skip(15 * time.Second)
	refused(t, "after the new interval", tv.poll(code), 400, "authorization_pending")
	w.clock.skip(10 * time.Minute)
	refused(t, "too late", tv.poll(code), 400, "expired_token")
	w.clock.skip(20 * time.Minute)
	refused(t, "long after", tv.poll(code), 400, "invalid_grant")
}

func TestADeviceCodeIsItsClientsAlone(t *testing.T) { // SECURITY TK-36, TK-25
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	tv, other := w.television(), w.television()
	r := tv.begin()
	w.browser().answerDevice(r.str("user_code"), "ada@example.org", "allow")
	refused(t, "another client's device", other.poll(r.str("device_code")), 400, "invalid_grant")
	refused(t, "made up", tv.poll("fhd_"+strings.Repeat("x", 43)), 400, "invalid_grant")
	refused(t, "of another kind", tv.poll("fhc_"+strings.Repeat("x", 43)), 400, "invalid_grant")
	refused(t, "the user code", tv.poll(r.str("user_code")), 400, "invalid_grant")
	refused(t, "missing", tv.poll(""), 400, "invalid_request")
	want(t, "its own", tv.poll(r.str("device_code")).Status, 200)
}

func TestADeviceCodeWorksOnceHoweverManyAsk(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.person("ada@example.org")
		tv := w.television()
		r := tv.begin()
		w.browser().answerDevice(r.str("user_code"), "ada@example.org", "allow")
		var won atomic.Int32
		atOnce(32, func(int) {
			switch got := tv.poll(r.str("device_code")); {
			case got.Status == 200:
				won.Add(1)
			case got.str("error") != "invalid_grant":
				t.Errorf("got %d %s", got.Status, got.Body)
			}
		})
		want(t, "devices that got tokens", won.Load(), 1)
	})
}

func TestCodesCannotBeGuessed(t *testing.T) { // SECURITY TK-36: at most five
	w := newWorld(t, openSQLite(t))
	w.person("eve@example.org")
	tv := w.television()
	r := tv.begin()
	b := w.browser()
	stranger := b.submit(b.open("/device"), "/device", "user_code", r.str("user_code"))
	want(t, "a stranger with a right code learns", stranger.URL.Path, "/signin")
	b.signIn(b.open("/signin"), "eve@example.org")
	guess := func(code string) page { return b.open("/device/confirm?user_code=" + code) }
	want(t, "a right code", guess(r.str("user_code")).Status, 200)
	var tried atomic.Int32
	atOnce(12, func(int) {
		if guess("BBBB-BBBB").Status == http.StatusBadRequest {
			tried.Add(1)
		}
	})
	want(t, "wrong codes that were looked at", tried.Load(), 5)
	want(t, "a right code after five wrong ones", guess(r.str("user_code")).Status, http.StatusTooManyRequests)
	w.clock.skip(16 * time.Minute)
	want(t, "after the pause", guess(tv.begin().str("user_code")).Status, 200)
}

func TestALinkToADeviceAllowsNothingByItself(t *testing.T) { // RFC 8628 §3.3.1, §5.4
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	tv := w.television(func(c *clients.Client) { c.SkipAuthorization = false })
	b := w.browser()
	b.answerDevice(tv.begin().str("user_code"), "ada@example.org", "allow") // it has consent from before
	r := tv.begin()
	p := b.open(strings.TrimPrefix(r.str("verification_uri_complete"), w.URL))
	_, fields, _ := form(p.Body, "/device")
	want(t, "the code that the link filled in", fields.Get("user_code"), r.str("user_code"))
	p = b.submit(p, "/device")
	if _, _, asks := form(p.Body, "/device/confirm"); !asks {
		t.Errorf("no confirmation is asked for: %s", p.URL)
	}
	refused(t, "before it was confirmed", tv.poll(r.str("device_code")), 400, "authorization_pending")
	p = b.read(b.PostForm(w.URL+"/device/confirm", url.Values{"user_code": {r.str("user_code")}, "decision": {"allow"}}))
	want(t, "confirmed from elsewhere", p.Status, http.StatusForbidden)
}

func TestOnlyWhoMayAskForADevice(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	web := w.app()
	refused(t, "a client without the grant", web.begin(), 400, "unauthorized_client")
	refused(t, "…at the token endpoint", web.poll("fhd_x"), 400, "unauthorized_client")
	confidential := w.app(func(c *clients.Client) { c.Grants = []string{clients.GrantDevice} })
	want(t, "a confidential client", confidential.begin().Status, 200)
	confidential.Secret = "wrong"
	refused(t, "a wrong secret", confidential.begin(), 401, "invalid_client")
	tv := w.television(func(c *clients.Client) { c.AllowedRoles = []string{"viewer"} })
	refused(t, "a scope it is not registered for", tv.begin("scope", "openid admin"), 400, "invalid_scope")
	r := tv.begin()
	p := w.browser().answerDevice(r.str("user_code"), "ada@example.org", "allow")
	want(t, "somebody without the role", p.Status, http.StatusForbidden)
	refused(t, "…gets nothing", tv.poll(r.str("device_code")), 400, "authorization_pending")
}

func TestWhatADeviceMayPollWithIsKeptAsAHash(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	tv := w.television()
	r := tv.begin()
	kept := dump(t, w)
	for _, secret := range []string{r.str("device_code"), r.str("user_code"), strings.ReplaceAll(r.str("user_code"), "-", "")} {
		if strings.Contains(kept, secret) {
			t.Errorf("the database holds %q", secret)
		}
	}
}
