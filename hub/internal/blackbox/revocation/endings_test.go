package revocation_test

import (
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/internal/texts"
)

// An ending is an event that revokes what was issued.
type ending struct {
	name string // its name in docs/revocation.md
	do   func(t *testing.T, h *house, b *hubtest.Browser, apps []*hubtest.App)
	undo func(t *testing.T, h *house) // nil: nothing to undo
	key  bool                         // needs a login key
}

var endings = []ending{
	{"the user is disabled at this hub", disabledHere(true), func(t *testing.T, h *house) { disabledHere(false)(t, h, nil, nil) }, false},
	{"the user is disabled at the provider", func(_ *testing.T, h *house, _ *hubtest.Browser, _ []*hubtest.App) {
		h.upstream(true)
		h.skip(6 * time.Minute) // a user is checked at most every five minutes
	}, func(_ *testing.T, h *house) { h.upstream(false) }, true},
	{"the provider is switched off", switched(false), func(t *testing.T, h *house) { switched(true)(t, h, nil, nil) }, true},
	{"the application is disabled", func(t *testing.T, h *house, _ *hubtest.Browser, apps []*hubtest.App) {
		for _, a := range apps {
			must(t, h.Hub.ChangeClient(t.Context(), audit.Named("test"), a.ID, texts.Text{}, func(c *clients.Client) { c.Disabled = true }))
		}
	}, nil, false},
	{"the application is deleted", func(t *testing.T, h *house, _ *hubtest.Browser, apps []*hubtest.App) {
		for _, a := range apps {
			must(t, h.Hub.RemoveClient(t.Context(), audit.Named("test"), a.Client))
		}
	}, nil, false},
	{"the user withdraws consent", withdraw, nil, false},
	{"the password is changed in another browser", changePassword, func(t *testing.T, h *house) {
		_, err := h.Hub.People().SetPassword(t.Context(), h.person().ID, hubtest.Password)
		must(t, err)
	}, false},
	{"the user signs out everywhere", func(_ *testing.T, h *house, _ *hubtest.Browser, _ []*hubtest.App) {
		elsewhere := h.mustEnter()
		elsewhere.Submit(elsewhere.Open("/account"), "/account/sessions/end-all")
	}, nil, false},
	{"the user says “This wasn't me” to a sign-in", func(_ *testing.T, h *house, _ *hubtest.Browser, _ []*hubtest.App) {
		elsewhere := h.mustEnter()
		elsewhere.Submit(elsewhere.Disowns("You signed in"), "/account/activity/wasnt-me")
	}, nil, false},
	{"the user asks in another browser to delete the account", func(_ *testing.T, h *house, _ *hubtest.Browser, _ []*hubtest.App) {
		elsewhere := h.mustEnter()
		h.confirmed(elsewhere)
		elsewhere.Submit(elsewhere.Open("/account/delete"), "/account/delete", "confirm", h.person().Email)
	}, func(t *testing.T, h *house) {
		must(t, h.Hub.CancelDeletion(t.Context(), audit.Named("test"), h.person().ID))
	}, false},
	{"the provider is deleted", func(t *testing.T, h *house, _ *hubtest.Browser, _ []*hubtest.App) { // the last ending
		_, _, err := h.Hub.RemoveLoginKey(t.Context(), audit.Named("test"), h.Key(h.key), loginkeys.EndSignedIn)
		must(t, err)
	}, nil, true},
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func disabledHere(off bool) func(*testing.T, *house, *hubtest.Browser, []*hubtest.App) {
	return func(t *testing.T, h *house, _ *hubtest.Browser, _ []*hubtest.App) {
		_, err := h.Hub.SwitchUser(t.Context(), audit.Named("test"), h.person().ID, off)
		must(t, err)
	}
}

func switched(on bool) func(*testing.T, *house, *hubtest.Browser, []*hubtest.App) {
	return func(t *testing.T, h *house, _ *hubtest.Browser, _ []*hubtest.App) {
		_, err := h.Hub.SwitchLoginKey(t.Context(), audit.Named("test"), h.key, on, loginkeys.EndSignedIn)
		must(t, err)
	}
}

func withdraw(_ *testing.T, _ *house, b *hubtest.Browser, apps []*hubtest.App) {
	p := b.Open("/account")
	for _, a := range apps {
		b.Submit(p, "/account/apps/remove", "client", a.ID)
	}
}

func changePassword(t *testing.T, h *house, _ *hubtest.Browser, _ []*hubtest.App) {
	elsewhere := h.mustEnter()
	p := elsewhere.Submit(elsewhere.Open("/account/password"), "/account/password", "current", hubtest.Password, "password", "three quiet herons wade")
	if p.URL.RequestURI() != "/account?done=password" {
		t.Fatalf("at %s: %s", p.URL, p.Body)
	}
}
