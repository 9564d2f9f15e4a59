package main

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/internal/forms"
)

// providerFlags are the flags of "provider add" and "provider update". The tag
// "field" names the form field of the provider's page that sets the same.
type providerFlags struct {
	BaseURL string `field:"base_url" name:"base-url" placeholder:"URL" help:"URL of the provider. Another hub needs no other flag."`
	Name    string `field:"name" placeholder:"NAME" help:"Name on the sign-in button. Default: the provider's own name."`

	ClientID         string `field:"client_id" name:"client-id" placeholder:"ID" help:"Client ID of this hub at the provider."`
	ClientSecretFile string `field:"client_secret" placeholder:"PATH" help:"File with the client secret of this hub at the provider; - reads standard input."`
	SecretExpires    string `field:"secret_expires" placeholder:"DAY" help:"Day on which the client secret expires, like 2030-01-31. The hub warns you before that day."`
	SiteKeyFile      string `field:"site_key" placeholder:"PATH" help:"File with an API key of a Frappe site, as key:secret, to check whether users are still enabled there. Empty removes the stored key."`

	AuthorizeURL string            `field:"endpoints.authorize" name:"authorize-url" placeholder:"URL" help:"Authorization endpoint of an OAuth 2.0 provider."`
	TokenURL     string            `field:"endpoints.token" name:"token-url" placeholder:"URL" help:"Token endpoint of an OAuth 2.0 provider."`
	UserinfoURL  string            `field:"endpoints.userinfo" name:"userinfo-url" placeholder:"URL" help:"Endpoint at which an OAuth 2.0 provider describes the user as JSON."`
	Claim        map[string]string `field:"claims" mapsep:"none" placeholder:"NAME=PATH" help:"Path of a value in the provider's description of a user, like subject=data.id. NAME is subject, email, email_verified, name, given_name, family_name, username, picture, locale or roles. PATH is member names with dots between. If member names contain dots, the longest existing name counts. May be repeated."`
	RolesText    *word             `field:"claims.roles_text" enum:"one,blanks,commas" placeholder:"WORD" help:"How to read roles from a text: one (a single role), blanks (several roles, separated by spaces) or commas (several roles, separated by commas)."`

	CountsAsNew    bool              `field:"counts_as_new" negatable:"" help:"Treat every sign-in as fresh, for a provider that does not say when the user signed in there (auth_time)."`
	TrustAssurance bool              `field:"trust_assurance" negatable:"" help:"Trust the authentication context (acr, amr) of an OpenID provider."`
	Direct         bool              `field:"direct" negatable:"" help:"Skip the sign-in page: send users straight to this provider."`
	Hidden         bool              `field:"hidden" negatable:"" help:"Hide the button on the sign-in page. Users of --home-domain, and of applications that name the provider, are still sent to it."`
	HomeDomain     wordList          `field:"home_domains" placeholder:"DOMAIN" help:"Route this email domain to the provider when a user enters an email address on the sign-in page. May be repeated."`
	KeepTokens     bool              `field:"keep_tokens" negatable:"" help:"Refresh the profile during sessions: keep the provider's refresh token, encrypted, and read name and roles again when an application refreshes its tokens."`
	AskOffline     bool              `field:"ask_offline" negatable:"" help:"Request the scope offline_access from an OpenID provider that issues no refresh token without it. At Keycloak this ends single sign-on with its other applications."`
	SignOutThere   bool              `field:"sign_out_there" negatable:"" help:"Sign users out at the provider too when they sign out here."`
	SignUps        word              `field:"sign_ups" enum:"allow,deny,invited,domains," default:"" placeholder:"WORD" help:"New accounts: allow, deny, invited (only invited users) or domains (only users of --sign-up-domain). Default: allow for a hub, deny for other providers."`
	SignUpDomain   wordList          `field:"sign_up_domains" placeholder:"DOMAIN" help:"Email domain of users who get a new account with --sign-ups domains. May be repeated."`
	Linking        word              `field:"linking" enum:"confirm,auto,never,provisioned," default:"" placeholder:"WORD" help:"How sign-ins are linked to existing accounts with the same email address: confirm (the user proves the account), auto (at once, for --domain), never, or provisioned (only users linked in advance may sign in). Default: never for a Frappe site or an OAuth 2.0 provider, otherwise confirm."`
	MigrateUntil   string            `field:"migrate_until" placeholder:"DAY" help:"Until this day, link users of another hub to their existing accounts here at once, for the domains of --domain."`
	TrustEmail     bool              `field:"trust_email" negatable:"" help:"Trust the provider's verification of email addresses for every domain."`
	Domain         wordList          `field:"authoritative_domains" placeholder:"DOMAIN" help:"Email domain that this provider controls. May be repeated."`
	Scope          wordList          `field:"scopes" placeholder:"SCOPE" help:"Scope to request. May be repeated. Default: openid, profile and email; for a Frappe site openid."`
	Param          map[string]string `field:"params" mapsep:"none" placeholder:"NAME=VALUE" help:"Additional parameter of the authorization request, like prompt=select_account. May be repeated."`
	Host           wordList          `field:"hosts" placeholder:"HOST" help:"Additional host that this hub may call for the provider. May be repeated."`
	Role           []string          `field:"role_map" sep:"none" placeholder:"THEIRS=OURS" help:"Role mapping: a role at the provider and the role that it gives at this hub. If a name contains an equals sign, write the separating one with spaces around it, as in \"cn=staff,dc=example = staff\". May be repeated."`
	Group          []string          `field:"group_map" sep:"none" placeholder:"CLAIM=VALUE=GROUP" help:"Group mapping: a claim of the provider, a value, and the name or ID of the group here whose members users with this value become, like department=Sales=Sales team. The membership ends when the provider no longer reports the value. May be repeated."`
	Option         map[string]string `field:"options" mapsep:"none" placeholder:"NAME=VALUE" help:"Additional setting: for a Frappe site version=\"16.29 or newer\", issuer=URL or credentials=header; for an OAuth 2.0 provider credentials=form; for a preset the fields of its page, like tenant=ID. May be repeated."`

	given   given               // the flags that were typed
	secret  string              // of the file of --client-secret-file
	siteKey string              // of the file of --site-key-file
	groups  []mapping.GroupRule // of --group
}

// read notes the typed flags and reads the files that they name.
func (f *providerFlags) read(k *kong.Context, c *console) (err error) {
	f.given = givenIn(k)
	if f.ClientSecretFile != "" {
		if f.secret, err = c.secretIn("--client-secret-file", f.ClientSecretFile); err != nil {
			return err
		}
	}
	if f.SiteKeyFile != "" {
		f.siteKey, err = secretFile("--site-key-file", f.SiteKeyFile)
	}
	return err
}

// write applies the flags that were typed. A list replaces the whole list;
// --claim and --option change one entry each.
func (f *providerFlags) write(k *federation.LoginKey) error {
	for _, part := range []func(*federation.LoginKey) error{f.writePlace, f.writeClaims, f.writeRoles, f.writeDays} {
		if err := part(k); err != nil {
			return err
		}
	}
	set(f, &f.Name, &k.Name)
	set(f, &f.ClientID, &k.ClientID)
	set(f, &f.CountsAsNew, &k.CountsAsNew)
	set(f, &f.TrustAssurance, &k.TrustAssurance)
	set(f, &f.Direct, &k.Direct)
	set(f, &f.Hidden, &k.Hidden)
	set(f, &f.KeepTokens, &k.KeepTokens)
	set(f, &f.AskOffline, &k.AskOffline)
	set(f, &f.SignOutThere, &k.SignOutThere)
	set(f, &f.TrustEmail, &k.TrustEmail)
	set(f, (*string)(&f.SignUps), &k.SignUps)
	set(f, (*string)(&f.Linking), &k.Linking)
	set(f, &f.Param, &k.Params)
	set(f, (*[]string)(&f.Scope), &k.Scopes)
	set(f, (*[]string)(&f.Host), &k.Hosts)
	for flag, kept := range map[*wordList]*[]string{&f.HomeDomain: &k.HomeDomains, &f.SignUpDomain: &k.SignUpDomains, &f.Domain: &k.AuthoritativeDomains} {
		if f.given[flag] {
			*kept = forms.Domains(strings.Join(*flag, " "))
		}
	}
	if f.given[&f.Group] {
		k.GroupMap = f.groups
	}
	if f.siteKey != "" {
		k.NewSiteKey = f.siteKey
		k.KeepTokens = true // the key is used when the profile is refreshed
	} else if f.given[&f.SiteKeyFile] {
		k.SiteKey = ""
	}
	return nil
}

// set applies one flag if it was typed.
func set[T any](f *providerFlags, typed, kept *T) {
	if f.typed(typed) {
		*kept = *typed
	}
}

// typed reports whether a flag was typed, also one of type word or wordList.
func (f *providerFlags) typed(value any) bool {
	switch v := value.(type) {
	case *string:
		return f.given[v] || f.given[(*word)(v)]
	case *[]string:
		return f.given[v] || f.given[(*wordList)(v)]
	}
	return f.given[value]
}

// writePlace applies the provider's addresses and options.
func (f *providerFlags) writePlace(k *federation.LoginKey) error {
	entry, _ := catalog.Get(k.Preset)
	for name := range f.Option {
		if !slices.ContainsFunc(entry.Fields, func(field catalog.Field) bool { return field.Name == name }) {
			return mistakef("--option %s: this provider has no such option", oneLine(name))
		}
	}
	if len(f.Option) > 0 {
		answers := maps.Clone(k.Options)
		if answers == nil {
			answers = map[string]string{}
		}
		maps.Copy(answers, f.Option)
		entry.Answer(k, answers)
	}
	if f.given[&f.BaseURL] {
		if entry.Placed() {
			return mistakef("--base-url cannot be changed: the address of %s is known", entry.Name)
		}
		k.BaseURL = f.BaseURL
	}
	if !f.given[&f.AuthorizeURL] && !f.given[&f.TokenURL] && !f.given[&f.UserinfoURL] {
		return nil
	}
	if !entry.Described(k.Kind) {
		return mistakef("--authorize-url, --token-url and --userinfo-url are only for --kind oauth2; a provider of the kind %s publishes its endpoints", k.Kind)
	}
	set(f, &f.AuthorizeURL, &k.Endpoints.Authorize)
	set(f, &f.TokenURL, &k.Endpoints.Token)
	set(f, &f.UserinfoURL, &k.Endpoints.Userinfo)
	return nil
}

// claimPlaces are the paths that --claim sets, by name.
func claimPlaces(c *federation.Claims) map[string]*string {
	return map[string]*string{
		"subject": &c.Subject, "email": &c.Email, "email_verified": &c.EmailVerified, "name": &c.Name, "given_name": &c.GivenName,
		"family_name": &c.FamilyName, "username": &c.Username, "picture": &c.Picture, "locale": &c.Locale, "roles": &c.Roles,
	}
}

func (f *providerFlags) writeClaims(k *federation.LoginKey) error {
	for name, path := range f.Claim {
		place := claimPlaces(&k.Claims)[name]
		if place == nil {
			return mistakef("--claim %s is unknown; the names are %s", oneLine(name), strings.Join(slices.Sorted(maps.Keys(claimPlaces(&k.Claims))), ", "))
		}
		*place = path
	}
	if f.RolesText != nil {
		k.Claims.RolesText = map[word]string{"one": mapping.One, "blanks": mapping.Blanks, "commas": mapping.Commas}[*f.RolesText]
	}
	return nil
}

// writeRoles applies the role mapping, one rule for each flag.
func (f *providerFlags) writeRoles(k *federation.LoginKey) error {
	if !f.given[&f.Role] {
		return nil
	}
	rules := mapping.Rules{}
	for _, rule := range f.Role {
		if rule == "" {
			continue // "--role=" leaves none
		}
		there, here, ok := mapping.ParseRule(rule)
		if !ok {
			return mistakef("--role %q: write the provider's role, an equals sign and the role here, like \"admins = admin\"", rule)
		}
		if before, twice := rules[there]; twice && before != here {
			return mistakef("--role %q: another --role maps the same role; keep one of them", rule)
		}
		rules[there] = here
	}
	k.RoleMap = rules
	return nil
}

// findGroups reads the group mapping; write applies it.
func (f *providerFlags) findGroups(ctx context.Context, o *opened) error {
	var rules []mapping.GroupRule
	for _, typed := range f.Group {
		if typed == "" {
			continue // "--group=" leaves none
		}
		rule, ok := mapping.ParseGroupRule(typed)
		if !ok {
			return mistakef("--group %q: write a claim, an equals sign, its value, an equals sign with spaces around it, and the group here, like \"department = Sales = Sales team\"", typed)
		}
		rules = append(rules, rule)
	}
	var err error
	f.groups, err = o.GroupRules(ctx, rules)
	return err
}

func (f *providerFlags) writeDays(k *federation.LoginKey) error {
	if f.given[&f.MigrateUntil] && f.MigrateUntil != "" && k.Kind != federation.KindPeer {
		return mistake("--migrate-until is only for another hub (--kind peer)")
	}
	for _, day := range []struct {
		name  string
		typed *string
		kept  *time.Time
	}{{"--secret-expires", &f.SecretExpires, &k.SecretExpires}, {"--migrate-until", &f.MigrateUntil, &k.MigrateUntil}} {
		if !f.given[day.typed] {
			continue
		}
		*day.kept = time.Time{}
		if *day.typed == "" {
			continue
		}
		t, err := time.Parse(time.DateOnly, *day.typed)
		if err != nil {
			return mistakef("%s is %q; write a day like 2030-01-31", day.name, *day.typed)
		}
		*day.kept = t
	}
	return nil
}
