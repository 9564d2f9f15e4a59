// Package authentication connects federation and linking: it converts an
// identity, and the login key that it came by, into linking's Claim and Policy.
// So linking knows no connectors, and connectors know no users.
package authentication

import (
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// ClaimOf converts an identity to a claim.
func ClaimOf(i federation.Identity) linking.Claim {
	return linking.Claim{
		Key: i.Key, Issuer: i.Issuer, Subject: i.Subject,
		Email: i.Email, EmailVerified: i.EmailVerified,
		Profile: users.Profile{Name: i.Name, GivenName: i.GivenName, FamilyName: i.FamilyName, Username: i.PreferredUsername, Picture: i.Picture, Locale: i.Locale},
		Roles:   i.Roles, RolesUnknown: i.RolesUnknown,
	}
}

// PolicyOf converts a login key's settings to a policy.
func PolicyOf(k federation.LoginKey) linking.Policy {
	return linking.Policy{
		KeyID: k.ID, Name: k.Name, Kind: k.Kind, Enabled: k.Enabled,
		Linking: k.Linking, SignUps: k.SignUps, SignUpDomains: k.SignUpDomains,
		TrustEmail: k.TrustEmail, AuthoritativeDomains: k.AuthoritativeDomains,
		MigrateUntil: k.MigrateUntil, NoAdmins: k.KeepsAdminsOut(), RoleMap: mapped(k.RoleMap),
		Decided: k.DecidedIssuers(), Left: left(k),
	}
}

// left are the former issuers of a key whose users were left there.
func left(k federation.LoginKey) []string {
	var issuers []string
	for _, f := range k.Former {
		if f.Decided == federation.Left {
			issuers = append(issuers, f.Issuer)
		}
	}
	return issuers
}

// mapped maps each role to itself: the connector has already mapped the
// identity's roles.
func mapped(roles map[string]string) map[string]string {
	out := map[string]string{}
	for _, ours := range roles {
		out[ours] = ours
	}
	return out
}
