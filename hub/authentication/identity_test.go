package authentication_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// The rules on linking stand in users, and what an administrator chose in the
// login key. A word that only one of them knows would be the stricter side.
func TestALoginKeyAndTheUsersMeanTheSameWords(t *testing.T) {
	for _, w := range []struct{ key, user string }{
		{federation.Never, linking.LinkNever},
		{federation.Confirm, linking.LinkConfirm},
		{federation.Auto, linking.LinkAuto},
		{federation.Provisioned, linking.LinkProvisioned},
		{federation.Allow, linking.SignUpAllow},
		{federation.Deny, linking.SignUpDeny},
		{federation.Invited, linking.SignUpInvited},
		{federation.Domains, linking.SignUpDomains},
		{federation.KindPeer, linking.KindPeer},
		{mapping.AdminRole, users.AdminRole},
	} {
		if w.key != w.user {
			t.Errorf("a login key says %q and users %q", w.key, w.user)
		}
	}
}

func TestAPolicyHasEverythingOfItsLoginKey(t *testing.T) {
	got := authentication.PolicyOf(federation.LoginKey{
		ID: "erp", Name: "ERP", Kind: federation.KindFrappe, Enabled: true,
		Linking: federation.Auto, SignUps: federation.Domains, SignUpDomains: []string{"a.example"},
		TrustEmail: true, AuthoritativeDomains: []string{"b.example"},
		MigrateUntil: time.Unix(1, 0), RoleMap: map[string]string{"System Manager": "staff"}, GroupMap: []mapping.GroupRule{{Claim: "roles", Value: "Sales", Group: "eb1c4fc4-0f01-4b1e-8d5a-8f4a9c8a0f2d"}},
		Former: []federation.FormerIssuer{{Issuer: "https://left.example", Decided: federation.Left}, {Issuer: "https://moved.example", Decided: federation.Moved}, {Issuer: "https://open.example"}},
	})
	want := linking.Policy{
		KeyID: "erp", Name: "ERP", Kind: "frappe", Enabled: true,
		Linking: linking.LinkAuto, SignUps: linking.SignUpDomains, SignUpDomains: []string{"a.example"},
		TrustEmail: true, AuthoritativeDomains: []string{"b.example"},
		// The connector has mapped the roles already, and an old Frappe site
		// proves too little for an administrator.
		MigrateUntil: time.Unix(1, 0), NoAdmins: true, RoleMap: map[string]string{"staff": "staff", "group:eb1c4fc4-0f01-4b1e-8d5a-8f4a9c8a0f2d": "group:eb1c4fc4-0f01-4b1e-8d5a-8f4a9c8a0f2d"}, Decided: []string{"https://left.example", "https://moved.example"},
		Left: []string{"https://left.example"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	allSet(t, got)
}

func TestAClaimHasEverythingOfItsIdentity(t *testing.T) {
	allSet(t, authentication.ClaimOf(federation.Identity{
		Key: "erp", Issuer: "https://erp.example", Subject: "1", Email: "ada@a.example", EmailVerified: true,
		Name: "Ada Lovelace", GivenName: "Ada", FamilyName: "Lovelace", Picture: "https://erp.example/ada", Locale: "en", Roles: []string{"staff"}, RolesUnknown: true, GroupsUnknown: true,
	}))
}

// allSet fails for an empty field, such as a new field of users that this test
// does not fill.
func allSet(t *testing.T, s any) {
	t.Helper()
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		if v.Field(i).IsZero() && v.Type().Field(i).IsExported() {
			t.Errorf("%s.%s is empty", v.Type(), v.Type().Field(i).Name)
		}
	}
}
