package openid_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// watched signs in and returns the steps as an administrator sees them.
func watched(t *testing.T, w *federationtest.World) ([]federation.Step, error) {
	t.Helper()
	var steps []federation.Step
	ctx := federation.Observed(t.Context(), func(s federation.Step) { steps = append(steps, s) })
	var leg federation.AuthState
	redirect, err := w.Connector.Begin(ctx, &leg, federation.AuthRequestOptions{})
	if err != nil {
		return steps, err
	}
	query := w.Visit(t, redirect)
	_, err = w.Connector.Finish(ctx, leg, query)
	text := fmt.Sprintf("%+v", steps) // FE-48
	for _, secret := range []string{leg.State, leg.Nonce, leg.Verifier, query.Get("code"), "access-", "eyJ"} {
		if secret != "" && strings.Contains(text, secret) {
			t.Errorf("a step tells %q: %s", secret, text)
		}
	}
	return steps, err
}

func told(steps []federation.Step, step, name string) string {
	for _, s := range steps {
		for _, f := range s.Facts {
			if s.Name == step && f.Name == name {
				return f.Value
			}
		}
	}
	return ""
}

func TestEveryStepIsToldWithoutASecret(t *testing.T) {
	w := newWorld(t, nil)
	steps, err := watched(t, w)
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, s := range steps {
		order = append(order, s.Name)
	}
	if want := []string{"discovery", "authorize", "answer", "token", "id_token", "userinfo", "claims"}; !slices.Equal(order, want) {
		t.Errorf("got %v, want %v", order, want)
	}
	for _, row := range [][3]string{
		{"discovery", "issuer", w.URL},
		{"discovery", "token endpoint", w.URL + federationtest.PathToken},
		{"authorize", "scopes", "openid profile email roles"},
		{"id_token", "algorithm", "ES256"},
		{"id_token", "key id", "first"},
		{"id_token", "lifetime", "5m0s"},
		{"id_token", "claims", "acr, amr, at_hash, aud, auth_time, exp, iat, iss, nonce, sid, sub"},
		{"claims", "email", "ada@example.org"},
		{"claims", "email verified", "true"},
		{"claims", "roles there", "staff, admin"},
		{"claims", "roles here", "member"},
		{"claims", "acr", "urn:example:loa2"},
	} {
		if got := told(steps, row[0], row[1]); got != row[2] {
			t.Errorf("%s, %s: got %q, want %q", row[0], row[1], got, row[2])
		}
	}
}

func TestTheStepThatFailsIsTheLast(t *testing.T) {
	for name, row := range map[string]struct {
		step   string
		script func(*federationtest.Script)
	}{
		"no discovery document": {"discovery", func(s *federationtest.Script) {
			s.Discovery = func(doc map[string]any) { delete(doc, "issuer") }
		}},
		"no code": {"answer", func(s *federationtest.Script) { s.Answer = func(query url.Values) { query.Del("code") } }},
		"wrong secret": {"token", func(s *federationtest.Script) {
			s.Client.Secret = "another"
		}},
		"wrong nonce": {"id_token", func(s *federationtest.Script) {
			s.IDToken = func(claims map[string]any) { claims["nonce"] = "x" }
		}},
		"somebody else": {"userinfo", func(s *federationtest.Script) {
			s.Userinfo = func(claims map[string]any) { claims["sub"] = "eve" }
		}},
	} {
		w := newWorld(t, nil)
		w.Set(row.script)
		steps, err := watched(t, w)
		if err == nil || len(steps) == 0 || steps[len(steps)-1].Name != row.step || steps[len(steps)-1].Err == nil {
			t.Errorf("%s: got %+v and %v, want the last to be %s", name, steps, err, row.step)
		}
	}
}
