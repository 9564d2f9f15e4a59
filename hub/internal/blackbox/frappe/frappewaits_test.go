package frappe_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

func TestTheAddressThatASiteSentIsRegisteredByOneButton(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	x := hubtest.NewWaiting(w, frappetest.G1)
	path := "/admin/clients/" + x.App.ID + "/setup/redirect"
	host := x.Site.URL
	for name, sent := range map[string]string{
		"another host": "http://evil.example", "another path": host + "/custom", "a scheme that is none of the web's": "ftp://127.0.0.1",
	} {
		x.Site.HostName = sent
		x.Login(w.Browser(), "ada@example.org", "allow")
		if p := x.Look(); !strings.Contains(p.Body, `id="wrong"`) || strings.Contains(p.Body, `id="add-redirect"`) {
			t.Errorf("%s: nothing is wrong, or it can be added", name)
		}
		w.Clock.Skip(3 * time.Second)
	}
	x.Site.HostName = "http://127.0.0.1:8000"
	x.Login(w.Browser(), "ada@example.org", "allow")
	p := x.Look()
	wanted := "http://127.0.0.1:8000" + x.Key.RedirectURL
	hubtest.Want(t, "sent", hubtest.IdsOf(t, p)["sent"], wanted)
	forged := x.Admin.Submit(p, path, "uri", "http://127.0.0.1:9999"+x.Key.RedirectURL)
	hubtest.Want(t, "another than was sent", forged.Status, http.StatusOK)
	registered := func() int {
		c, err := w.Hub.Client(t.Context(), x.App.ID)
		if err != nil {
			t.Fatal(err)
		}
		return len(c.RedirectURIs)
	}
	hubtest.Want(t, "registered", registered(), 2)
	x.Admin.Submit(p, path)
	hubtest.Want(t, "registered", registered(), 3)
	hubtest.Want(t, "from the start", x.Marks(), "now later later")
	x.Site.HostName = host
	x.Login(w.Browser(), "ada@example.org", "allow")
	hubtest.Want(t, "as it was", x.Marks(), "done done done")
}

// A request in the site's name needs no authentication, so no button adds an http
// redirect URI for an https site, even where http is allowed.
func TestNoButtonTakesTheEncryptionFromASite(t *testing.T) {
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{AllowPrivateAddresses: true})
	admin := w.Operator()
	_, values := admin.AddSite("site", "https://erp.example.com")
	x := &hubtest.Waiting{World: w, Admin: admin, App: w.AddedSite(values)}
	for sent, offered := range map[string]bool{"https://erp.example.com:8443": true, "http://erp.example.com": false, "http://erp.example.com:8000": false, "https://evil.example": false} {
		callback := sent + strings.TrimPrefix(x.App.RedirectURIs[0], "https://erp.example.com")
		w.Browser().Open("/oauth2/authorize?" + url.Values{"response_type": {"code"}, "client_id": {x.App.ID}, "redirect_uri": {callback}, "scope": {"openid"}}.Encode())
		p := x.Look()
		hubtest.Want(t, "sent", hubtest.IdsOf(t, p)["sent"], callback)
		hubtest.Want(t, sent+": offered", strings.Contains(p.Body, `id="add-redirect"`), offered)
		if strings.HasPrefix(sent, "https:") && !strings.Contains(strings.ToLower(x.Wrong()), "anyone can send") {
			t.Errorf("%s: nobody is warned: %s", sent, x.Wrong())
		}
		w.Clock.Skip(3 * time.Second)
	}
}

func TestAFirstSignInIsWatchedByAnyProcessAndWhateverIsTraced(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		x := hubtest.NewWaiting(w, frappetest.G1)
		other := hubtest.NewWorld(t, w.Backend) // another process on the same database
		if err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.Traces = settings.TraceOff }); err != nil {
			t.Fatal(err)
		}
		x.Change(func(k *frappetest.SocialLoginKey) { k.BaseURL = other.URL })
		x.Site.HostName = "http://127.0.0.1:8000"
		other.Browser().Open(x.Site.Link(x.Key, ""))
		hubtest.Want(t, "seen by the first", x.Marks(), "failed later later")
	})
}

func TestNothingIsNotedOfASiteThatNobodyWaitsFor(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	x := hubtest.NewWaiting(w, frappetest.G1)
	w.Clock.Skip(25 * time.Hour)
	x.Admin.SignIn(x.Admin.Open("/signin"), "root@example.org")
	x.Login(w.Browser(), "ada@example.org", "allow")
	p := x.Look()
	if !strings.Contains(p.Body, "not waiting for a sign-in") || strings.Contains(p.Body, `http-equiv="refresh"`) {
		t.Errorf("it still waits:\n%s", p.Body)
	}
	if strings.Contains(x.Marks(), "done") {
		t.Errorf("it was noted: %s", x.Marks())
	}
}

// FE-47: records from unauthenticated requests are limited.
func TestStrangersFillNoRecordOfAFirstSignIn(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	x := hubtest.NewWaiting(w, frappetest.G1)
	b := w.Browser()
	for range 100 {
		b.Open("/oauth2/authorize?response_type=code&client_id=" + x.App.ID + "&redirect_uri=https://evil.example/" + strings.Repeat("a", 1500))
		w.Clock.Skip(10 * time.Millisecond)
	}
	for range 5 {
		w.Raw(hubtest.FrappePath+"get_token", "grant_type=authorization_code&code=x&client_id="+x.App.ID+"&client_secret=wrong")
		w.Clock.Skip(3 * time.Second)
	}
	if wrong := x.Wrong(); strings.Contains(wrong, "Client Secret") {
		t.Errorf("whoever has no code of the site is taken for it: %q", wrong)
	}
	if size := len(hubtest.Dump(t, w)); size > 300_000 {
		t.Errorf("the database holds %d bytes", size)
	}
	if wrong := x.Wrong(); len(wrong) > 3000 || strings.Contains(wrong, strings.Repeat("a", 400)) {
		t.Errorf("the page says %q", wrong)
	}
}
