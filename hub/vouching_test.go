package hub_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
)

// A vouched world has a client for which an identity provider may vouch for
// the people whom it signs in here.
type vouched struct {
	*world
	*app
	ada users.User
	idp voice
}

func vouchedFor(t *testing.T, change ...func(*clients.Client)) *vouched {
	t.Helper()
	v := &vouched{idp: newVoice(t)}
	at := newServer(t, func(rw http.ResponseWriter, _ *http.Request) { rw.Write([]byte(v.idp.keys())) }) //nolint:errcheck // the test would fail
	v.world = newWorldAs(t, openSQLite(t), hub.Config{AllowPrivateAddresses: true})
	v.app = v.world.app(append([]func(*clients.Client){func(c *clients.Client) { c.Grants = []string{clients.GrantJWT} }}, change...)...)
	v.ada = v.linked("staff", "https://idp.example.org", "ada")
	v.set(func(s *settings.Settings) {
		s.Vouchers = []string{"https://idp.example.org " + at + "/jwks staff " + v.app.ID}
	})
	return v
}

// set changes settings, and waits until they count.
func (v *vouched) set(edit func(*settings.Settings)) {
	v.world.Helper()
	if err := v.Hub.ChangeSettings(v.world.Context(), "test", edit); err != nil {
		v.world.Fatal(err)
	}
	v.clock.skip(3 * time.Second)
}

// switchOff says whether ada may sign in.
func (v *vouched) switchOff(off bool) {
	v.world.Helper()
	if _, err := v.Hub.SwitchUser(v.world.Context(), "test", v.ada.ID, off); err != nil {
		v.world.Fatal(err)
	}
}

// token asks for one for ada.
func (v *vouched) token() reply {
	v.world.Helper()
	return v.vouch(v.idp.say(v.words("https://idp.example.org", "ada")), "scope", "openid files")
}

func TestWhoSkipsConsentIsVouchedForToThoseItAdmits(t *testing.T) { // SECURITY TK-15
	v := vouchedFor(t, func(c *clients.Client) { c.SkipAuthorization, c.AllowedRoles = true, []string{"clerk"} })
	refused(t, "a person without the role", v.token(), 400, "invalid_grant")
	if strings.Contains(dump(t, v.world), "grants "+v.ada.ID) {
		t.Error("a grant was written for somebody who may not use the client")
	}
	if _, err := v.Hub.SetRoles(t.Context(), "test", v.ada.ID, []string{"clerk"}); err != nil {
		t.Fatal(err)
	}
	v.switchOff(true)
	refused(t, "somebody who is switched off", v.token(), 400, "invalid_grant")
	if strings.Contains(dump(t, v.world), "grants "+v.ada.ID) {
		t.Error("a grant was written for somebody who is switched off")
	}
	v.switchOff(false)
	want(t, "with the role", v.token().Status, 200)
	want(t, "a second time", v.token().Status, 200)
	if _, err := v.Hub.SetRoles(t.Context(), "test", v.ada.ID, nil); err != nil {
		t.Fatal(err)
	}
	refused(t, "when the role was taken away", v.token(), 400, "invalid_grant")
}

func TestNobodyIsVouchedForWithoutTheirOwnConsent(t *testing.T) { // SECURITY TK-15
	v := vouchedFor(t, func(c *clients.Client) { c.SkipAuthorization = true })
	want(t, "while nobody needs to be asked", v.token().Status, 200)

	op := v.operator()
	path := "/admin/clients/" + v.app.ID
	op.submit(op.open(path), path, "skip_authorization", "")
	v.clock.skip(3 * time.Second)
	refused(t, "what an administrator allowed, once people are asked", v.token(), 400, "invalid_grant")

	v.browser().signInTo(v.app, "ada@example.org", "scope", "openid files")
	want(t, "what the person allowed", v.token().Status, 200)
	v.set(func(s *settings.Settings) { s.Consent = settings.Force })
	refused(t, "where people are asked each time", v.token(), 400, "invalid_grant")
	v.set(func(s *settings.Settings) { s.Consent = settings.Auto })
	want(t, "where they are asked once", v.token().Status, 200)
}

func TestNobodyIsVouchedForWhoCannotSignIn(t *testing.T) {
	v := vouchedFor(t)
	v.browser().signInTo(v.app, "ada@example.org", "scope", "openid files")
	want(t, "at first", v.token().Status, 200)

	op := v.operator()
	op.submit(op.open("/admin/keys/staff"), "/admin/keys/staff", "enabled", "")
	v.clock.skip(3 * time.Second)
	refused(t, "while the provider is switched off", v.token(), 400, "invalid_grant")
	op.submit(op.open("/admin/keys/staff"), "/admin/keys/staff", "enabled", "1")
	v.clock.skip(3 * time.Second)
	want(t, "when it is on again", v.token().Status, 200)

	v.switchOff(true)
	refused(t, "somebody who is switched off", v.token(), 400, "invalid_grant")
}

func TestAClientVouchesForItselfOnlyIfItMayActForItself(t *testing.T) { // RFC 7523 §2.1
	w := newWorld(t, openSQLite(t))
	mine := newVoice(t)
	for what, may := range map[string]bool{"a client that may": true, "one that may not": false} {
		a := w.app(func(c *clients.Client) {
			c.Grants, c.JWKS, c.ClientCredentials = []string{clients.GrantJWT}, mine.keys(), may
		})
		r := a.vouch(mine.say(w.words(a.ID, a.ID)), "scope", "files")
		if may {
			want(t, what, r.Status, 200)
		} else {
			refused(t, what, r, 400, "unauthorized_client")
		}
	}
}
