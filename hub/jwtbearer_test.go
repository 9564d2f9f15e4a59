package hub_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
)

// a voice signs assertions.
type voice struct {
	t   *testing.T
	key *ecdsa.PrivateKey
}

func newVoice(t *testing.T) voice {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return voice{t, key}
}

func (v voice) keys() string {
	v.t.Helper()
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &v.key.PublicKey, KeyID: "1", Algorithm: "ES256", Use: "sig"}}})
	if err != nil {
		v.t.Fatal(err)
	}
	return string(text)
}

func (v voice) say(claims map[string]any) string {
	v.t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: v.key, KeyID: "1"}}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		v.t.Fatal(err)
	}
	body, err := json.Marshal(claims)
	if err != nil {
		v.t.Fatal(err)
	}
	signed, err := signer.Sign(body)
	if err != nil {
		v.t.Fatal(err)
	}
	raw, err := signed.CompactSerialize()
	if err != nil {
		v.t.Fatal(err)
	}
	return raw
}

func (a *app) vouch(assertion string, pairs ...string) reply {
	a.w.Helper()
	return a.post("/oauth2/token", append([]string{"grant_type", clients.GrantJWT, "assertion", assertion}, pairs...)...)
}

// words are good claims; pairs override them, and nil leaves one out.
func (w *world) words(iss, sub string, pairs ...any) map[string]any {
	c := map[string]any{"iss": iss, "sub": sub, "aud": w.URL, "iat": w.clock.now().Unix(), "exp": w.clock.now().Add(5 * time.Minute).Unix(), "jti": rand.Text()}
	for i := 0; i+1 < len(pairs); i += 2 {
		if name := pairs[i].(string); pairs[i+1] == nil {
			delete(c, name)
		} else {
			c[name] = pairs[i+1]
		}
	}
	return c
}

func TestAClientVouchesForItselfAlone(t *testing.T) { // RFC 7523 §3
	w := newWorld(t, openSQLite(t))
	ada := w.person("ada@example.org")
	mine, other := newVoice(t), newVoice(t)
	job := w.app(func(c *clients.Client) {
		c.Type, c.RedirectURIs, c.RefreshTokens, c.Scopes = clients.Service, nil, false, []string{"files"}
		c.Grants, c.JWKS = []string{clients.GrantJWT}, mine.keys()
	})
	r := job.vouch(mine.say(w.words(job.ID, job.ID)))
	want(t, "status", r.Status, 200)
	want(t, "sub", claimsOf(t, r.str("access_token"))["sub"], any(job.ID))
	want(t, "to the token endpoint", job.vouch(mine.say(w.words(job.ID, job.ID, "aud", w.URL+"/oauth2/token"))).Status, 200)
	once := mine.say(w.words(job.ID, job.ID))
	want(t, "once", job.vouch(once).Status, 200)
	refused(t, "twice", job.vouch(once), 400, "invalid_grant")
	for name, assertion := range map[string]string{
		"about a person":       mine.say(w.words(job.ID, ada.ID)),
		"by a stranger":        other.say(w.words(job.ID, job.ID)),
		"by an unknown issuer": other.say(w.words("https://idp.example.org", "ada")),
		"to somebody else":     mine.say(w.words(job.ID, job.ID, "aud", "https://other.example.org")),
		"to several":           mine.say(w.words(job.ID, job.ID, "aud", []string{w.URL})),
		"expired":              mine.say(w.words(job.ID, job.ID, "exp", w.clock.now().Add(-5*time.Minute).Unix())),
		"without an end":       mine.say(w.words(job.ID, job.ID, "exp", nil)),
		"without a name":       mine.say(w.words(job.ID, job.ID, "jti", nil)),
		"nonsense":             "x.y.z",
	} {
		refused(t, name, job.vouch(assertion), 400, "invalid_grant")
	}
	refused(t, "nothing", job.vouch(""), 400, "invalid_request")
	refused(t, "a client without the grant", w.app().vouch(once), 400, "unauthorized_client")
}

func TestNobodyVouchesPastAPersonsConsent(t *testing.T) { // SECURITY TK-15, Keycloak CVE-2026-79652
	idp := newVoice(t)
	at := newServer(t, func(rw http.ResponseWriter, _ *http.Request) { rw.Write([]byte(idp.keys())) }) //nolint:errcheck // the test would fail
	w := newWorldAs(t, openSQLite(t), hub.Config{AllowPrivateAddresses: true})
	a := w.app(func(c *clients.Client) { c.Grants = []string{clients.GrantJWT} })
	stranger := w.app(func(c *clients.Client) { c.Grants = []string{clients.GrantJWT} })
	ada := w.linked("staff", "https://idp.example.org", "ada")
	err := w.Hub.ChangeSettings(t.Context(), "test", func(s *settings.Settings) {
		s.Vouchers = []string{"https://idp.example.org " + at + "/jwks staff " + a.ID}
	})
	if err != nil {
		t.Fatal(err)
	}
	w.clock.skip(3 * time.Second) // settings are remembered for two
	say := func(sub string) string { return idp.say(w.words("https://idp.example.org", sub)) }
	refused(t, "without consent", a.vouch(say("ada"), "scope", "openid files"), 400, "invalid_grant")
	b := w.browser()
	b.signInTo(a, "ada@example.org", "scope", "openid files")
	r := a.vouch(say("ada"), "scope", "openid files")
	want(t, "with consent", r.Status, 200)
	want(t, "sub", claimsOf(t, r.str("access_token"))["sub"], any(ada.ID))
	if r.str("refresh_token") != "" || r.str("id_token") != "" || claimsOf(t, r.str("access_token"))["auth_time"] != nil {
		t.Errorf("it says more than the issuer can know: %s", r.Body)
	}
	want(t, "userinfo", w.userinfo(r.str("access_token")).str("sub"), ada.ID)
	refused(t, "more than the person allowed", a.vouch(say("ada"), "scope", "openid email"), 400, "invalid_grant")
	refused(t, "somebody unknown", a.vouch(say("eve"), "scope", "openid files"), 400, "invalid_grant")
	refused(t, "another client", stranger.vouch(say("ada"), "scope", "openid files"), 400, "invalid_grant")
	b.submit(b.open("/account"), "/account/apps/remove")
	refused(t, "after the app was removed", a.vouch(say("ada"), "scope", "openid files"), 400, "invalid_grant")
	want(t, "the token it had", w.userinfo(r.str("access_token")).Status, 401)
}

// linked is ada, whom a login key signs in by this issuer and subject.
func (w *world) linked(key, issuer, subject string) users.User {
	w.Helper()
	ada := w.person("ada@example.org")
	_, err := w.Hub.KeepLoginKey(w.Context(), "test", federation.LoginKey{ID: key, Kind: federation.KindOpenID, Name: key,
		BaseURL: issuer, ClientID: "x", Enabled: true}, "secret")
	if err != nil {
		w.Fatal(err)
	}
	keeper := users.New(users.Options{
		Users: store.NewSet[users.User](w.backend, "users", w.clock.now), Identities: store.NewSet[users.Identity](w.backend, "identities", w.clock.now),
		Records: store.NewSet[users.Record](w.backend, "decisions", w.clock.now),
		Now:     w.clock.now, Hash: users.HashParams{Memory: 64, Time: 1, Threads: 1},
	})
	d, err := keeper.Link(w.Context(), ada, users.Claim{Key: key, Issuer: issuer, Subject: subject, Email: ada.Email, EmailVerified: true},
		users.Policy{KeyID: key, Kind: federation.KindOpenID, Enabled: true, Linking: users.LinkConfirm, SignUps: users.SignUpDeny})
	if err != nil || d.Action != users.Link {
		w.Fatalf("not linked: %+v, %v", d, err)
	}
	return ada
}
