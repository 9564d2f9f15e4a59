package clientauth

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/testkit/keytest"
	"github.com/fedhub/fedhub/templates"
)

// refusedGrantOf checks that an assertion was refused, and for what.
func refusedGrantOf(t *testing.T, what string, err error, text string) {
	t.Helper()
	var refused *GrantError
	if !errors.As(err, &refused) || !strings.Contains(refused.Why.In(templates.Sentence, ""), text) {
		t.Errorf("%s: got %v, want a refusal that says %q", what, err, text)
	}
}

func changed(claims map[string]any, change map[string]any) map[string]any {
	out := maps.Clone(claims)
	maps.Copy(out, change)
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out
}

func TestEachTrustedIssuerSpeaksForItselfAlone(t *testing.T) { // RFC 7523 §3
	w := newWorld(t)
	payroll := w.add("payroll", MethodBasic)
	staffKey, guestKey := keytest.New(t, "1", jose.ES256), keytest.New(t, "1", jose.ES256)
	staff := TrustedIssuer{Issuer: "https://staff.example.org", JWKSURI: keytest.NewPublisher(t, keytest.JWKS(t, staffKey)).URL + "/jwks", LoginKey: "staff"}
	guests := TrustedIssuer{Issuer: "https://guests.example.org", JWKSURI: keytest.NewPublisher(t, keytest.JWKS(t, guestKey)).URL + "/jwks", LoginKey: "guests"}
	say := func(v TrustedIssuer, key jose.JSONWebKey, change map[string]any) (AssertionGrant, error) {
		said := changed(keytest.Assertion("ada", issuer, w.clock.Now()), map[string]any{"iss": v.Issuer})
		return w.Grant(t.Context(), payroll, keytest.Sign(t, key, changed(said, change), nil), []TrustedIssuer{staff, guests})
	}
	for _, v := range []struct {
		TrustedIssuer
		key, other jose.JSONWebKey
	}{{staff, staffKey, guestKey}, {guests, guestKey, staffKey}} {
		g, err := say(v.TrustedIssuer, v.key, nil)
		if err != nil || g.By != v.TrustedIssuer || g.Issuer != v.Issuer || g.Subject != "ada" || g.Own("payroll") {
			t.Errorf("%s: got %+v, %v", v.LoginKey, g, err)
		}
		_, err = say(v.TrustedIssuer, v.other, nil)
		refusedGrantOf(t, v.LoginKey+", signed by the other", err, "its signature is not valid")
		_, err = say(v.TrustedIssuer, v.key, map[string]any{"sub": nil})
		refusedGrantOf(t, v.LoginKey+", about nobody", err, "it has no sub")
		_, err = say(v.TrustedIssuer, v.key, map[string]any{"sub": ""})
		refusedGrantOf(t, v.LoginKey+", about an empty name", err, "it has no sub")
	}
	// Names of claims count as they are spelled: what a careless reader takes
	// for the issuer must be the issuer.
	text, err := json.Marshal(changed(keytest.Assertion("ada", issuer, w.clock.Now()), map[string]any{"iss": staff.Issuer}))
	if err != nil {
		t.Fatal(err)
	}
	twice := append(text[:len(text)-1], []byte(`,"Iss":"`+guests.Issuer+`"}`)...)
	_, err = w.Grant(t.Context(), payroll, keytest.Sign(t, guestKey, twice, nil), []TrustedIssuer{staff, guests})
	refusedGrantOf(t, "two issuers", err, "its signature is not valid")
	_, err = say(guests, guestKey, map[string]any{"iss": nil, "Iss": guests.Issuer})
	refusedGrantOf(t, "an issuer in other letters", err, "it has no iss")
	_, err = say(TrustedIssuer{Issuer: "https://nobody.example.org"}, staffKey, nil)
	refusedGrantOf(t, "nobody's word", err, "its iss is not a trusted issuer")
	_, err = say(staff, staffKey, map[string]any{"iss": nil})
	refusedGrantOf(t, "no issuer", err, "it has no iss")
}

func TestATrustedIssuerIsHeldToTheRulesOfAssertions(t *testing.T) { // RFC 7523 §3
	w := newWorld(t)
	payroll := w.add("payroll", MethodBasic)
	key := keytest.New(t, "1", jose.ES256)
	staff := TrustedIssuer{Issuer: "https://staff.example.org", JWKSURI: keytest.NewPublisher(t, keytest.JWKS(t, key)).URL + "/jwks", LoginKey: "staff"}
	now := w.clock.Now()
	in := func(d time.Duration) int64 { return now.Add(d).Unix() }
	for what, row := range map[string]struct {
		change map[string]any
		text   string // empty: accepted
	}{
		"as it should be":        {nil, ""},
		"ten minutes ahead":      {map[string]any{"exp": in(11 * time.Minute)}, ""}, // with a minute for clocks that differ
		"more than that":         {map[string]any{"exp": in(11*time.Minute + time.Second)}, "more than 10 minutes in the future"},
		"expired":                {map[string]any{"exp": in(-time.Minute)}, "it has expired"},
		"without an end":         {map[string]any{"exp": nil}, "it has no exp"},
		"not yet":                {map[string]any{"nbf": in(61 * time.Second)}, "its nbf is in the future"},
		"from the future":        {map[string]any{"iat": in(61 * time.Second)}, "its iat is in the future"},
		"to the token endpoint":  {map[string]any{"aud": issuer + "/token"}, "its aud must be one string"},
		"to several":             {map[string]any{"aud": []string{issuer, "https://other.example.org"}}, "its aud must be one string"},
		"to nobody":              {map[string]any{"aud": nil}, "its aud must be one string"},
		"without a name":         {map[string]any{"jti": nil}, "it has no jti"},
		"with a name too long":   {map[string]any{"jti": strings.Repeat("j", 513)}, "its jti is too long"},
		"about the client":       {map[string]any{"sub": "payroll"}, ""}, // an identity there may have any name
		"in the client's name":   {map[string]any{"iss": "payroll"}, "has published no keys"},
		"with times that are no": {map[string]any{"exp": "soon"}, "its exp has the wrong type"},
	} {
		said := changed(keytest.Assertion("ada", issuer, now), map[string]any{"iss": staff.Issuer})
		_, err := w.Grant(t.Context(), payroll, keytest.Sign(t, key, changed(said, row.change), nil), []TrustedIssuer{staff})
		if row.text == "" {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
			continue
		}
		refusedGrantOf(t, what, err, row.text)
	}
}

func TestAnAssertionIsAGrantOnce(t *testing.T) { // RFC 7521 §8.2
	w := newWorld(t)
	key := keytest.New(t, "1", jose.ES256)
	job := w.add("job", MethodBasic, func(r *Registered) { r.JWKS = keytest.JWKS(t, key) })
	raw := w.assertion("job", key)
	g, err := w.Grant(t.Context(), job, raw, nil)
	if err != nil || !g.Own("job") {
		t.Errorf("the first time: got %+v, %v", g, err)
	}
	_, err = w.Grant(t.Context(), job, raw, nil)
	refusedGrantOf(t, "the second time", err, "its jti was already used")
	_, err = w.Grant(t.Context(), job, keytest.Sign(t, key, changed(keytest.Assertion("job", issuer, w.clock.Now()), map[string]any{"sub": "ada"}), nil), nil)
	refusedGrantOf(t, "about a person", err, "its iss is the client itself, so its sub must be the client_id")

	blind := newWorld(t, func(o *Verifier) { o.Replay = nil })
	var refused *GrantError
	if _, err := blind.Grant(t.Context(), job, raw, nil); err == nil || errors.As(err, &refused) {
		t.Errorf("without a replay memory: got %v, want an error of ours", err)
	}
}

func TestATrustedIssuerWhoseKeysCannotBeReadIsNotBelieved(t *testing.T) {
	w := newWorld(t)
	payroll := w.add("payroll", MethodBasic)
	key := keytest.New(t, "1", jose.ES256)
	away := keytest.NewPublisher(t, keytest.JWKS(t, key))
	away.Publish(http.StatusInternalServerError, "")
	staff := TrustedIssuer{Issuer: "https://staff.example.org", JWKSURI: away.URL + "/jwks", LoginKey: "staff"}
	raw := keytest.Sign(t, key, changed(keytest.Assertion("ada", issuer, w.clock.Now()), map[string]any{"iss": staff.Issuer}), nil)
	if g, err := w.Grant(t.Context(), payroll, raw, []TrustedIssuer{staff}); err == nil {
		t.Errorf("got %+v, want an error", g)
	}
}
