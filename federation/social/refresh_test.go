package social

import (
	"testing"

	"github.com/markbates/goth"
	"golang.org/x/oauth2"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// A renewing provider gives new access tokens for refresh tokens.
type renewing struct {
	unruly
	renew func(refresh string) (*oauth2.Token, error)
}

func (renewing) RefreshTokenAvailable() bool { return true }

func (r renewing) RefreshToken(refresh string) (*oauth2.Token, error) { return r.renew(refresh) }

func newRenewing(t *testing.T, renew func(string) (*oauth2.Token, error)) *Connector {
	t.Helper()
	u := tame()
	c, _ := newConnector(t, u)
	c.Key.KeepTokens = true
	c.provider.open = func(a app) goth.Provider {
		u.http = a.http
		return renewing{u, renew}
	}
	return c
}

// RFC 6749 §6: an answer without a refresh token leaves the one that there is.
func TestARefreshWithoutANewTokenKeepsTheTie(t *testing.T) {
	for next, want := range map[string]string{"": "first", "second": "second"} {
		var asked []string
		c := newRenewing(t, func(refresh string) (*oauth2.Token, error) {
			asked = append(asked, refresh)
			return &oauth2.Token{AccessToken: "t", RefreshToken: next}, nil
		})
		id, err := c.Refresh(t.Context(), federation.Tokens{Refresh: "first", Subject: "7"})
		if err != nil || id.Subject != "7" || id.Tokens.Refresh != want || len(asked) != 1 || asked[0] != "first" {
			t.Errorf("an answer with %q: got %+v and %v after %q, want %q kept", next, id, err, asked, want)
		}
		if id, err := c.Refresh(t.Context(), federation.Tokens{Refresh: "first", Subject: "8"}); federationtest.Fault(err) != federation.Untrusted || id.Subject != "" {
			t.Errorf("somebody else: got %+v and %v", id, err)
		}
		if _, err := c.Refresh(t.Context(), federation.Tokens{Subject: "7"}); federationtest.Refused(err) != "invalid_grant" {
			t.Errorf("no token: got %v", err)
		}
	}
}

// Identities are stored under the provider's name. Under another name, sub would
// belong to another user.
func TestAProviderOfTheListHasItsOwnBaseURL(t *testing.T) {
	spoils := map[string]func(*Connector){
		"another Base URL": func(c *Connector) { c.Key.BaseURL = "https://evil.example.org" },
		"no client id":     func(c *Connector) { c.Key.ClientID = "" },
		"no secret":        func(c *Connector) { c.Secret = "" },
	}
	for name, spoil := range spoils {
		c, n := newConnector(t, tame())
		var leg federation.AuthState
		if _, err := c.Begin(t.Context(), &leg, federation.AuthRequestOptions{}); err != nil {
			t.Fatal(err)
		}
		spoil(c)
		if _, err := c.Begin(t.Context(), &federation.AuthState{}, federation.AuthRequestOptions{}); federationtest.Fault(err) != federation.Misconfigured {
			t.Errorf("%s: begin: got %v, want misconfigured", name, err)
		}
		if _, err := c.Finish(t.Context(), leg, map[string][]string{"code": {"c"}, "state": {leg.State}}); federationtest.Fault(err) != federation.Misconfigured {
			t.Errorf("%s: finish: got %v, want misconfigured", name, err)
		}
		if _, err := c.Refresh(t.Context(), federation.Tokens{Refresh: "first", Subject: "7"}); federationtest.Fault(err) != federation.Misconfigured {
			t.Errorf("%s: refresh: got %v, want misconfigured", name, err)
		}
		if len(n.asked) > 0 {
			t.Errorf("%s: it was asked: %v", name, n.asked)
		}
	}
}
