package providers

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/templates"
)

// keyForm is a key as its form shows it.
func (d *Handler) keyForm(k federation.LoginKey) templates.KeyForm {
	entry, _ := catalog.Get(k.Preset)
	form := templates.KeyForm{
		Enabled: k.Enabled, Name: k.Name, Placed: entry.Placed(), BaseURL: k.BaseURL, BaseURLHint: cmp.Or(entry.Address, "The issuer, like https://id.example.org. Everything else is read from there."), Options: controls(entry, k.Options),
		ClientID: k.ClientID, HasSecret: k.Secret != "", SecretExpires: dayOf(k.SecretExpires),
		Scopes: strings.Join(k.Scopes, " "), Params: joined(k.Params), Hosts: strings.Join(k.Hosts, "\n"),
		SignUps: cmp.Or(k.SignUps, federation.Deny), SignUpDomains: strings.Join(k.SignUpDomains, "\n"),
		Linking: cmp.Or(k.Linking, federation.Confirm), MigrateUntil: dayOf(k.MigrateUntil), TrustEmail: k.TrustEmail, AuthoritativeDomains: strings.Join(k.AuthoritativeDomains, "\n"),
		Roles: mapping.Rules(k.RoleMap).String(), RolesCut: k.Claims.RolesText, TrustAssurance: k.TrustAssurance, CountsAsNew: k.CountsAsNew,
		Hidden: k.Hidden, Direct: k.Direct, HomeDomains: strings.Join(k.HomeDomains, "\n"),
		KeepTokens: k.KeepTokens, AskOffline: k.AskOffline, OfflineWhy: entry.Offline(), SignOutThere: k.SignOutThere, HasSiteKey: k.SiteKey != "",
	}
	if entry.Described(k.Kind) {
		form.Endpoints = endpointControls(k.Endpoints)
	}
	if k.Kind == federation.KindOpenID || k.Kind == federation.KindOAuth2 {
		form.Claims = claimControls(k)
	}
	return form
}

func endpointControls(e federation.Endpoints) []templates.Control {
	return []templates.Control{
		{Name: "endpoints.authorize", Label: "Authorize URL", Help: "Where people are sent, like https://id.example.org/oauth/authorize.", Value: e.Authorize},
		{Name: "endpoints.token", Label: "Token URL", Value: e.Token},
		{Name: "endpoints.userinfo", Label: "User information URL", Help: "Answers with a description of the person as JSON.", Value: e.Userinfo},
	}
}

func endpoints(form map[string]string) federation.Endpoints {
	return federation.Endpoints{Authorize: form["endpoints.authorize"], Token: form["endpoints.token"], Userinfo: form["endpoints.userinfo"]}
}

// A claimField is one path into a provider's description of a person.
type claimField struct {
	name, label string
	path        *string
}

func claimFields(c *federation.Claims) []claimField {
	return []claimField{
		{"claims.subject", "Id that never changes", &c.Subject},
		{"claims.email", "Email", &c.Email},
		{"claims.email_verified", "Email is verified", &c.EmailVerified},
		{"claims.name", "Full name", &c.Name},
		{"claims.given_name", "Given name", &c.GivenName},
		{"claims.family_name", "Family name", &c.FamilyName},
		{"claims.username", "User name", &c.Username},
		{"claims.picture", "Picture", &c.Picture},
		{"claims.locale", "Language", &c.Locale},
		{"claims.roles", "Roles or groups", &c.Roles},
	}
}

// rolesText is the input that says what a text with roles holds.
const rolesText = "claims.roles_text"

func claimControls(k federation.LoginKey) []templates.Control {
	var all []templates.Control
	for _, f := range claimFields(&k.Claims) {
		if f.name == "claims.subject" && k.Kind == federation.KindOpenID {
			continue // it is sub, and nothing else (OpenID Connect Core §5.7)
		}
		control := templates.Control{Name: f.name, Label: f.label, Value: *f.path, Optional: true}
		if f.name == "claims.roles" {
			control.Help = "Names with dots between, like resource_access.payroll.acme.example.roles. A name may have dots in it: the longest that leads to something counts."
		}
		all = append(all, control)
	}
	return append(all, templates.Control{Name: rolesText, Label: "A text with roles or groups", Value: k.Claims.RolesText, Choices: []templates.Pair{
		{Name: mapping.One, Value: "is one name"},
		{Name: mapping.Blanks, Value: "holds several, with blanks between"},
		{Name: mapping.Commas, Value: "holds several, with commas between"},
	}, Help: "A list is never cut. What is cut out of a text never makes an administrator."})
}

func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// joined writes a map as lines, in the order of its names.
func joined(m map[string]string) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, name+"="+m[name])
	}
	return strings.Join(out, "\n")
}
