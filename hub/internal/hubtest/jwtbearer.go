package hubtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// A Voice signs assertions.
type Voice struct {
	t   *testing.T
	key *ecdsa.PrivateKey
}

func NewVoice(t *testing.T) Voice {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return Voice{t, key}
}

func (v Voice) Keys() string {
	v.t.Helper()
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &v.key.PublicKey, KeyID: "1", Algorithm: "ES256", Use: "sig"}}})
	if err != nil {
		v.t.Fatal(err)
	}
	return string(text)
}

func (v Voice) Say(claims map[string]any) string {
	v.t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: v.key, KeyID: "1"}}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		v.t.Fatal(err)
	}
	body, err := json.Marshal(claims)
	if err != nil {
		v.t.Fatal(err)
	}
	signed, err := signer.Sign(body)
	if err != nil {
		v.t.Fatal(err)
	}
	raw, err := signed.CompactSerialize()
	if err != nil {
		v.t.Fatal(err)
	}
	return raw
}

func (a *App) Vouch(assertion string, pairs ...string) Reply {
	a.W.Helper()
	return a.Post("/oauth2/token", append([]string{"grant_type", clients.GrantJWT, "assertion", assertion}, pairs...)...)
}

// Words are valid claims; pairs override them, and nil omits one.
func (w *World) Words(iss, sub string, pairs ...any) map[string]any {
	c := map[string]any{"iss": iss, "sub": sub, "aud": w.URL, "iat": w.Clock.Now().Unix(), "exp": w.Clock.Now().Add(5 * time.Minute).Unix(), "jti": rand.Text()}
	for i := 0; i+1 < len(pairs); i += 2 {
		if name := pairs[i].(string); pairs[i+1] == nil {
			delete(c, name)
		} else {
			c[name] = pairs[i+1]
		}
	}
	return c
}

// Linked is ada with an identity of this issuer and subject.
func (w *World) Linked(key, issuer, subject string) users.User {
	w.Helper()
	ada := w.Person("ada@example.org")
	_, err := w.Hub.KeepLoginKey(w.Context(), audit.Named("test"), federation.LoginKey{ID: key, Kind: federation.KindOpenID, Name: key,
		BaseURL: issuer, ClientID: "x", Enabled: true}, "secret")
	if err != nil {
		w.Fatal(err)
	}
	d, err := w.Hub.Linking().Link(w.Context(), ada, linking.Claim{Key: key, Issuer: issuer, Subject: subject, Email: ada.Email, EmailVerified: true},
		linking.Policy{KeyID: key, Kind: federation.KindOpenID, Enabled: true, Linking: linking.LinkConfirm, SignUps: linking.SignUpDeny})
	if err != nil || d.Action != linking.Link {
		w.Fatalf("not linked: %+v, %v", d, err)
	}
	return ada
}
