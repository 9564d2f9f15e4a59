package hub_test

import (
	"testing"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
)

// openHub is a hub at which any app registers itself.
func openHub(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	return w
}

var registrationActs = []act[bare]{
	{"an app registers, changes and removes itself", func(t *testing.T, _ bare) {
		w := openHub(t)
		l := w.ledger()
		a, r := w.registered()
		l.stored(t, byRequest(audit.Event{Kind: audit.ClientRegistered, Client: a.ID, Target: "Rota", Detail: map[string]string{"by": "itself", "vouched": ""}})...)
		at, token := r.str("registration_client_uri"), r.str("registration_access_token")
		l = w.ledger()
		w.sendJSON("PUT", at, token, declared(metadata{"client_id": a.ID, "client_name": "Rota 2"}))
		l.stored(t, byRequest(audit.Event{Kind: audit.ClientRedeclared, Client: a.ID, Target: "Rota 2"})...)
		l = w.ledger()
		w.sendJSON("DELETE", at, token, nil)
		l.stored(t, byRequest(audit.Event{Kind: audit.ClientUnregistered, Client: a.ID, Target: "Rota 2"})...)
	}},
	{"a document is met at the authorization endpoint", func(t *testing.T, _ bare) {
		w := openHub(t)
		p := w.publish()
		l := w.ledger()
		w.browser().authorize(p.ask())
		l.stored(t, byRequest(audit.Event{Kind: audit.ClientRegistered, Client: p.ID, Detail: map[string]string{"by": "its document"}})...)
	}},
	{"a document is met where requests are pushed", func(t *testing.T, _ bare) {
		w := openHub(t)
		p := w.publish()
		l := w.ledger()
		p.post("/oauth2/par", flat(p.ask())...)
		l.stored(t, byRequest(audit.Event{Kind: audit.ClientRegistered, Client: p.ID, Detail: map[string]string{"by": "its document"}})...)
	}},
	{"a document is wrong", func(t *testing.T, _ bare) {
		w := openHub(t)
		p := w.publish(metadata{"client_secret": "x"})
		l := w.ledger()
		p.post("/oauth2/par", flat(p.ask())...)
		l.stored(t)
		l.noted(t, byRequest(audit.Event{Kind: audit.ClientRefused, Client: p.ID, Reason: "secret"})...)
	}},
}
