package federation_test

import (
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/oauth2"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

func describedKey() federation.LoginKey {
	return federation.LoginKey{
		ID: "described", Kind: federation.KindOAuth2, Name: "Described", BaseURL: "https://id.example.org", ClientID: "hub", Enabled: true,
		Endpoints: federation.Endpoints{Authorize: "https://id.example.org/a", Token: "https://id.example.org/t", Userinfo: "https://api.example.org/me"},
		Claims:    federation.Claims{Subject: "data.id"},
	}
}

// AD-10: the token address is where the secret goes.
func TestASecretDoesNotMoveToAnotherTokenAddress(t *testing.T) {
	r := federation.NewRegistry(federation.Options{
		Store: federationtest.NewMemory(), Factories: map[string]federation.Factory{federation.KindOAuth2: oauth2.New},
		Env: federation.Dependencies{Hub: federationtest.Hub}, Seal: federationtest.Seal,
	})
	if _, err := r.Add(t.Context(), describedKey(), "secret"); err != nil {
		t.Fatal(err)
	}
	move := func(k *federation.LoginKey) error { k.Endpoints.Token = "https://evil.test/t"; return nil }
	wantProblem(t, "with the saved secret", r.Update(t.Context(), "described", "", move), "secret")
	if err := r.Update(t.Context(), "described", "again", move); err != nil {
		t.Errorf("with the secret entered again: %v", err)
	}
}

func TestPeopleAreToldApartByWhatStaysTheirs(t *testing.T) {
	for subject, fits := range map[string]bool{
		"id": true, "data.user.id": true, "ID": true, "": false, "email": false, "data.Email": false, "user.mail": false, "emails.0.id": true,
	} {
		k := describedKey()
		k.Claims.Subject = subject
		k.Tidy()
		if problems := k.Validate(federation.Dependencies{}); (len(problems) == 0) != fits {
			t.Errorf("%q: got %v", subject, problems)
		}
	}
	draft := describedKey()
	draft.Enabled, draft.Claims = false, federation.Claims{}
	draft.Tidy()
	if problems := draft.Validate(federation.Dependencies{}); len(problems) > 0 {
		t.Errorf("a draft: got %v", problems)
	}
}
