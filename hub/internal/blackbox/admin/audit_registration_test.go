package admin_test

import (
	"testing"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/internal/texts"
)

// openHub is a hub with open registration.
func openHub(t *testing.T) *hubtest.World {
	t.Helper()
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	return w
}

var registrationActs = []act[bare]{
	{"an app registers, changes and removes itself", func(t *testing.T, _ bare) {
		w := openHub(t)
		l := w.Ledger()
		a, r := w.Registered()
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.ClientRegistered, Client: a.ID, Target: "Rota", Detail: map[string]string{"by": "client.by.itself", "hint": "", "vouched": ""}})...)
		at, token := r.Str("registration_client_uri"), r.Str("registration_access_token")
		l = w.Ledger()
		w.SendJSON("PUT", at, token, hubtest.Declared(hubtest.Metadata{"client_id": a.ID, "client_name": "Rota 2"}))
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.ClientRedeclared, Client: a.ID, Target: "Rota 2"})...)
		l = w.Ledger()
		w.SendJSON("DELETE", at, token, nil)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.ClientUnregistered, Client: a.ID, Target: "Rota 2"})...)
	}},
	{"a document is met at the authorization endpoint", func(t *testing.T, _ bare) {
		w := openHub(t)
		p := w.Publish()
		l := w.Ledger()
		w.Browser().Authorize(p.Ask())
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.ClientRegistered, Client: p.ID, Detail: map[string]string{"by": "client.by.document"}})...)
	}},
	{"a document is met where requests are pushed", func(t *testing.T, _ bare) {
		w := openHub(t)
		p := w.Publish()
		l := w.Ledger()
		p.Post("/oauth2/par", hubtest.Flat(p.Ask())...)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.ClientRegistered, Client: p.ID, Detail: map[string]string{"by": "client.by.document"}})...)
	}},
	{"a document is wrong", func(t *testing.T, _ bare) {
		w := openHub(t)
		p := w.Publish(hubtest.Metadata{"client_secret": "x"})
		l := w.Ledger()
		p.Post("/oauth2/par", hubtest.Flat(p.Ask())...)
		l.Stored(t)
		l.Noted(t, hubtest.ByRequest(audit.Event{Kind: audit.ClientRefused, Client: p.ID, Why: texts.New("document.secret")})...)
	}},
}
