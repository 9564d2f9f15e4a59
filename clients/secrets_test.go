package clients

import (
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/secrets"
)

func (w *world) login(cred clientauth.Credentials) error {
	w.Helper()
	_, err := w.Authenticate(w.Context(), cred, issuer)
	return err
}

func bySecret(id, secret string) clientauth.Credentials {
	return clientauth.Credentials{Method: clientauth.MethodBasic, ID: id, Secret: secret}
}

func TestASecretIsShownOnceAndKeptAsAHash(t *testing.T) {
	w := newWorld(t)
	app := w.add(webApp())
	secret := w.addSecret(app.ID, 0)

	if !strings.HasPrefix(secret, "fhs_") || len(secret) != len("fhs_")+64 {
		t.Errorf("got %q, want fhs_ and 384 bits as base64url", secret)
	}
	kept := w.lookup(app.ID).Secrets[0]
	if got, want := kept.Hash, secrets.HexHash(secret); got != want || len(got) != 64 {
		t.Errorf("hash: got %q, want %q", got, want)
	}
	if got, want := kept.Hint, secret[len(secret)-4:]; got != want {
		t.Errorf("hint: got %q, want %q", got, want)
	}
	if strings.Contains(string(w.store.Stored(app.ID)), secret) {
		t.Error("the secret itself is in the store")
	}
}

func TestSeveralSecretsAreActiveUntilTheyExpireOrAreDropped(t *testing.T) {
	w := newWorld(t)
	app := w.add(webApp())
	short, long := w.addSecret(app.ID, time.Hour), w.addSecret(app.ID, 0)
	if short == long {
		t.Fatal("two secrets are the same")
	}
	for _, secret := range []string{short, long} {
		if err := w.login(bySecret(app.ID, secret)); err != nil {
			t.Errorf("fresh secret: %v", err)
		}
	}

	w.clock.Forward(time.Hour)
	if got, want := code(w.login(bySecret(app.ID, short))), clientauth.InvalidClient; got != want {
		t.Errorf("expired secret: got %q, want %q", got, want)
	}
	if err := w.login(bySecret(app.ID, long)); err != nil {
		t.Errorf("lasting secret: %v", err)
	}

	if err := w.DropSecret(t.Context(), app.ID, w.lookup(app.ID).Secrets[1].ID); err != nil {
		t.Fatal(err)
	}
	if got, want := code(w.login(bySecret(app.ID, long))), clientauth.InvalidClient; got != want {
		t.Errorf("dropped secret: got %q, want %q", got, want)
	}
}

func TestDroppingASecretThatIsNotThereFails(t *testing.T) {
	w := newWorld(t)
	app := w.add(webApp())
	if err := w.DropSecret(t.Context(), app.ID, "nope"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
	if err := w.DropSecret(t.Context(), "nobody", "nope"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
}

func TestOnlyClientsThatUseSecretsGetThem(t *testing.T) {
	w := newWorld(t)
	app := w.add(spaApp())
	var problems forms.Problems
	if _, err := w.AddSecret(t.Context(), app.ID, 0); !errors.As(err, &problems) || problems[0].Field != "auth_method" {
		t.Errorf("got %v, want a problem at auth_method", err)
	}
}

func TestTheNumberOfSecretsIsBounded(t *testing.T) {
	w := newWorld(t)
	app := w.add(webApp())
	for range maxSecrets {
		w.addSecret(app.ID, 0)
	}
	var problems forms.Problems
	if _, err := w.AddSecret(t.Context(), app.ID, 0); !errors.As(err, &problems) || problems[0].Field != "secrets" {
		t.Errorf("got %v, want a problem at secrets", err)
	}
}

func TestAWrongSecretIsRefusedWhateverItsLikeness(t *testing.T) {
	w := newWorld(t)
	app, other := w.add(webApp()), w.add(with(webApp(), func(c *Client) { c.ID = "web2" }))
	secret, foreign := w.addSecret(app.ID, 0), w.addSecret(other.ID, 0)
	stored := w.lookup(app.ID).Secrets[0].Hash
	for _, wrong := range []string{"", "x" + secret[1:], secret[:len(secret)-1], secret + "x", strings.ToUpper(secret), foreign, stored, strings.Repeat("0", 64)} {
		if got, want := code(w.login(bySecret(app.ID, wrong))), clientauth.InvalidClient; got != want {
			t.Errorf("%q: got %q, want %q", wrong, got, want)
		}
	}
}

func TestLastUseIsWrittenAtMostOnceAnHour(t *testing.T) {
	w := newWorld(t)
	app := w.add(webApp())
	secret := w.addSecret(app.ID, 0)
	_, before := w.store.Counts()

	for range 50 {
		if err := w.login(bySecret(app.ID, secret)); err != nil {
			t.Fatal(err)
		}
		w.clock.Forward(time.Minute)
	}
	_, after := w.store.Counts()
	if got, want := after-before, 1; got != want {
		t.Errorf("writes in 50 minutes: got %d, want %d", got, want)
	}

	w.clock.Forward(time.Hour)
	if err := w.login(bySecret(app.ID, secret)); err != nil {
		t.Fatal(err)
	}
	if got, want := w.lookup(app.ID).Secrets[0].LastUsed, w.clock.Now(); !got.Equal(want) {
		t.Errorf("last used: got %v, want %v", got, want)
	}
}

func TestManyLoginsAtOnceNoteOneUse(t *testing.T) {
	w := newWorld(t)
	app := w.add(webApp())
	secret := w.addSecret(app.ID, 0)
	_, before := w.store.Counts()
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			if err := w.login(bySecret(app.ID, secret)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	_, after := w.store.Counts()
	if got, want := after-before, 1; got != want {
		t.Errorf("writes: got %d, want %d", got, want)
	}
}

func TestALoginSucceedsEvenIfItsUseCannotBeNoted(t *testing.T) {
	w := newWorld(t)
	app := w.add(webApp())
	secret := w.addSecret(app.ID, 0)
	if _, err := w.Get(t.Context(), app.ID); err != nil { // now it is cached
		t.Fatal(err)
	}
	w.store.Fail(errors.New("disk full"))
	if err := w.login(bySecret(app.ID, secret)); err != nil {
		t.Errorf("got %v", err)
	}
}

// take gives a client the secret that it had elsewhere, as an import does.
func (w *world) take(id, value string) clientauth.Secret {
	w.Helper()
	err := w.Change(w.Context(), id, func(c *Client) error { return w.TakeSecret(c, value) })
	if err != nil {
		w.Fatal(err)
	}
	all := w.lookup(id).Secrets
	return all[len(all)-1]
}

func TestASecretThatWasMadeElsewhereIsKeptUnderTheHubsKey(t *testing.T) {
	for what, value := range map[string]string{"ten digits": "5f1c09ab7e", "forty digits": strings.Repeat("5f1c09ab7e", 4), "like ours, and short": "fhs_5f1c09ab7e"} {
		w := newWorld(t)
		app := w.add(webApp())
		kept := w.take(app.ID, value)
		if kept.Hash == secrets.HexHash(value) || len(kept.Hash) != 64 || kept.Key == "" || kept.Hint != "" {
			t.Errorf("%s: got %+v", what, kept)
		}
		if stored := string(w.store.Stored(app.ID)); strings.Contains(stored, value) || strings.Contains(stored, secrets.HexHash(value)) {
			t.Errorf("%s: the store has what anybody could check guesses by: %s", what, stored)
		}
		if err := w.login(bySecret(app.ID, value)); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		for _, wrong := range []string{value + "0", value[1:], kept.Hash, ""} {
			if w.login(bySecret(app.ID, wrong)) == nil {
				t.Errorf("%s: %q is taken for it", what, wrong)
			}
		}
		if after := w.lookup(app.ID).Secrets[0]; after.Hash != kept.Hash || after.Key != kept.Key || after.LastUsed.IsZero() {
			t.Errorf("%s: after its use it is %+v, and was %+v", what, after, kept)
		}
	}
}

// Earlier versions stored weak secrets with a plain hash, which can be guessed
// from the database alone. The first use of such a secret stores it again under
// the key.
func TestAWeakSecretOfBeforeIsKeptUnderTheKeyOnceItIsShown(t *testing.T) {
	const value = "5f1c09ab7e"
	w := newWorld(t)
	app := w.add(webApp())
	strong := w.addSecret(app.ID, 0)
	bare := clientauth.Secret{ID: "weak", Hash: secrets.HexHash(value), Hint: "7e", Created: w.clock.Now(), LastUsed: w.clock.Now()}
	if err := w.Change(t.Context(), app.ID, func(c *Client) error { c.Secrets = append(c.Secrets, bare); return nil }); err != nil {
		t.Fatal(err)
	}
	kept := func(at int) clientauth.Secret { return w.lookup(app.ID).Secrets[at] }
	before := kept(0)

	if w.login(bySecret(app.ID, "5f1c09ab7f")) == nil || kept(1) != bare {
		t.Errorf("a wrong secret made it %+v", kept(1))
	}
	if err := w.login(bySecret(app.ID, value)); err != nil {
		t.Fatal(err)
	}
	if now := kept(1); now.Hash == bare.Hash || now.Key == "" || now.Hint != "" || now.ID != bare.ID || !now.Created.Equal(bare.Created) {
		t.Errorf("once it was shown it is %+v", now)
	}
	if err := w.login(bySecret(app.ID, value)); err != nil {
		t.Errorf("the second time: %v", err)
	}
	if err := w.login(bySecret(app.ID, strong)); err != nil {
		t.Fatal(err)
	}
	if after := kept(0); after.Hash != before.Hash || after.Hint != before.Hint || after.Key != "" {
		t.Errorf("one that the hub made is %+v, and was %+v", after, before)
	}
}

func TestUnderAnotherKeyASecretIsRefusedAndTheCauseSaysWhy(t *testing.T) {
	const value = "5f1c09ab7e"
	w := newWorld(t)
	app := w.add(webApp())
	w.take(app.ID, value)
	w.auth.SecretKey = []byte("another key")
	err := w.login(bySecret(app.ID, value))
	if code(err) != clientauth.InvalidClient || !strings.Contains(err.Error(), "client.refused.secret.key") {
		t.Errorf("got %v", err)
	}
	w.take(app.ID, value) // importing it again mends it
	if err := w.login(bySecret(app.ID, value)); err != nil {
		t.Error(err)
	}
	w.auth.SecretKey = nil
	if err := w.Change(t.Context(), app.ID, func(c *Client) error { return w.TakeSecret(c, "0123456789") }); err == nil {
		t.Error("without any key it is kept all the same")
	}
}
