package main

import (
	"io"
	"testing"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// linked is a shell with the provider company and one linked user for each email
// address.
func linked(t *testing.T, emails ...string) *shell {
	t.Helper()
	s := newShell(t)
	s.must("provider", "add", "--kind", "oauth2", "--base-url", "https://id.example.invalid", "--client-id", "us", "--name", "Company", "--authorize-url", "https://id.example.invalid/authorize",
		"--token-url", "https://id.example.invalid/token", "--userinfo-url", "https://id.example.invalid/me", "--claim", "subject=id")
	for _, email := range emails {
		s.must("user", "add", "--email", email, "--no-password")
	}
	err := s.base().with(t.Context(), s.console(), func(o *opened) error {
		key, err := o.LoginKey(t.Context(), "company")
		if err != nil {
			return err
		}
		for _, email := range emails {
			u, err := o.FindUser(t.Context(), email)
			if err != nil {
				return err
			}
			if _, err := o.LinkBeforehand(t.Context(), audit.Named("test"), u, linking.Claim{Key: key.ID, Issuer: key.BaseURL, Subject: email}, authentication.PolicyOf(key)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *shell) base() *base { return &base{Database: s.env["FEDHUB_DATABASE"]} }

func (s *shell) console() *console {
	return &console{out: io.Discard, err: io.Discard, env: s.env, hash: cheap()}
}

// at counts the identities of company by issuer.
func (s *shell) at() map[string]int {
	s.Helper()
	var all map[string]int
	err := s.base().with(s.Context(), s.console(), func(o *opened) error {
		all = map[string]int{}
		people, err := o.Users(s.Context(), "", 100)
		if err != nil {
			return err
		}
		for _, u := range people {
			linked, err := o.Identities(s.Context(), u.ID)
			if err != nil {
				return err
			}
			for _, i := range linked {
				all[i.Issuer]++
			}
		}
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
	return all
}

// Flags answer what the provider's page asks when the address changes.
func TestWhoIsKnownByTheAddressBeforeIsMovedOrLeftByAFlag(t *testing.T) {
	const before, after = "https://id.example.invalid", "https://new.example.invalid"
	s := linked(t, "ada@example.org", "bob@example.org")
	change := []string{"provider", "update", "company", "--base-url", after, "--json"}
	with := func(flags ...string) []string { return append(change[:len(change):len(change)], flags...) }
	s.run(change...).fails(2, "2 users", before, "--identities move", "--identities leave", "--identities-address", "nothing was changed")
	s.run(with("--identities", "move")...).fails(2, "--identities-address", after)
	s.run(with("--identities", "move", "--identities-address", "https://evil.example.invalid")...).fails(2, "--identities-address", after)
	s.run("provider", "update", "company", "--identities", "move", "--name", "X").fails(2, "--identities", "no links of Company are undecided")
	s.run(with("--identities", "sell")...).fails(2, "--identities")
	if got := s.at(); got[before] != 2 || len(got) != 1 {
		t.Errorf("refused, and yet they are at %v", got)
	}
	var row providerRow
	if s.must(with("--identities", "move", "--identities-address", after)...).json(&row); row.BaseURL != after || row.Name != "Company" {
		t.Errorf("got %s", s.out)
	}
	if got := s.at(); got[after] != 2 || len(got) != 1 {
		t.Errorf("moved they are at %v", got)
	}
	if s.must("provider", "update", "company", "--base-url", before, "--identities", "leave", "--json").json(&row); row.BaseURL != before {
		t.Errorf("got %s", s.out)
	}
	if got := s.at(); got[after] != 2 || len(got) != 1 {
		t.Errorf("left they are at %v", got)
	}
}

// The user endpoint of an OAuth 2.0 provider decides who its users are. A new host
// for it counts as a new address.
func TestAnOAuth2ProviderThatSomebodyElseSpeaksForIsAnotherAddress(t *testing.T) {
	const before, after, evil = "https://id.example.invalid", "https://new.example.invalid", "https://evil.example.invalid/me"
	s := linked(t, "ada@example.org")
	for _, flags := range [][]string{
		{"--authorize-url", evil}, {"--token-url", evil}, {"--userinfo-url", evil}, {"--userinfo-url", "https://id.example.invalid:8443/me"}, {"--claim", "subject=login"},
	} {
		for _, choice := range [][]string{nil, {"--identities", "move", "--identities-address", before}} {
			s.run(append(append([]string{"provider", "update", "company"}, flags...), choice...)...)
			if s.code != 2 {
				t.Errorf("%v %v: got %d\n%s%s", flags, choice, s.code, s.out, s.err)
			}
		}
		s.run(append([]string{"provider", "update", "company"}, flags...)...).fails(2, before, "Change the Base URL as well")
	}
	s.must("provider", "update", "company", "--userinfo-url", before+"/v2/me", "--claim", "email=mail")
	moved := []string{"provider", "update", "company", "--base-url", after, "--userinfo-url", after + "/me"}
	s.run(moved...).fails(2, "1 user is", "--identities-address")
	s.must(append(moved, "--identities", "leave")...)
	s.must("provider", "update", "company", "--userinfo-url", after+":8443/me", "--claim", "subject=login")
}
