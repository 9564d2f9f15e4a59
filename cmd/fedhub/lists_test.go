package main

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/settings"
)

func TestListsAreTypedLikeOnThePages(t *testing.T) {
	s := newShell(t)
	var wiki clientRow
	for _, scopes := range [][]string{{"--scope", "openid email,files"}, {"--scope", "openid", "--scope", "email files"}, {"--scope=openid, email\nfiles"}} {
		args := append([]string{"client", "add", "--name", "Wiki", "--redirect-uri", "https://wiki.example.org/a,b https://wiki.example.org/c", "--redirect-uri", "https://wiki.example.org/d", "--json"}, scopes...)
		s.must(args...).json(&wiki)
		if strings.Join(wiki.Scopes, " ") != "openid email files" {
			t.Errorf("%q: got %q", scopes, wiki.Scopes)
		}
		if strings.Join(wiki.RedirectURIs, " ") != "https://wiki.example.org/a,b https://wiki.example.org/c https://wiki.example.org/d" {
			t.Errorf("got %q", wiki.RedirectURIs)
		}
	}
}

func TestForceAndAutoAreWordsInAnyCase(t *testing.T) {
	s := newShell(t)
	var now struct{ Consent string }
	for typed, kept := range map[string]string{"Force": settings.Force, "AUTO": settings.Auto, "force": settings.Force, "Auto": settings.Auto} {
		s.must("settings", "set", "--consent", typed, "--json").json(&now)
		if now.Consent != kept {
			t.Errorf("%s: got %q", typed, now.Consent)
		}
	}
	s.run("settings", "set", "--consent", "perhaps").fails(2, "--consent")
}

func TestGrantTypeNoneIsForServices(t *testing.T) {
	s := newShell(t)
	s.run("client", "add", "--name", "Wiki", "--redirect-uri", "https://wiki.example.org/cb", "--grant-type", "None").fails(2, "Grant Type None is only for services")
	s.must("client", "add", "--name", "Robot", "--type", "Service", "--grant-type", "None", "--scope", "things")
	s.must("client", "add", "--name", "Tried", "--type", "SPA", "--grant-type", "Implicit", "--response-type", "Token", "--redirect-uri", "http://localhost:3000/cb")
}
