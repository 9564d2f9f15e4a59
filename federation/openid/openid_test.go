package openid_test

import (
	"context"
	"errors"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/openid"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

func TestOpenID(t *testing.T) { federationtest.Run(t, federation.KindOpenID, openid.New) }

func newWorld(t *testing.T, adapt func(*federationtest.World)) *federationtest.World {
	return federationtest.NewWorld(t, federation.KindOpenID, openid.New, adapt)
}

func TestCredentialsGoWhereTheProviderWantsThem(t *testing.T) {
	for name, row := range map[string]struct {
		methods []string
		basic   bool
	}{
		"unsaid": {nil, true}, // OpenID Connect Discovery §3: the default
		"header": {[]string{"client_secret_basic"}, true},
		"form":   {[]string{"client_secret_post"}, false},
		"both":   {[]string{"client_secret_post", "client_secret_basic"}, true},
	} {
		w := newWorld(t, nil)
		w.Set(func(s *federationtest.Script) {
			s.Discovery = func(doc map[string]any) { doc["token_endpoint_auth_methods_supported"] = row.methods }
		})
		w.MustSignIn(federation.AuthRequestOptions{})
		form, header := w.Seen(federationtest.PathToken)
		if got := header.Get("Authorization") != ""; got != row.basic || form.Has("client_secret") == row.basic {
			t.Errorf("%s: in the header %v, form %v", name, got, form)
		}
	}
}

func TestAProviderThatTakesNoSecretIsMisconfigured(t *testing.T) {
	w := newWorld(t, nil)
	w.Set(func(s *federationtest.Script) {
		s.Discovery = func(doc map[string]any) {
			doc["token_endpoint_auth_methods_supported"] = []string{"tls_client_auth"}
		}
	})
	if _, err := w.SignIn(federation.AuthRequestOptions{}); federationtest.Fault(err) != federation.Misconfigured {
		t.Errorf("got %v, want misconfigured", err)
	}
	if got := w.Calls(federationtest.PathToken); got != 0 {
		t.Errorf("the token endpoint was asked %d times", got)
	}
}

func TestAPublicClientHasNoSecret(t *testing.T) {
	w := newWorld(t, func(w *federationtest.World) {
		w.Key.Secret = ""
		w.Set(func(s *federationtest.Script) { s.Client = federationtest.Client{ID: w.Key.ClientID} })
	})
	w.MustSignIn(federation.AuthRequestOptions{})
	form, header := w.Seen(federationtest.PathToken)
	if header.Get("Authorization") != "" || form.Has("client_secret") || form.Get("client_id") != w.Key.ClientID {
		t.Errorf("the form was %v", form)
	}
}

func TestASecretSealedElsewhereDoesNotOpen(t *testing.T) {
	w := newWorld(t, nil)
	key := w.Key
	key.ID = "other"
	if _, err := openid.New(key, w.Env); err == nil {
		t.Error("it opened")
	}
}

func TestADatabaseThatIsDownIsNotTheProvidersFault(t *testing.T) {
	down := errors.New("the database is down")
	w := newWorld(t, func(w *federationtest.World) {
		w.Env.Pin = func(context.Context, string, string) error { return down }
	})
	_, err := w.Connector.Begin(t.Context(), &federation.AuthState{}, federation.AuthRequestOptions{})
	if !errors.Is(err, down) || federationtest.Fault(err) != "" {
		t.Errorf("got %v, want the database's error and no fault", err)
	}
}
