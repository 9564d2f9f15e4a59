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
