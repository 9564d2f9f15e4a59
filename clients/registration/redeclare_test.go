package registration

import (
	"slices"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/internal/testkit/clientstest"
	"github.com/fedhub/fedhub/internal/texts"
)

// An administrator approved only what the client could request at that time.
func TestARedeclarationThatAsksForMoreIsAskedAboutAgain(t *testing.T) {
	declared := func(more string) string {
		return `{"redirect_uris":["https://app.example.com/cb"],"client_name":"Rota","scope":"openid","authorization_details_types":["payment"]` + more + `}`
	}
	for name, row := range map[string]struct {
		metadata string
		skips    bool
	}{
		"the same":                      {declared(""), true},
		"less":                          {`{"redirect_uris":["https://app.example.com/cb"],"client_name":"Rota","scope":"openid"}`, true},
		"another scope":                 {`{"redirect_uris":["https://app.example.com/cb"],"client_name":"Rota","scope":"openid email","authorization_details_types":["payment"]}`, false},
		"another type of authorization": {`{"redirect_uris":["https://app.example.com/cb"],"client_name":"Rota","scope":"openid","authorization_details_types":["payment","account"]}`, false},
		"another name":                  {`{"redirect_uris":["https://app.example.com/cb"],"client_name":"Bank","scope":"openid","authorization_details_types":["payment"]}`, false},
		"another address":               {`{"redirect_uris":["https://evil.example.com/cb"],"client_name":"Rota","scope":"openid","authorization_details_types":["payment"]}`, false},
	} {
		w := newWorld(t)
		first, err := w.Declare(t.Context(), []byte(declared("")), limits, nil)
		if err != nil {
			t.Fatal(err)
		}
		c, _, token, err := w.Register(t.Context(), first, texts.New("client.by.itself"), Newcomer{})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Update(t.Context(), c.ID, func(c *clients.Client) error { c.SkipAuthorization = true; return nil }); err != nil {
			t.Fatal(err)
		}
		next, err := w.Declare(t.Context(), []byte(row.metadata), limits, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.UpdateMetadata(t.Context(), c.ID, token, next); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := w.Kept(c.ID).SkipAuthorization; got != row.skips {
			t.Errorf("%s: skips authorization %v, want %v", name, got, row.skips)
		}
	}
}

func TestARedeclarationLeavesAloneWhatAnAdministratorDecided(t *testing.T) {
	before := clientstest.Filled(0)
	after := before.Clone()
	redeclared(&after, clientstest.Others())
	if after.SkipAuthorization {
		t.Error("another name still skips authorization")
	}
	after.SkipAuthorization = true
	want := []string{"id", "openid_means_profile", "pkce", "skip_authorization", "allowed_roles", "second_factor", "claims", "frappe", "frappe.send_errors", "disabled",
		"exchange.from", "exchange.impersonate", "exchange.delegate", "resources", "serves", "high_security", "opaque_tokens", "origins",
		"registration.token_hash", "registration.at", "registration.network", "registration.unused_since", "secrets", "generation", "created", "updated", "created_by", "origin", "imported", "habits", "server"}
	if got := clientstest.Kept(before, after); !slices.Equal(got, want) {
		t.Errorf("kept %q, want %q", got, want)
	}
}
