package token_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/hub/settings"
)

func TestAClientVouchesForItselfAlone(t *testing.T) { // RFC 7523 §3
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada := w.Person("ada@example.org")
	mine, other := hubtest.NewVoice(t), hubtest.NewVoice(t)
	job := w.App(func(c *clients.Client) {
		c.Type, c.RedirectURIs, c.Scopes = clients.Service, nil, []string{"files"}
		c.JWKS = mine.Keys()
		c.SetGrant(clients.GrantJWT, true)
	})
	r := job.Vouch(mine.Say(w.Words(job.ID, job.ID)))
	hubtest.Want(t, "status", r.Status, 200)
	hubtest.Want(t, "sub", hubtest.ClaimsOf(t, r.Str("access_token"))["sub"], any(job.ID))
	hubtest.Want(t, "to the token endpoint", job.Vouch(mine.Say(w.Words(job.ID, job.ID, "aud", w.URL+"/oauth2/token"))).Status, 200)
	once := mine.Say(w.Words(job.ID, job.ID))
	hubtest.Want(t, "once", job.Vouch(once).Status, 200)
	hubtest.Refused(t, "twice", job.Vouch(once), 400, "invalid_grant")
	for name, assertion := range map[string]string{
		"about a person":       mine.Say(w.Words(job.ID, ada.ID)),
		"by a stranger":        other.Say(w.Words(job.ID, job.ID)),
		"by an unknown issuer": other.Say(w.Words("https://idp.example.org", "ada")),
		"to somebody else":     mine.Say(w.Words(job.ID, job.ID, "aud", "https://other.example.org")),
		"to several":           mine.Say(w.Words(job.ID, job.ID, "aud", []string{w.URL})),
		"expired":              mine.Say(w.Words(job.ID, job.ID, "exp", w.Clock.Now().Add(-5*time.Minute).Unix())),
		"without an end":       mine.Say(w.Words(job.ID, job.ID, "exp", nil)),
		"without a name":       mine.Say(w.Words(job.ID, job.ID, "jti", nil)),
		"nonsense":             "x.y.z",
	} {
		hubtest.Refused(t, name, job.Vouch(assertion), 400, "invalid_grant")
	}
	hubtest.Refused(t, "nothing", job.Vouch(""), 400, "invalid_request")
	hubtest.Refused(t, "a client without the grant", w.App().Vouch(once), 400, "unauthorized_client")
}

func TestNobodyVouchesPastAPersonsConsent(t *testing.T) { // SECURITY TK-15, Keycloak CVE-2026-79652
	idp := hubtest.NewVoice(t)
	at := hubtest.NewServer(t, func(rw http.ResponseWriter, _ *http.Request) { rw.Write([]byte(idp.Keys())) }) //nolint:errcheck // the test would fail
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{AllowPrivateAddresses: true})
	a := w.App(func(c *clients.Client) { c.SetGrant(clients.GrantJWT, true) })
	stranger := w.App(func(c *clients.Client) { c.SetGrant(clients.GrantJWT, true) })
	ada := w.Linked("staff", "https://idp.example.org", "ada")
	err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) {
		s.Vouchers = []string{"https://idp.example.org " + at + "/jwks staff " + a.ID}
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Skip(3 * time.Second) // settings are cached for two seconds
	say := func(sub string) string { return idp.Say(w.Words("https://idp.example.org", sub)) }
	hubtest.Refused(t, "without consent", a.Vouch(say("ada"), "scope", "openid files"), 400, "invalid_grant")
	b := w.Browser()
	b.SignInTo(a, "ada@example.org", "scope", "openid files")
	r := a.Vouch(say("ada"), "scope", "openid files")
	hubtest.Want(t, "with consent", r.Status, 200)
	hubtest.Want(t, "sub", hubtest.ClaimsOf(t, r.Str("access_token"))["sub"], any(ada.ID))
	if r.Str("refresh_token") != "" || r.Str("id_token") != "" || hubtest.ClaimsOf(t, r.Str("access_token"))["auth_time"] != nil {
		t.Errorf("it says more than the issuer can know: %s", r.Body)
	}
	hubtest.Want(t, "userinfo", w.Userinfo(r.Str("access_token")).Str("sub"), ada.ID)
	hubtest.Refused(t, "more than the person allowed", a.Vouch(say("ada"), "scope", "openid email"), 400, "invalid_grant")
	hubtest.Refused(t, "somebody unknown", a.Vouch(say("eve"), "scope", "openid files"), 400, "invalid_grant")
	hubtest.Refused(t, "another client", stranger.Vouch(say("ada"), "scope", "openid files"), 400, "invalid_grant")
	b.Submit(b.Open("/account"), "/account/apps/remove")
	hubtest.Refused(t, "after the app was removed", a.Vouch(say("ada"), "scope", "openid files"), 400, "invalid_grant")
	hubtest.Want(t, "the token it had", w.Userinfo(r.Str("access_token")).Status, 401)
}

// A replica caches login keys for a moment. A disabled key's assertions are still
// refused there, and no token remains.
func TestAReplicaHearsNobodyWhoseKeyIsOff(t *testing.T) {
	idp := hubtest.NewVoice(t)
	at := hubtest.NewServer(t, func(rw http.ResponseWriter, _ *http.Request) { rw.Write([]byte(idp.Keys())) }) //nolint:errcheck // the test would fail
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{AllowPrivateAddresses: true})
	a := w.App(func(c *clients.Client) { c.SetGrant(clients.GrantJWT, true) })
	w.Linked("staff", "https://idp.example.org", "ada")
	err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) {
		s.Vouchers = []string{"https://idp.example.org " + at + "/jwks staff " + a.ID}
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Browser().SignInTo(a, "ada@example.org", "scope", "openid files")
	replica := hubtest.NewWorldAs(t, w.Backend, hub.Config{URL: w.URL, AllowPrivateAddresses: true})
	replica.Clock.Stop() // the replica keeps its cache
	a.W = replica
	vouch := func() hubtest.Reply {
		return a.Vouch(idp.Say(w.Words("https://idp.example.org", "ada", "iat", replica.Clock.Now().Unix())), "scope", "openid files")
	}
	hubtest.Want(t, "while the key is on", vouch().Status, 200)
	if _, err := w.Hub.SwitchLoginKey(t.Context(), audit.Named("test"), "staff", false, loginkeys.EndSignedIn); err != nil {
		t.Fatal(err)
	}
	hubtest.Refused(t, "when it is off", vouch(), 400, "invalid_grant")
	if left, err := w.Hub.SignedInBy(t.Context(), "staff"); err != nil || left.Connections != 0 {
		t.Errorf("%d are left, %v", left.Connections, err)
	}
}
