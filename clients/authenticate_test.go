package clients

import (
	"errors"
	"testing"

	"github.com/fedhub/fedhub/clients/clientauth"
)

func TestAMissingDatabaseIsNotAWrongSecret(t *testing.T) {
	w := newWorld(t)
	away := errors.New("database is away")
	w.store.Fail(away)
	if err := w.login(bySecret("web1", "x")); !errors.Is(err, away) || code(err) != "" {
		t.Errorf("got %v, want the store's error", err)
	}
}

func TestADisabledClientIsNotToldApartFromAnUnknownOne(t *testing.T) {
	w := newWorld(t)
	w.add(with(webApp(), func(c *Client) { c.ID, c.Disabled = "off", true }))
	secret := w.addSecret("off", 0)
	off, unknown := w.login(bySecret("off", secret)), w.login(bySecret("nobody", secret))
	told := func(err error) string {
		var refused *clientauth.AuthError
		errors.As(err, &refused)
		return code(err) + " " + refused.Why.String()
	}
	if code(off) == "" || told(off) != told(unknown) {
		t.Errorf("got %v and %v", off, unknown)
	}
}
