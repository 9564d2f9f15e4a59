package token_test

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
)

// A client publishes a key and uses it at once, a moment after the hub read its
// JWKS: the request waits for the next read, for every kind of signature.
func TestAKeyThatAClientPublishedAMomentAgoIsWaitedFor(t *testing.T) {
	one, two, three := keytest.New(t, "one", jose.ES256), keytest.New(t, "two", jose.ES256), keytest.New(t, "three", jose.ES256)
	p := keytest.NewPublisher(t, keytest.JWKS(t, one))
	var waited atomic.Int32
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{Sleep: func(ctx context.Context, d time.Duration) error {
		if waited.Add(1); d <= 0 || d > cache.Gap {
			t.Errorf("a wait of %v", d)
		}
		p.Publish(http.StatusOK, keytest.JWKS(t, one, two, three))
		return ctx.Err()
	}})
	w.Clock.Stop()
	a := w.App(func(c *clients.Client) { c.AuthMethod, c.JWKSURI = clientauth.MethodKey, p.URL+"/jwks" })
	ask := func(path string, key jose.JSONWebKey, claims map[string]any, pairs ...string) hubtest.Reply {
		assertion := keytest.Assertion(a.ID, w.URL, w.Clock.Now())
		for name, value := range claims {
			assertion[name] = value
		}
		return w.Raw(path, hubtest.Edited(url.Values{
			"client_id": {a.ID}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
			"client_assertion": {keytest.Sign(t, key, assertion, nil)},
		}, pairs).Encode())
	}
	hubtest.Want(t, "the first key", ask("/oauth2/introspect", one, nil, "token", "x").Status, 200)
	hubtest.Refused(t, "another audience", ask("/oauth2/introspect", two, map[string]any{"aud": "https://other.example"}, "token", "x"), 401, "invalid_client")
	hubtest.Want(t, "waits for what is wrong otherwise", waited.Load(), 0)
	hubtest.Want(t, "the second key", ask("/oauth2/introspect", two, nil, "token", "x").Status, 200)
	hubtest.Want(t, "waits for it", waited.Load(), 1)

	p.Publish(http.StatusOK, keytest.JWKS(t, one, two))
	w.Clock.Skip(time.Hour)
	hubtest.Want(t, "an hour later", ask("/oauth2/introspect", two, nil, "token", "x").Status, 200)
	object := func(edits map[string]any) string {
		claims := map[string]any{
			"iss": a.ID, "aud": w.URL, "exp": w.Clock.Now().Add(time.Minute).Unix(), "client_id": a.ID, "response_type": "code", "scope": "openid",
			"redirect_uri": hubtest.Callback, "code_challenge": hubtest.Challenge(a.Verifier), "code_challenge_method": "S256",
		}
		maps.Copy(claims, edits)
		maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
		return keytest.Sign(t, three, claims, nil)
	}
	for what, edits := range map[string]map[string]any{
		"no client":           {"iss": nil, "client_id": nil},
		"no reader":           {"aud": nil},
		"no end":              {"exp": nil},
		"another client":      {"client_id": "somebody"},
		"one inside another":  {"request": "x"},
		"an unknown address":  {"redirect_uri": "https://other.example"},
		"members of bad text": {"state": "a\x00b"},
	} {
		hubtest.Want(t, "an object with "+what, ask("/oauth2/par", two, nil, "request", object(edits)).Status, 400)
		hubtest.Want(t, "waits for "+what, waited.Load(), 1)
	}
	hubtest.Want(t, "an unknown address outside", ask("/oauth2/par", two, nil, "request", object(nil), "redirect_uri", "https://other.example").Status, 400)
	hubtest.Want(t, "another response type outside", ask("/oauth2/par", two, nil, "request", object(nil), "response_type", "none").Status, 400)
	hubtest.Want(t, "waits for what is wrong otherwise", waited.Load(), 1)
	pushed := ask("/oauth2/par", two, nil, "request", object(nil))
	hubtest.Want(t, "a request object by the third key", pushed.Status, 201)
	hubtest.Want(t, "waits", waited.Load(), 2)
}
