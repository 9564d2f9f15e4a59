package token_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
)

// A vouched world has a client that may use assertions of an identity provider
// for its users.
type vouched struct {
	*hubtest.World
	*hubtest.App
	ada users.User
	idp hubtest.Voice
}

func vouchedFor(t *testing.T, change ...func(*clients.Client)) *vouched {
	t.Helper()
	v := &vouched{idp: hubtest.NewVoice(t)}
	at := hubtest.NewServer(t, func(rw http.ResponseWriter, _ *http.Request) { rw.Write([]byte(v.idp.Keys())) }) //nolint:errcheck // the test would fail
	v.World = hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{AllowPrivateAddresses: true})
	v.App = v.World.App(append([]func(*clients.Client){func(c *clients.Client) { c.SetGrant(clients.GrantJWT, true) }}, change...)...)
	v.ada = v.Linked("staff", "https://idp.example.org", "ada")
	v.set(func(s *settings.Settings) {
		s.Vouchers = []string{"https://idp.example.org " + at + "/jwks staff " + v.App.ID}
	})
	return v
}

// set changes settings, and waits until they take effect.
func (v *vouched) set(edit func(*settings.Settings)) {
	v.World.Helper()
	if err := v.Hub.ChangeSettings(v.World.Context(), audit.Named("test"), edit); err != nil {
		v.World.Fatal(err)
	}
	v.Clock.Skip(3 * time.Second)
}

// switchOff disables or enables ada.
func (v *vouched) switchOff(off bool) {
	v.World.Helper()
	if _, err := v.Hub.SwitchUser(v.World.Context(), audit.Named("test"), v.ada.ID, off); err != nil {
		v.World.Fatal(err)
	}
}

// token requests a token for ada.
func (v *vouched) token() hubtest.Reply {
	v.World.Helper()
	return v.Vouch(v.idp.Say(v.Words("https://idp.example.org", "ada")), "scope", "openid files")
}

func TestWhoSkipsConsentIsVouchedForToThoseItAdmits(t *testing.T) { // SECURITY TK-15
	v := vouchedFor(t, func(c *clients.Client) { c.SkipAuthorization, c.AllowedRoles = true, []string{"clerk"} })
	hubtest.Refused(t, "a person without the role", v.token(), 400, "invalid_grant")
	if strings.Contains(hubtest.Dump(t, v.World), "grants "+v.ada.ID) {
		t.Error("a grant was written for somebody who may not use the client")
	}
	if _, err := v.Hub.SetRoles(t.Context(), audit.Named("test"), v.ada.ID, []string{"clerk"}); err != nil {
		t.Fatal(err)
	}
	v.switchOff(true)
	hubtest.Refused(t, "somebody who is switched off", v.token(), 400, "invalid_grant")
	if strings.Contains(hubtest.Dump(t, v.World), "grants "+v.ada.ID) {
		t.Error("a grant was written for somebody who is switched off")
	}
	v.switchOff(false)
	hubtest.Want(t, "with the role", v.token().Status, 200)
	hubtest.Want(t, "a second time", v.token().Status, 200)
	if _, err := v.Hub.SetRoles(t.Context(), audit.Named("test"), v.ada.ID, nil); err != nil {
		t.Fatal(err)
	}
	hubtest.Refused(t, "when the role was taken away", v.token(), 400, "invalid_grant")
}

func TestNobodyIsVouchedForWithoutTheirOwnConsent(t *testing.T) { // SECURITY TK-15
	v := vouchedFor(t, func(c *clients.Client) { c.SkipAuthorization = true })
	hubtest.Want(t, "while nobody needs to be asked", v.token().Status, 200)

	op := v.Operator()
	path := "/admin/clients/" + v.App.ID
	op.Submit(op.Open(path), path, "skip_authorization", "")
	v.Clock.Skip(3 * time.Second)
	hubtest.Refused(t, "what an administrator allowed, once people are asked", v.token(), 400, "invalid_grant")

	v.Browser().SignInTo(v.App, "ada@example.org", "scope", "openid files")
	hubtest.Want(t, "what the person allowed", v.token().Status, 200)
	v.set(func(s *settings.Settings) { s.Consent = settings.Force })
	hubtest.Refused(t, "where people are asked each time", v.token(), 400, "invalid_grant")
	v.set(func(s *settings.Settings) { s.Consent = settings.Auto })
	hubtest.Want(t, "where they are asked once", v.token().Status, 200)
}

func TestNobodyIsVouchedForWhoCannotSignIn(t *testing.T) {
	v := vouchedFor(t)
	v.Browser().SignInTo(v.App, "ada@example.org", "scope", "openid files")
	hubtest.Want(t, "at first", v.token().Status, 200)

	op := v.Operator()
	op.Submit(op.Open("/admin/providers/staff"), "/admin/providers/staff", "enabled", "")
	v.Clock.Skip(3 * time.Second)
	hubtest.Refused(t, "while the provider is switched off", v.token(), 400, "invalid_grant")
	op.Submit(op.Open("/admin/providers/staff"), "/admin/providers/staff", "enabled", "1")
	v.Clock.Skip(3 * time.Second)
	hubtest.Want(t, "when it is on again", v.token().Status, 200)

	v.switchOff(true)
	hubtest.Refused(t, "somebody who is switched off", v.token(), 400, "invalid_grant")
}

// A user with an identity of a former issuer of the key cannot sign in, and
// assertions about them are refused, also after a decision.
func TestAnIssuerThatAKeyNoLongerHasVouchesForNobody(t *testing.T) {
	v := vouchedFor(t)
	v.Browser().SignInTo(v.App, "ada@example.org", "scope", "openid files")
	hubtest.Want(t, "at first", v.token().Status, 200)
	keys := store.NewCollection[federation.LoginKey](v.World.Backend, "loginkeys", v.Clock.Now)
	set := func(edit func(*federation.LoginKey)) {
		t.Helper()
		hubtest.Done(t, keys.Update(t.Context(), "staff", func(k *federation.LoginKey) error { edit(k); return nil }))
		v.Clock.Skip(3 * time.Second) // the cached keys are out of date
	}
	for _, decided := range []federation.Decided{"", federation.Moving, federation.Moved, federation.Left} {
		set(func(k *federation.LoginKey) {
			k.BaseURL, k.Issuer = "https://new.example.org", ""
			k.Former = []federation.FormerIssuer{{Issuer: "https://idp.example.org", Decided: decided}}
		})
		hubtest.Refused(t, "decided: "+string(decided), v.token(), 400, "invalid_grant")
	}
	set(func(k *federation.LoginKey) { k.Issuer, k.Former = "https://new.example.org", nil })
	hubtest.Refused(t, "of which nothing is kept", v.token(), 400, "invalid_grant")
	set(func(k *federation.LoginKey) {
		k.BaseURL, k.Issuer = "https://idp.example.org", "https://idp.example.org"
	})
	hubtest.Want(t, "when it is the key's again", v.token().Status, 200)
}

func TestAClientVouchesForItselfOnlyIfItMayActForItself(t *testing.T) { // RFC 7523 §2.1
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	mine := hubtest.NewVoice(t)
	for what, may := range map[string]bool{"a client that may": true, "one that may not": false} {
		a := w.App(func(c *clients.Client) {
			c.JWKS = mine.Keys()
			c.SetGrant(clients.GrantJWT, true)
			c.SetGrant(clients.GrantClientCredentials, may)
		})
		r := a.Vouch(mine.Say(w.Words(a.ID, a.ID)), "scope", "files")
		if may {
			hubtest.Want(t, what, r.Status, 200)
		} else {
			hubtest.Refused(t, what, r, 400, "unauthorized_client")
		}
	}
}
