package frappe_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/frappe"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

const callback = federationtest.Hub + "/signin/from/up"

// A stage is a connector and the simulated site that it leads to.
type stage struct {
	*testing.T
	*frappetest.Primary
	client    frappetest.Client
	key       federation.LoginKey
	env       federation.Dependencies
	connector federation.Connector
	log       *bytes.Buffer
	clock     *federationtest.Clock
}

// newStage sets a site up with Asha, Administrator, and us as a client. edit
// may change the client there and the key here.
func newStage(t *testing.T, g frappetest.Generation, edit func(*frappetest.Client, *federation.LoginKey)) *stage {
	t.Helper()
	s := &stage{T: t, log: &bytes.Buffer{}, clock: federationtest.NewClock()}
	s.Primary = frappetest.NewPrimary(t, g, func(site *frappetest.Site) { site.Now = s.clock.Now })
	s.Join("asha@example.com", "Asha", "Rao", "Accounts User")
	s.Edit(func(site *frappetest.Site) {
		site.People["Administrator"] = frappetest.Person{Email: "admin@example.com", First: "Administrator", Roles: []string{"System Manager", "All", "Guest", "Desk User"}}
	})
	s.key = federation.LoginKey{
		ID: "up", Kind: federation.KindFrappe, Name: "Example ERP", BaseURL: s.URL, Enabled: true,
		RoleMap: map[string]string{"Accounts User": "accounts", "All": "everybody", "Desk User": "staff", "Administrator": "admin", "Guest": "guest"},
	}
	s.client = s.Register(callback, func(c *frappetest.Client) {
		if edit != nil {
			edit(c, &s.key)
		}
	})
	s.key.ClientID = s.client.ID
	s.key.Secret = federationtest.Seal(s.client.Secret, s.key.SecretContext())
	s.open()
	return s
}

func (s *stage) open() {
	s.Helper()
	s.env = federationtest.NewEnv(s.Client(), s.clock, federationtest.NewHubKey(), s.log)
	s.reopen()
}

// reopen is for an environment that was changed.
func (s *stage) reopen() {
	s.Helper()
	connector, err := frappe.New(s.key, s.env)
	if err != nil {
		s.Fatal(err)
	}
	s.connector = connector
}

// begin signs in at the site as this user and returns to the hub.
func (s *stage) begin(who, button string) (federation.AuthState, url.Values) {
	s.Helper()
	var leg federation.AuthState
	to, err := s.connector.Begin(s.Context(), &leg, federation.AuthRequestOptions{})
	if err != nil {
		s.Fatal(err)
	}
	stop := s.Visit(s, to, who, button)
	back, err := url.Parse(stop.To)
	if err != nil || !strings.HasPrefix(stop.To, callback) {
		s.Fatalf("the site answered %d and sent the browser to %q: %s", stop.Status, stop.To, stop.Body)
	}
	return leg, back.Query()
}

func (s *stage) signIn(who string) (federation.Identity, error) {
	s.Helper()
	leg, answer := s.begin(who, frappetest.Allow)
	id, err := s.connector.Finish(s.Context(), leg, answer)
	s.noLeaks(err, leg, answer)
	return id, err
}

func (s *stage) noLeaks(err error, leg federation.AuthState, answer url.Values) {
	s.Helper()
	text := s.log.String()
	if err != nil {
		text += err.Error()
	}
	secrets := []string{s.client.Secret, leg.Verifier, leg.Nonce, answer.Get("code"), "eyJ"}
	s.Edit(func(site *frappetest.Site) {
		for _, t := range site.Tokens {
			secrets = append(secrets, t.Access, t.Refresh)
		}
	})
	for _, secret := range secrets {
		if secret != "" && strings.Contains(text, secret) {
			s.Errorf("FE-48: %q is in %s", secret, text)
		}
	}
}

// asked counts the requests to the site.
func (s *stage) asked(method string) (n int) {
	s.Edit(func(site *frappetest.Site) {
		for _, a := range site.Asked {
			if strings.HasSuffix(a, "."+method) {
				n++
			}
		}
	})
	return n
}

func (s *stage) alive() (n int) {
	s.Edit(func(site *frappetest.Site) {
		for _, t := range site.Tokens {
			if !t.Revoked {
				n++
			}
		}
	})
	return n
}

func asFault(err error, fault **federation.Fault) bool { return errors.As(err, fault) }

// badJar sends cookies that the site takes for another user's session.
type badJar struct{}

func (badJar) SetCookies(*url.URL, []*http.Cookie) {}
func (badJar) Cookies(*url.URL) []*http.Cookie {
	return []*http.Cookie{{Name: "user_id", Value: "asha@example.com"}}
}
