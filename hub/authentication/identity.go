// Package authentication connects federation and linking: it converts an
// identity, and the login key that it came by, into linking's Claim and Policy.
// So linking knows no connectors, and connectors know no users.
package authentication

import (
	"slices"

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
		Roles:   granted(i.Roles, i.Groups), RolesUnknown: i.RolesUnknown, GroupsUnknown: i.GroupsUnknown,
	}
}

// PolicyOf converts a login key's settings to a policy.
func PolicyOf(k federation.LoginKey) linking.Policy {
	return linking.Policy{
		KeyID: k.ID, Name: k.Name, Kind: k.Kind, Enabled: k.Enabled,
		Linking: k.Linking, SignUps: k.SignUps, SignUpDomains: k.SignUpDomains,
		TrustEmail: k.TrustEmail, AuthoritativeDomains: k.AuthoritativeDomains,
		MigrateUntil: k.MigrateUntil, NoAdmins: k.KeepsAdminsOut(), RoleMap: mapped(k),
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

// mapped maps each role and membership to itself: the connector has already
// mapped those of the identity.
func mapped(k federation.LoginKey) map[string]string {
	out := map[string]string{}
	for _, ours := range k.RoleMap {
		out[ours] = ours
	}
	for _, rule := range k.GroupMap {
		grant := users.GroupGrant(rule.Group)
		out[grant] = grant
	}
	return out
}

// granted is the list of roles and memberships that linking takes.
func granted(roles, groups []string) []string {
	all := slices.Clone(roles)
	for _, id := range groups {
		all = append(all, users.GroupGrant(id))
	}
	return all
}
