package frappe

import (
	"slices"
	"testing"

	"github.com/fedhub/fedhub/internal/testkit/clientstest"
)

func TestAnImportDecidesThisAndNothingElse(t *testing.T) {
	before := clientstest.Filled(0)
	after := before.Clone()
	take(&after, clientstest.Others())
	want := []string{"name", "type", "auth_method", "redirect_uris", "default_redirect_uri", "grant_types", "response_types", "scopes", "openid_means_profile",
		"pkce", "pkce_optional", "skip_authorization", "allowed_roles", "id_token_alg", "id_token_claims", "registration.contacts", "registration.software_id",
		"registration.software_version", "client_uri", "logo_uri", "tos_uri", "policy_uri", "frappe"}
	if got := clientstest.Changed(before, after); !slices.Equal(got, want) {
		t.Errorf("changed %q, want %q", got, want)
	}
	if got := differsIn(before, clientstest.Others()); len(got) != len(want) {
		t.Errorf("told of %q, want one for each of %q", got, want)
	}
	if !after.Frappe.SendErrors || after.Frappe.Awaited != before.Frappe.Awaited {
		t.Error("what was chosen here about the site is gone")
	}
}
