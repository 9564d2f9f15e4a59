package token_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// cut forwards an app's request to the hub and drops the response: the connection
// closes before its first byte.
func cut(t *testing.T, a *hubtest.App, pairs ...string) {
	t.Helper()
	answered := make(chan int, 1)
	broken := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		onward, err := http.NewRequestWithContext(r.Context(), r.Method, a.W.URL+r.URL.Path, r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		onward.Header = r.Header.Clone()
		resp, err := http.DefaultTransport.RoundTrip(onward)
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		answered <- resp.StatusCode
		panic(http.ErrAbortHandler)
	}))
	defer broken.Close()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, broken.URL+"/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(url.QueryEscape(a.ID), url.QueryEscape(a.Secret))
	resp, err := http.DefaultClient.Do(req)
	if err == nil {
		resp.Body.Close()
		t.Fatal("the answer arrived")
	}
	select {
	case status := <-answered:
		hubtest.Want(t, "what the hub answered, and nobody heard", status, 200)
	case <-time.After(10 * time.Second):
		t.Fatal("the hub never answered")
	}
}

func TestAnAppThatLostTheAnswerGoesOn(t *testing.T) { // SECURITY TK-20
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		a := w.App()
		token := w.SignedIn(a).Str("refresh_token")
		for range 3 {
			cut(t, a, "grant_type", "refresh_token", "refresh_token", token)
			r := a.Refresh(token)
			hubtest.Want(t, "once more", r.Status, 200)
			hubtest.Want(t, "the access token works", w.Userinfo(r.Str("access_token")).Status, 200)
			hubtest.Want(t, "the one before is shown as used", a.Active(token), false)
			token = r.Str("refresh_token")
		}
	})
}

func TestTwoTabsAtOnceStaySignedIn(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		a := w.App()
		first := w.SignedIn(a).Str("refresh_token")
		var held sync.Mutex
		next := map[string]int{}
		hubtest.AtOnce(32, func(int) {
			r := a.Refresh(first)
			if r.Status != 200 {
				t.Errorf("one of the tabs: got %d %s", r.Status, r.Body)
			}
			held.Lock()
			defer held.Unlock()
			next[r.Str("refresh_token")]++
		})
		if len(next) != 1 {
			t.Fatalf("32 tabs got %d successors, want one", len(next))
		}
		for token := range next {
			hubtest.Want(t, "all of them go on", a.Refresh(token).Status, 200)
		}
		// The successor was used, so the repeat is a replay.
		hubtest.Refused(t, "the first token now", a.Refresh(first), 400, "invalid_grant")
	})
}

func TestWhoLostTheMomentIsRefusedAsEver(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada := w.Person("ada@example.org")
	secret, public := w.App(), w.App(hubtest.Spa)
	set := func(seconds int) {
		err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.RefreshSeconds = &seconds })
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct {
		what    string
		app     *hubtest.App
		between func()
		pairs   []string
		status  int
	}{
		{"at once", secret, func() {}, nil, 200},
		{"after the moment", secret, func() { w.Clock.Skip(11 * time.Second) }, nil, 400},
		{"a public app without a key", public, func() {}, nil, 400},
		{"for fewer scopes", secret, func() {}, []string{"scope", "openid"}, 400},
		{"where the setting says never", secret, func() { set(0) }, nil, 400},
		{"where the setting says longer", secret, func() { set(60); w.Clock.Skip(59 * time.Second) }, nil, 200},
		{"of somebody who was disabled meanwhile", secret, func() {
			if _, err := w.Hub.SwitchUser(t.Context(), audit.Named("test"), ada.ID, true); err != nil {
				t.Fatal(err)
			}
		}, nil, 400},
	} {
		token := w.SignedIn(row.app).Str("refresh_token")
		first := row.app.Refresh(token)
		hubtest.Want(t, row.what+": the first time", first.Status, 200)
		row.between()
		again := row.app.Refresh(token, row.pairs...)
		hubtest.Want(t, row.what, again.Status, row.status)
		if row.status == 200 {
			hubtest.Want(t, row.what+": the same successor", again.Str("refresh_token"), first.Str("refresh_token"))
			continue
		}
		hubtest.Refused(t, row.what, again, 400, "invalid_grant")
		hubtest.Refused(t, row.what+": the successor", row.app.Refresh(first.Str("refresh_token")), 400, "invalid_grant")
	}
}

func TestAnAdministratorSaysHowLongARefreshCanBeRepeated(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	p := b.Open("/admin/settings")
	hubtest.Want(t, "a time that cannot be", b.Submit(p, "/admin/settings", "refresh_seconds", "61").Status, 422)
	b.Submit(p, "/admin/settings", "refresh_seconds", "0")
	a := w.App()
	token := a.Redeem(b.SignInTo(a, "").Get("code")).Str("refresh_token")
	hubtest.Want(t, "the first time", a.Refresh(token).Status, 200)
	hubtest.Refused(t, "where none is allowed", a.Refresh(token), 400, "invalid_grant")
}

// A DPoP key identifies a public client.
func TestAnAppWithAKeyGoesOnToo(t *testing.T) { // RFC 9449 §5
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App(hubtest.Spa, hubtest.DpopBound, func(c *clients.Client) {
		c.Resources = []string{"https://api.example.org", "https://files.example.org"}
	})
	key := w.ProofKey()
	send := func(pairs ...string) hubtest.Reply {
		return a.Proven("/oauth2/token", []string{key.Proof("POST", "/oauth2/token", map[string]any{"nonce": w.Nonce()})}, pairs...)
	}
	code := w.Browser().SignInTo(a, "ada@example.org", "resource", "https://api.example.org").Get("code")
	token := send(hubtest.CodeForm(a, code)...).Str("refresh_token")
	first := send("grant_type", "refresh_token", "refresh_token", token, "resource", "https://api.example.org")
	hubtest.Want(t, "the first time", first.Status, 200)
	again := send("grant_type", "refresh_token", "refresh_token", token, "resource", "https://api.example.org")
	hubtest.Want(t, "once more", again.Status, 200)
	hubtest.Want(t, "the same successor", again.Str("refresh_token"), first.Str("refresh_token"))
	hubtest.Refused(t, "for what was not asked", send("grant_type", "refresh_token", "refresh_token", token), 400, "invalid_grant")
	hubtest.Refused(t, "the successor then", send("grant_type", "refresh_token", "refresh_token", first.Str("refresh_token")), 400, "invalid_grant")
}
