package federation_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

func TestAKeyIsSavedWithItsSecretSealed(t *testing.T) {
	o := newOffice(t)
	u := o.upstream()
	saved := o.add(keyAt(u), " secret\n")
	if saved.ID != "upstream" || strings.Contains(saved.Secret, "secret") || saved.Created != o.clock.Now() {
		t.Errorf("got %+v", saved)
	}
	if plain, err := federationtest.Unseal(saved.Secret, "loginkeys/upstream/secret"); err != nil || plain != "secret" {
		t.Errorf("unsealed: got %q and %v", plain, err)
	}
	if id, err := o.signIn("upstream", u); err != nil || id.Key != "upstream" {
		t.Errorf("sign in: got %+v and %v", id, err)
	}
}

func TestTwinsGetIDsOfTheirOwn(t *testing.T) {
	o := newOffice(t)
	u := o.upstream()
	for _, want := range []string{"upstream", "upstream-2", "upstream-3"} {
		saved := o.add(keyAt(u), "secret")
		if saved.ID != want {
			t.Errorf("got %q, want %q", saved.ID, want)
		}
		if _, err := o.signIn(want, u); err != nil {
			t.Errorf("%s: its secret does not open: %v", want, err)
		}
	}
	k := keyAt(u)
	k.ID = "upstream"
	if _, err := o.Add(t.Context(), k, ""); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a taken id: got %v, want fs.ErrExist", err)
	}
}

func TestWhatCannotBeSavedIsNot(t *testing.T) {
	o := newOffice(t)
	u := o.upstream()
	_, err := o.Add(t.Context(), federation.LoginKey{Kind: "smoke", Name: "x"}, "a\x00b")
	wantProblem(t, "kind", err, "kind")
	wantProblem(t, "address", err, "base_url")
	wantProblem(t, "secret", err, "secret")
	_, err = o.Add(t.Context(), federation.LoginKey{Kind: "peer", Name: "x", BaseURL: u.URL}, "secret")
	wantProblem(t, "a peer's secret", err, "secret")
	if all, _ := o.All(t.Context()); len(all) != 0 {
		t.Errorf("got %d keys saved", len(all))
	}
}

func TestASecretDoesNotMoveToAnotherAddress(t *testing.T) { // AD-10
	o := newOffice(t)
	u, other := o.upstream(), o.upstream()
	o.add(keyAt(u), "secret")
	move := func(k *federation.LoginKey) error { k.BaseURL = other.URL; return nil }

	err := o.Update(t.Context(), "upstream", "", move)
	wantProblem(t, "with the saved secret", err, "secret")
	for _, path := range []string{"/deeper", ":8443"} {
		err = o.Update(t.Context(), "upstream", "", func(k *federation.LoginKey) error { k.BaseURL += path; return nil })
		wantProblem(t, "to "+path, err, "secret")
	}
	if k, _ := o.Get(t.Context(), "upstream"); k.BaseURL != u.URL {
		t.Errorf("the address is now %s", k.BaseURL)
	}
	if _, err := o.signIn("upstream", u); err != nil {
		t.Errorf("sign in at the old address: %v", err)
	}
	if err := o.Update(t.Context(), "upstream", "secret", move); err != nil {
		t.Fatalf("with the secret entered again: %v", err)
	}
	if k, _ := o.Get(t.Context(), "upstream"); k.Issuer != "" {
		t.Errorf("the old issuer %q is still pinned", k.Issuer)
	}
	if _, err := o.signIn("upstream", other); err != nil {
		t.Errorf("sign in at the new address: %v", err)
	}
	if form, header := u.Seen(federationtest.PathToken); form == nil || header == nil || u.Calls(federationtest.PathToken) != 1 {
		t.Errorf("the old address was asked %d times", u.Calls(federationtest.PathToken))
	}
}

func TestASmallSpellingIsNoMove(t *testing.T) {
	o := newOffice(t)
	u := o.upstream()
	o.add(keyAt(u), "secret")
	err := o.Update(t.Context(), "upstream", "", func(k *federation.LoginKey) error {
		k.BaseURL = " " + strings.Replace(u.URL, "https", "HTTPS", 1) + "/"
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestWhatIdentifiesAKeyStays(t *testing.T) {
	o := newOffice(t)
	o.add(keyAt(o.upstream()), "secret")
	for field, change := range map[string]func(*federation.LoginKey){
		"id":     func(k *federation.LoginKey) { k.ID = "other" },
		"kind":   func(k *federation.LoginKey) { k.Kind = "peer" },
		"secret": func(k *federation.LoginKey) { k.Secret = "not sealed" },
	} {
		err := o.Update(t.Context(), "upstream", "", func(k *federation.LoginKey) error { change(k); return nil })
		wantProblem(t, field, err, field)
	}
	if err := o.Update(t.Context(), "missing", "", func(*federation.LoginKey) error { return nil }); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing key: got %v, want fs.ErrNotExist", err)
	}
}
