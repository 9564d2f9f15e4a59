package hub_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation/frappe/frappetest"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/settings"
)

func TestTheAddressThatASiteSentIsRegisteredByOneButton(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	x := newWaiting(w, frappetest.G1)
	path := "/admin/clients/" + x.app.ID + "/setup/redirect"
	host := x.site.URL
	for name, sent := range map[string]string{
		"another host": "http://evil.example", "another path": host + "/custom", "a scheme that is none of the web's": "ftp://127.0.0.1",
	} {
		x.site.HostName = sent
		x.login(w.browser(), "ada@example.org", "allow")
		if p := x.look(); !strings.Contains(p.Body, `id="wrong"`) || strings.Contains(p.Body, `id="add-redirect"`) {
			t.Errorf("%s: nothing is wrong, or it can be added", name)
		}
		w.clock.skip(3 * time.Second)
	}
	x.site.HostName = "http://127.0.0.1:8000"
	x.login(w.browser(), "ada@example.org", "allow")
	p := x.look()
	wanted := "http://127.0.0.1:8000" + x.key.RedirectURL
	want(t, "sent", idsOf(t, p)["sent"], wanted)
	forged := x.admin.submit(p, path, "uri", "http://127.0.0.1:9999"+x.key.RedirectURL)
	want(t, "another than was sent", forged.Status, http.StatusOK)
	registered := func() int {
		c, err := w.Hub.Client(t.Context(), x.app.ID)
		if err != nil {
			t.Fatal(err)
		}
		return len(c.RedirectURIs)
	}
	want(t, "registered", registered(), 2)
	x.admin.submit(p, path)
	want(t, "registered", registered(), 3)
	want(t, "from the start", x.marks(), "now later later")
	x.site.HostName = host
	x.login(w.browser(), "ada@example.org", "allow")
	want(t, "as it was", x.marks(), "done done done")
}

// Anybody can send a request in the site's name, so no button makes an answer
// travel in the clear that did not before, even where http is allowed.
func TestNoButtonTakesTheEncryptionFromASite(t *testing.T) {
	w := newWorldAs(t, openSQLite(t), hub.Config{AllowPrivateAddresses: true})
	admin := w.operator()
	_, values := admin.addSite("site", "https://erp.example.com")
	x := &waiting{world: w, admin: admin, app: w.addedSite(values)}
	for sent, offered := range map[string]bool{"https://erp.example.com:8443": true, "http://erp.example.com": false, "http://erp.example.com:8000": false, "https://evil.example": false} {
		callback := sent + strings.TrimPrefix(x.app.RedirectURIs[0], "https://erp.example.com")
		w.browser().open("/oauth2/authorize?" + url.Values{"response_type": {"code"}, "client_id": {x.app.ID}, "redirect_uri": {callback}, "scope": {"openid"}}.Encode())
		p := x.look()
		want(t, "sent", idsOf(t, p)["sent"], callback)
		want(t, sent+": offered", strings.Contains(p.Body, `id="add-redirect"`), offered)
		if strings.HasPrefix(sent, "https:") && !strings.Contains(strings.ToLower(x.wrong()), "anybody can send") {
			t.Errorf("%s: nobody is warned: %s", sent, x.wrong())
		}
		w.clock.skip(3 * time.Second)
	}
}

func TestAFirstSignInIsWatchedByAnyProcessAndWhateverIsTraced(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.person("ada@example.org")
		x := newWaiting(w, frappetest.G1)
		other := newWorld(t, w.backend) // another process on the same database
		if err := w.Hub.ChangeSettings(t.Context(), "test", func(s *settings.Settings) { s.Traces = settings.TraceOff }); err != nil {
			t.Fatal(err)
		}
		x.change(func(k *frappetest.SocialLoginKey) { k.BaseURL = other.URL })
		x.site.HostName = "http://127.0.0.1:8000"
		other.browser().open(x.site.Link(x.key, ""))
		want(t, "seen by the first", x.marks(), "failed later later")
	})
}

func TestNothingIsNotedOfASiteThatNobodyWaitsFor(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	x := newWaiting(w, frappetest.G1)
	w.clock.skip(25 * time.Hour)
	x.admin.signIn(x.admin.open("/signin"), "root@example.org")
	x.login(w.browser(), "ada@example.org", "allow")
	p := x.look()
	if !strings.Contains(p.Body, "Nobody is waiting") || strings.Contains(p.Body, `http-equiv="refresh"`) {
		t.Errorf("it still waits:\n%s", p.Body)
	}
	if strings.Contains(x.marks(), "done") {
		t.Errorf("it was noted: %s", x.marks())
	}
}

// FE-47: what strangers can cause is bounded.
func TestStrangersFillNoRecordOfAFirstSignIn(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	x := newWaiting(w, frappetest.G1)
	b := w.browser()
	for range 100 {
		b.open("/oauth2/authorize?response_type=code&client_id=" + x.app.ID + "&redirect_uri=https://evil.example/" + strings.Repeat("a", 1500))
		w.clock.skip(10 * time.Millisecond)
	}
	for range 5 {
		w.raw(frappePath+"get_token", "grant_type=authorization_code&code=x&client_id="+x.app.ID+"&client_secret=wrong")
		w.clock.skip(3 * time.Second)
	}
	if wrong := x.wrong(); strings.Contains(wrong, "Client Secret") {
		t.Errorf("whoever has no code of the site is taken for it: %q", wrong)
	}
	if size := len(dump(t, w)); size > 300_000 {
		t.Errorf("the database holds %d bytes", size)
	}
	if wrong := x.wrong(); len(wrong) > 3000 || strings.Contains(wrong, strings.Repeat("a", 400)) {
		t.Errorf("the page says %q", wrong)
	}
}
