package signin_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// A fedhub as a custom OAuth 2.0 provider: it is strict, requires PKCE and
// accepts a code once.
func TestAProviderThatIsDescribedByHandSignsPeopleIn(t *testing.T) {
	primary, secondary := hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada := primary.Person("ada@example.org")
	there := primary.App(func(c *clients.Client) { c.RedirectURIs = []string{secondary.URL + "/signin/from/plain"} })
	key, err := secondary.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{
		ID: "plain", Kind: federation.KindOAuth2, Name: "Plain", BaseURL: primary.URL, ClientID: there.ID, Enabled: true,
		Scopes: []string{"openid", "profile", "email"}, SignUps: federation.Allow, TrustEmail: true,
		Endpoints: federation.Endpoints{
			Authorize: primary.URL + "/oauth2/authorize", Token: primary.URL + "/oauth2/token", Userinfo: primary.URL + "/oauth2/userinfo",
		},
		Claims: federation.Claims{Subject: "sub"},
	}, there.Secret)
	if err != nil {
		t.Fatal(err)
	}
	hubs, a := hubtest.Pair{Primary: primary, Secondary: secondary, Key: key}, secondary.App()
	var subject any
	for range 2 { // the second time in another browser
		b := secondary.Browser()
		r := a.Redeem(b.Answer(hubs.Through(b, a, "ada@example.org")).Get("code"))
		info := secondary.Userinfo(r.Str("access_token"))
		hubtest.Want(t, "e-mail", info.Str("email"), "ada@example.org")
		hubtest.Want(t, "e-mail verified", info.JSON["email_verified"], any(true))
		sub := hubtest.ClaimsOf(t, r.Str("id_token"))["sub"]
		if subject != nil {
			hubtest.Want(t, "the subject the second time", sub, subject)
		}
		if subject = sub; sub == any(ada.ID) {
			t.Error("the secondary's subject is the primary's")
		}
	}
	hubtest.Want(t, "the pinned issuer", secondary.Key("plain").Issuer, primary.URL)
}

// FE-25, M17: a provider's library returns the id 0 for a response without one.
func TestNobodyIsSignedInByAProfileWithoutAnID(t *testing.T) {
	var profile atomic.Value
	profile.Store(`{"id":7,"login":"ada","full_name":"Ada L.","email":"ada@example.org"}`)
	gitea := hubtest.NewServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/login/oauth/authorize":
			back := url.Values{"code": {"a code"}, "state": {r.URL.Query().Get("state")}}
			http.Redirect(w, r, r.URL.Query().Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
		case "/login/oauth/access_token":
			io.WriteString(w, `{"access_token":"gitea-token","token_type":"bearer"}`)
		case "/api/v1/user":
			io.WriteString(w, profile.Load().(string))
		case "/api/v1/user/emails":
			io.WriteString(w, `[{"email":"ada@example.org","primary":true,"verified":true}]`)
		}
	})
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	_, err := w.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{
		ID: "gitea", Kind: federation.KindSocial, Preset: "gitea", Name: "Gitea", BaseURL: gitea, ClientID: "hub", Enabled: true,
		SignUps: federation.Allow, TrustEmail: true,
	}, "gitea-secret")
	if err != nil {
		t.Fatal(err)
	}
	arrive := func(b *hubtest.Browser) hubtest.Page {
		p := b.Submit(b.Open("/signin"), "/signin/with/gitea")
		for range 3 {
			if p.Location == "" || strings.HasPrefix(p.Location, "/") {
				break
			}
			p = b.Hop(p)
		}
		return p
	}
	b := w.Browser()
	if p := arrive(b); p.Status >= 400 {
		t.Fatalf("with an id: got %d:\n%s", p.Status, p.Body)
	}
	if p := b.Follow(b.Open("/account")); !strings.Contains(p.Body, "ada@example.org") {
		t.Errorf("the account does not say who it is:\n%s", p.Body)
	}
	for _, nobody := range []string{`{}`, `{"id":0,"login":"eve"}`, `{"id":"","login":"eve"}`, `{"id":1e3}`, `{"id":7,"id":8}`, `<html>`} {
		profile.Store(nobody)
		p := arrive(w.Browser())
		hubtest.Want(t, nobody, p.Status, http.StatusBadGateway)
		if !strings.Contains(p.Body, "pass our checks") || strings.Contains(p.Body, "eve") {
			t.Errorf("%s: the page says\n%s", nobody, p.Body)
		}
	}
	for _, secret := range []string{"gitea-secret", "gitea-token", "a code"} {
		if strings.Contains(w.Logs.String(), secret) || strings.Contains(hubtest.Dump(t, w), secret) {
			t.Errorf("%q is kept or logged (FE-48)", secret)
		}
	}
}
