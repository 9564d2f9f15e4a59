package token_test

import (
	"encoding/json"
	"maps"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestABackChannelRequestIsSigned(t *testing.T) { // CIBA §7.1.1
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	key := w.ProofKey()
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Key.Public(), KeyID: "k", Algorithm: "ES256", Use: "sig"}}})
	if err != nil {
		t.Fatal(err)
	}
	a := w.CallCentre(func(c *clients.Client) { c.Algs.CIBARequest, c.JWKS = "ES256", string(set) })
	count := 0
	sign := func(change map[string]any) string {
		now := w.Clock.Now()
		count++
		claims := map[string]any{"iss": a.ID, "aud": w.URL, "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Minute).Unix(),
			"jti": string(rune('a' + count)), "scope": "openid profile", "login_hint": "ada@example.org", "binding_message": "W4SC", "requested_expiry": 60}
		maps.Copy(claims, change)
		maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
		return w.Sign(jose.ES256, key.Key, map[string]any{"kid": "k"}, claims)
	}
	send := func(request string, pairs ...string) hubtest.Reply {
		return a.Post("/oauth2/bc-authorize", append([]string{"request", request}, pairs...)...)
	}
	good := sign(nil)
	r := send(good)
	hubtest.Want(t, "status", r.Status, 200)
	hubtest.Want(t, "requested_expiry, from inside", r.JSON["expires_in"], any(60.0))
	hubtest.Refused(t, "the same again", send(good), 400, "invalid_request")

	ago := func(d time.Duration) int64 { return w.Clock.Now().Add(-d).Unix() }
	other := w.ProofKey()
	for name, r := range map[string]hubtest.Reply{
		"a parameter beside it":        send(sign(nil), "scope", "openid"),
		"not signed at all":            a.Ask(),
		"another issuer":               send(sign(map[string]any{"iss": "somebody"})),
		"no issuer":                    send(sign(map[string]any{"iss": nil})),
		"another audience":             send(sign(map[string]any{"aud": "https://other.example.org"})),
		"no audience":                  send(sign(map[string]any{"aud": nil})),
		"expired":                      send(sign(map[string]any{"exp": ago(2 * time.Minute)})),
		"no exp":                       send(sign(map[string]any{"exp": nil})),
		"for a long time":              send(sign(map[string]any{"exp": ago(-2 * time.Hour)})),
		"exp in quotes":                send(sign(map[string]any{"exp": "1"})),
		"no iat":                       send(sign(map[string]any{"iat": nil})),
		"no nbf":                       send(sign(map[string]any{"nbf": nil})),
		"not yet":                      send(sign(map[string]any{"nbf": ago(-2 * time.Minute)})),
		"no jti":                       send(sign(map[string]any{"jti": nil})),
		"a client assertion":           send(sign(map[string]any{"sub": a.ID})),
		"an authorization request":     send(sign(map[string]any{"response_type": "code"})),
		"another request in it":        send(sign(map[string]any{"request": good})),
		"nobody in it":                 send(sign(map[string]any{"login_hint": nil})),
		"no JWT":                       send("x.y.z"),
		"a stranger's key":             send(w.Sign(jose.ES256, other.Key, map[string]any{"kid": "k"}, map[string]any{"iss": a.ID})),
		"the secret for a key":         send(w.Sign(jose.HS256, []byte(a.Secret+a.Secret), nil, map[string]any{"iss": a.ID})),
		"from who is not signed up so": w.CallCentre().Post("/oauth2/bc-authorize", "request", sign(nil)),
	} {
		hubtest.Refused(t, name, r, 400, "invalid_request")
	}

	// A JWT works once, also if it is sent several times at once.
	raced := sign(nil)
	var won atomic.Int32
	hubtest.AtOnce(32, func(int) {
		if send(raced).Status == 200 {
			won.Add(1)
		}
	})
	hubtest.Want(t, "requests made of one JWT", won.Load(), 1)
}
