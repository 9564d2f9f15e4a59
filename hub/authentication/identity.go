// Package authentication stands between what a login key brings and who that
// is here: it turns an identity, and the login key that it came by, into what
// linking decides on. So linking knows no connectors, and connectors know no
// users.
package authentication

import (
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// ClaimOf is what an identity claims here.
func ClaimOf(i federation.Identity) linking.Claim {
	return linking.Claim{
		Key: i.Key, Issuer: i.Issuer, Subject: i.Subject,
		Email: i.Email, EmailVerified: i.EmailVerified,
		Profile: users.Profile{Name: i.Name, GivenName: i.GivenName, FamilyName: i.FamilyName, Username: i.PreferredUsername, Picture: i.Picture, Locale: i.Locale},
		Roles:   i.Roles, RolesUnknown: i.RolesUnknown,
	}
}

// PolicyOf is how far a login key is trusted.
func PolicyOf(k federation.LoginKey) linking.Policy {
	return linking.Policy{
		KeyID: k.ID, Name: k.Name, Kind: k.Kind, Enabled: k.Enabled,
		Linking: k.Linking, SignUps: k.SignUps, SignUpDomains: k.SignUpDomains,
		TrustEmail: k.TrustEmail, AuthoritativeDomains: k.AuthoritativeDomains,
		MigrateUntil: k.MigrateUntil, NoAdmins: k.KeepsAdminsOut(), RoleMap: mapped(k.RoleMap),
		Decided: k.DecidedIssuers(), Left: left(k),
	}
}

// left are the former issuers of a key whose people an administrator left there.
func left(k federation.LoginKey) []string {
	var issuers []string
	for _, f := range k.Former {
		if f.Decided == federation.Left {
			issuers = append(issuers, f.Issuer)
		}
	}
	return issuers
}

// mapped lets through what the connector has mapped already: an identity's
// roles are ours by then.
func mapped(roles map[string]string) map[string]string {
	out := map[string]string{}
	for _, ours := range roles {
		out[ours] = ours
	}
	return out
}
