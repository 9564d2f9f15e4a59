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
	"github.com/fedhub/fedhub/templates/locales"
)

// keyForm is a key as its form shows it.
func (d *Handler) keyForm(k federation.LoginKey) templates.KeyForm {
	entry, _ := catalog.Get(k.Preset)
	form := templates.KeyForm{
		Enabled: k.Enabled, Name: k.Name, Placed: entry.Placed(), BaseURL: k.BaseURL, BaseURLHint: addressHint(entry), Options: controls(entry, k.Options),
		ClientID: k.ClientID, HasSecret: k.Secret != "", SecretExpires: dayOf(k.SecretExpires),
		Scopes: strings.Join(k.Scopes, " "), Params: joined(k.Params), Hosts: strings.Join(k.Hosts, "\n"),
		SignUps: cmp.Or(k.SignUps, federation.Deny), SignUpDomains: strings.Join(k.SignUpDomains, "\n"),
		Linking: cmp.Or(k.Linking, federation.Confirm), MigrateUntil: dayOf(k.MigrateUntil), TrustEmail: k.TrustEmail, AuthoritativeDomains: strings.Join(k.AuthoritativeDomains, "\n"),
		Roles: mapping.Rules(k.RoleMap).String(), RolesCut: k.Claims.RolesText, TrustAssurance: k.TrustAssurance, CountsAsNew: k.CountsAsNew,
		Hidden: k.Hidden, Direct: k.Direct, HomeDomains: strings.Join(k.HomeDomains, "\n"),
		KeepTokens: k.KeepTokens, AskOffline: k.AskOffline, OfflineWhy: locales.Of(entry.Offline()), SignOutThere: k.SignOutThere, HasSiteKey: k.SiteKey != "",
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
		{Name: "endpoints.authorize", Label: locales.Say("keyform.endpoints.authorize"), Help: locales.Say("keyform.endpoints.authorize-help"), Value: e.Authorize},
		{Name: "endpoints.token", Label: locales.Say("keyform.endpoints.token"), Value: e.Token},
		{Name: "endpoints.userinfo", Label: locales.Say("keyform.endpoints.userinfo"), Help: locales.Say("keyform.endpoints.userinfo-help"), Value: e.Userinfo},
	}
}

func endpoints(form map[string]string) federation.Endpoints {
	return federation.Endpoints{Authorize: form["endpoints.authorize"], Token: form["endpoints.token"], Userinfo: form["endpoints.userinfo"]}
}

// A claimField is the path of one claim in a provider's userinfo answer.
type claimField struct {
	name  string
	label locales.Text
	path  *string
}

func claimFields(c *federation.Claims) []claimField {
	return []claimField{
		{"claims.subject", locales.Say("keyform.claims.subject"), &c.Subject},
		{"claims.email", locales.Say("keyform.claims.email"), &c.Email},
		{"claims.email_verified", locales.Say("keyform.claims.email-verified"), &c.EmailVerified},
		{"claims.name", locales.Say("keyform.claims.name"), &c.Name},
		{"claims.given_name", locales.Say("keyform.claims.given-name"), &c.GivenName},
		{"claims.family_name", locales.Say("keyform.claims.family-name"), &c.FamilyName},
		{"claims.username", locales.Say("keyform.claims.username"), &c.Username},
		{"claims.picture", locales.Say("keyform.claims.picture"), &c.Picture},
		{"claims.locale", locales.Say("keyform.claims.locale"), &c.Locale},
		{"claims.roles", locales.Say("keyform.claims.roles"), &c.Roles},
	}
}

// addressHint describes the address of a provider in the catalogue.
func addressHint(entry catalog.Entry) locales.Text {
	if !entry.Address.IsZero() {
		return locales.Of(entry.Address)
	}
	return locales.Say("keyform.the-issuer-like-https-id")
}

// rolesText is the input for how a text with roles is split.
const rolesText = "claims.roles_text"

func claimControls(k federation.LoginKey) []templates.Control {
	var all []templates.Control
	for _, f := range claimFields(&k.Claims) {
		if f.name == "claims.subject" && k.Kind == federation.KindOpenID {
			continue // it is always sub (OpenID Connect Core §5.7)
		}
		control := templates.Control{Name: f.name, Label: f.label, Value: *f.path, Optional: true}
		if f.name == "claims.roles" {
			control.Help = locales.Say("keyform.names-with-dots-between-like")
		}
		all = append(all, control)
	}
	return append(all, templates.Control{Name: rolesText, Label: locales.Say("keyform.a-text-with-roles-or"), Value: k.Claims.RolesText, Choices: []templates.Option{
		{Name: mapping.One, Value: locales.Say("keyform.is-one-name")},
		{Name: mapping.Blanks, Value: locales.Say("keyform.holds-several-with-blanks-between")},
		{Name: mapping.Commas, Value: locales.Say("keyform.holds-several-with-commas-between")},
	}, Help: locales.Say("keyform.a-list-is-never-cut")})
}

func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// joined formats a map as lines, sorted by name.
func joined(m map[string]string) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, name+"="+m[name])
	}
	return strings.Join(out, "\n")
}
