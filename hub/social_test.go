package hub_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
)

// A fedhub that is described by hand: a strict OAuth 2.0 provider that wants
// PKCE and takes a code once.
func TestAProviderThatIsDescribedByHandSignsPeopleIn(t *testing.T) {
	primary, secondary := newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
	ada := primary.person("ada@example.org")
	there := primary.app(func(c *clients.Client) { c.RedirectURIs = []string{secondary.URL + "/signin/from/plain"} })
	key, err := secondary.Hub.KeepLoginKey(t.Context(), "test", federation.LoginKey{
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
	hubs, a := pair{primary, secondary, key}, secondary.app()
	var subject any
	for range 2 { // the second time in another browser
		b := secondary.browser()
		r := a.redeem(b.answer(hubs.through(b, a, "ada@example.org")).Get("code"))
		info := secondary.userinfo(r.str("access_token"))
		want(t, "e-mail", info.str("email"), "ada@example.org")
		want(t, "e-mail verified", info.JSON["email_verified"], any(true))
		sub := claimsOf(t, r.str("id_token"))["sub"]
		if subject != nil {
			want(t, "the subject the second time", sub, subject)
		}
		if subject = sub; sub == any(ada.ID) {
			t.Error("the secondary's subject is the primary's")
		}
	}
	want(t, "the pinned issuer", secondary.key("plain").Issuer, primary.URL)
}

// FE-25, M17: the library under a provider makes the id 0 of an answer that
// has none.
func TestNobodyIsSignedInByAProfileWithoutAnID(t *testing.T) {
	var profile atomic.Value
	profile.Store(`{"id":7,"login":"ada","full_name":"Ada L.","email":"ada@example.org"}`)
	gitea := newServer(t, func(w http.ResponseWriter, r *http.Request) {
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
	w := newWorld(t, openSQLite(t))
	_, err := w.Hub.KeepLoginKey(t.Context(), "test", federation.LoginKey{
		ID: "gitea", Kind: federation.KindSocial, Preset: "gitea", Name: "Gitea", BaseURL: gitea, ClientID: "hub", Enabled: true,
		SignUps: federation.Allow, TrustEmail: true,
	}, "gitea-secret")
	if err != nil {
		t.Fatal(err)
	}
	arrive := func(b *browser) page {
		p := b.submit(b.open("/signin"), "/signin/with/gitea")
		for range 3 {
			if p.Location == "" || strings.HasPrefix(p.Location, "/") {
				break
			}
			p = b.hop(p)
		}
		return p
	}
	b := w.browser()
	if p := arrive(b); p.Status >= 400 {
		t.Fatalf("with an id: got %d:\n%s", p.Status, p.Body)
	}
	if p := b.follow(b.open("/account")); !strings.Contains(p.Body, "ada@example.org") {
		t.Errorf("the account does not say who it is:\n%s", p.Body)
	}
	for _, nobody := range []string{`{}`, `{"id":0,"login":"eve"}`, `{"id":"","login":"eve"}`, `{"id":1e3}`, `{"id":7,"id":8}`, `<html>`} {
		profile.Store(nobody)
		p := arrive(w.browser())
		want(t, nobody, p.Status, http.StatusBadGateway)
		if !strings.Contains(p.Body, "pass our checks") || strings.Contains(p.Body, "eve") {
			t.Errorf("%s: the page says\n%s", nobody, p.Body)
		}
	}
	for _, secret := range []string{"gitea-secret", "gitea-token", "a code"} {
		if strings.Contains(w.log.String(), secret) || strings.Contains(dump(t, w), secret) {
			t.Errorf("%q is kept or logged (FE-48)", secret)
		}
	}
}
