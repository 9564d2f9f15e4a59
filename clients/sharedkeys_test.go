package clients

import (
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
)

func sealing(o *Options) { o.Auth.Seal, o.Auth.Open = keytest.Seal, keytest.Open }

func sharingApp() Client {
	return with(webApp(), func(c *Client) { c.Algs.Userinfo = clientauth.HS256 })
}

func (w *world) sharedKeys(id string) string {
	w.Helper()
	keys, err := w.auth.SharedKeys(id, w.lookup(id).Secrets)
	if err != nil {
		w.Fatal(err)
	}
	var texts []string
	for _, key := range keys {
		texts = append(texts, string(key))
	}
	return strings.Join(texts, " ")
}

func TestASecretThatServesAsAKeyIsKeptSealed(t *testing.T) {
	w := newWorld(t, sealing)
	w.add(sharingApp())
	secret := w.addSecret("web1", 0)
	if got := w.sharedKeys("web1"); got != secret {
		t.Errorf("got %q, want the secret", got)
	}
	if strings.Contains(string(w.store.Stored("web1")), secret) {
		t.Error("the secret lies open in the store")
	}
	if err := w.login(bySecret("web1", secret)); err != nil {
		t.Errorf("it does not log in any more: %v", err)
	}
}

func TestEveryOtherSecretIsOnlyAHash(t *testing.T) {
	w := newWorld(t, sealing)
	w.add(webApp())
	w.addSecret("web1", 0)
	if got := w.lookup("web1").Secrets[0].Sealed; got != "" {
		t.Errorf("sealed: got %q", got)
	}
	if _, err := w.auth.SharedKeys("web1", w.lookup("web1").Secrets); err == nil {
		t.Error("a hash became a key")
	}
}

func TestAClientThatStopsSharingKeysLeavesOnlyHashes(t *testing.T) {
	w := newWorld(t, sealing)
	w.add(sharingApp())
	w.addSecret("web1", 0)
	if err := w.Update(t.Context(), "web1", func(c *Client) error { c.Algs.Userinfo = ""; return nil }); err != nil {
		t.Fatal(err)
	}
	if got := w.lookup("web1").Secrets[0].Sealed; got != "" {
		t.Errorf("sealed: got %q", got)
	}
}

func TestTheSecretThatWasShownLastIsTheFirstKey(t *testing.T) {
	w := newWorld(t, sealing)
	w.add(sharingApp())
	old := w.addSecret("web1", 0)
	w.clock.Forward(time.Minute)
	young := w.addSecret("web1", time.Hour)
	for _, secret := range []string{old, young, old} {
		c, err := w.Authenticate(t.Context(), bySecret("web1", secret), issuer)
		if err != nil {
			t.Fatal(err)
		}
		keys, err := w.auth.SharedKeys(c.ID, c.Secrets)
		if err != nil || len(keys) != 2 || string(keys[0]) != secret {
			t.Errorf("got %q, %v, want %q first", keys, err, secret)
		}
		w.clock.Forward(time.Minute)
	}
	w.clock.Forward(time.Hour)
	if got := w.sharedKeys("web1"); got != old {
		t.Errorf("an expired secret still is a key: %q", got)
	}
}

func TestAClientThatSharesKeysMustHaveASecret(t *testing.T) {
	for name, edit := range map[string]func(*Client){
		"its own key": func(c *Client) {
			c.AuthMethod, c.JWKS = clientauth.MethodKey, keytest.JWKS(t, keytest.New(t, "1", "ES256"))
		},
		"nothing": func(c *Client) { c.Type, c.AuthMethod = SPA, clientauth.MethodNone },
	} {
		c := with(webApp(), edit)
		c.Algs.Userinfo = clientauth.HS256
		if c.SharesKeys() {
			t.Errorf("%s: it has no secret to share", name)
		}
	}
}
