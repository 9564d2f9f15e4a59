package clientauth

import (
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
)

const issuer = "https://id.example.org"

// A world is a verifier with a clock that is moved by hand, and what clients
// registered.
type world struct {
	*testing.T
	*Verifier
	clock *keytest.Clock
	known map[string]Registered
}

func newWorld(t *testing.T, options ...func(*Verifier)) *world {
	t.Helper()
	w := &world{T: t, clock: keytest.NewClock(), known: map[string]Registered{}}
	w.Verifier = &Verifier{
		Issuer: issuer, Replay: (&keytest.Replay{Clock: w.clock}).Use, Now: w.clock.Now, SecretKey: []byte("the hub's key"),
		Keys: &Keyring{Read: metadatadoc.Reader{HTTP: http.DefaultClient}.Read, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler)},
	}
	for _, option := range options {
		option(w.Verifier)
	}
	return w
}

// sealing hides secrets the way a lock on a diary does: enough to see that
// they are hidden and bound to their place.
func sealing(v *Verifier) {
	v.Seal = func(plain []byte, context string) string { return context + " " + hex.EncodeToString(plain) }
	v.Open = func(sealed, context string) ([]byte, error) {
		text, ok := strings.CutPrefix(sealed, context+" ")
		if !ok {
			return nil, errors.New("moved")
		}
		return hex.DecodeString(text)
	}
}

// add registers a client.
func (w *world) add(id, method string, change ...func(*Registered)) Registered {
	r := Registered{Publisher: Publisher{ID: id}, Method: method}
	for _, edit := range change {
		edit(&r)
	}
	w.known[id] = r
	return r
}

// addSecret gives a client another secret.
func (w *world) addSecret(id string) string {
	w.Helper()
	r := w.known[id]
	value, secret := NewSecret(w.clock.Now())
	if r.Method == MethodSecretJWT {
		if err := w.KeepAsKey(id, value, &secret); err != nil {
			w.Fatal(err)
		}
	}
	r.Secrets = append(r.Secrets, secret)
	w.known[id] = r
	return value
}

func (w *world) login(cred Credentials) error {
	w.Helper()
	_, err := w.loginFor(cred, issuer)
	return err
}

func (w *world) loginFor(cred Credentials, audience string) (Secret, error) {
	w.Helper()
	var registered *Registered
	if r, found := w.known[cred.ID]; found {
		registered = &r
	}
	return w.Authenticate(w.Context(), cred, registered, audience)
}

func byKey(id, jwt string) Credentials {
	return Credentials{Method: MethodKey, ID: id, Assertion: jwt}
}

func bySecret(id, secret string) Credentials {
	return Credentials{Method: MethodBasic, ID: id, Secret: secret}
}

// signer is a client with an inline key.
func (w *world) signer(keys ...jose.JSONWebKey) {
	w.Helper()
	w.add("signer", MethodKey, func(r *Registered) { r.JWKS = keytest.JWKS(w.T, keys...) })
}

// assertion is one of the client's, as it should be.
func (w *world) assertion(id string, key jose.JSONWebKey) string {
	w.Helper()
	return keytest.Sign(w.T, key, keytest.Assertion(id, issuer, w.clock.Now()), nil)
}

// code returns the code of an AuthError, or "" if it is none.
func code(err error) string {
	var auth *AuthError
	if errors.As(err, &auth) {
		return auth.Code
	}
	return ""
}
