package social_test

import (
	"strconv"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/social"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// The suite needs a provider with a configurable address; it tests the code that
// all providers share.
func TestSocial(t *testing.T) {
	federationtest.RunPlain(t, federation.KindSocial, social.New, asGitea)
}

// asGitea makes the provider of the tests look like a Gitea.
func asGitea(w *federationtest.World) {
	w.Key.Preset = "gitea"
	w.Set(func(s *federationtest.Script) {
		s.Aliases = map[string]string{
			"/login/oauth/authorize":    federationtest.PathAuthorize,
			"/login/oauth/access_token": federationtest.PathToken,
			"/api/v1/user":              federationtest.PathUserinfo,
		}
		s.Person = func(subject string, claims map[string]any) {
			id := 7
			if n, err := strconv.Atoi(subject); err == nil {
				id = n
			}
			clear(claims)
			claims["id"], claims["login"], claims["full_name"], claims["email"] = id, subject, "Name of "+subject, subject+"@example.org"
		}
	})
}
