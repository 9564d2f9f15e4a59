package main

import (
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

// keyFlags are what a login key is, as "key add" and "key update" take it. A tag
// names the control of the key's page that sets the same.
type keyFlags struct {
	BaseURL string `field:"base_url" name:"base-url" placeholder:"URL" help:"Its address. For another hub this is all that is needed."`
	Name    string `field:"name" placeholder:"NAME" help:"On the button; what the other hub calls itself if not given."`

	ClientID         string `field:"client_id" name:"client-id" placeholder:"ID" help:"Client id that the provider or the Frappe site gave you."`
	ClientSecretFile string `field:"client_secret" placeholder:"PATH" help:"File with the client secret that goes with it; - is standard input."`
	SecretExpires    string `field:"secret_expires" placeholder:"DAY" help:"Day on which the provider ends the secret, like 2030-01-31; you are warned before."`
	SiteKeyFile      string `field:"site_key" placeholder:"PATH" help:"File with an API key of a Frappe site, as key:secret, to ask whether people are still enabled there; empty to forget the one there is."`

	AuthorizeURL string            `field:"endpoints.authorize" name:"authorize-url" placeholder:"URL" help:"Where an OAuth 2.0 provider has people sign in; its documentation names it."`
	TokenURL     string            `field:"endpoints.token" name:"token-url" placeholder:"URL" help:"Where it issues tokens."`
	UserinfoURL  string            `field:"endpoints.userinfo" name:"userinfo-url" placeholder:"URL" help:"Where it describes the person, as JSON."`
	Claim        map[string]string `field:"claims" mapsep:"none" placeholder:"NAME=PATH" help:"Where something is in what the provider says of a person: subject, email, email_verified, name, given_name, family_name, username, picture, locale or roles, like subject=data.id. A path is names with dots between; a name may have dots in it, and the longest that leads to something counts. May be repeated."`
	RolesText    *word             `field:"claims.roles_text" enum:"one,blanks,commas" placeholder:"WORD" help:"What a text with roles holds: one (name), or several with blanks or commas between."`

	CountsAsNew    bool              `field:"counts_as_new" negatable:"" help:"Count everybody who comes as signed in just now: for a provider that does not say when they signed in there."`
	TrustAssurance bool              `field:"trust_assurance" negatable:"" help:"Believe how people signed in at an OpenID provider: its acr and amr count as if it had happened here."`
	Direct         bool              `field:"direct" negatable:"" help:"Send people straight there, without a page of this hub."`
	Hidden         bool              `field:"hidden" negatable:"" help:"No button on the sign-in page; it still works for --home-domain, and for apps that name it."`
	HomeDomain     wordList          `field:"home_domains" placeholder:"DOMAIN" help:"Who enters an e-mail address of this domain on the sign-in page is taken there. May be repeated."`
	KeepTokens     bool              `field:"keep_tokens" negatable:"" help:"Look again while people are signed in: keep the provider's refresh token, encrypted, and read name and roles again when an app refreshes."`
	AskOffline     bool              `field:"ask_offline" negatable:"" help:"Ask an OpenID provider for offline_access, where it gives no refresh token without; at Keycloak this ends single sign-on with its other apps."`
	SignOutThere   bool              `field:"sign_out_there" negatable:"" help:"Who signs out here is also signed out at the provider."`
	SignUps        word              `field:"sign_ups" enum:"allow,deny,invited,domains," default:"" placeholder:"WORD" help:"allow or deny people without an account here one, or give it to those who were invited, or of --sign-up-domain (domains); allow for a hub, deny for a provider."`
	SignUpDomain   wordList          `field:"sign_up_domains" placeholder:"DOMAIN" help:"E-mail domain of people who get an account. May be repeated."`
	Linking        word              `field:"linking" enum:"confirm,auto,never,provisioned," default:"" placeholder:"WORD" help:"How accounts are connected: confirm, auto, never or provisioned; if not given never for a Frappe site or an OAuth 2.0 provider, else confirm."`
	MigrateUntil   string            `field:"migrate_until" placeholder:"DAY" help:"Until this day people of another hub are connected at once to the accounts they had here, for the domains of --domain."`
	TrustEmail     bool              `field:"trust_email" negatable:"" help:"Believe what it says about e-mail addresses, whatever their domain."`
	Domain         wordList          `field:"authoritative_domains" placeholder:"DOMAIN" help:"E-mail domain that it speaks for. May be repeated."`
	Scope          wordList          `field:"scopes" placeholder:"SCOPE" help:"Asked for there. May be repeated; openid, profile and email if not given, for a Frappe site openid alone."`
	Param          map[string]string `field:"params" mapsep:"none" placeholder:"NAME=VALUE" help:"Further parameter of the authorization request, like prompt=select_account. May be repeated."`
	Host           wordList          `field:"hosts" placeholder:"HOST" help:"Host beside its address that this hub may call for it. May be repeated."`
	Role           []string          `field:"role_map" sep:"none" placeholder:"THERE=HERE" help:"A role there and the role here that it stands for; where names have equals signs in them, the last one with blanks around it divides, as in \"cn=staff,dc=example = staff\". May be repeated."`
	Option         map[string]string `field:"options" mapsep:"none" placeholder:"NAME=VALUE" help:"What else is to be known: of a Frappe site version=\"16.29 or newer\", issuer=URL or credentials=header, of an OAuth 2.0 provider credentials=form, of a preset what its page asks, like tenant=ID. May be repeated."`

	given   given  // the flags that were typed,
	secret  string // and what the files hold that they name
	siteKey string
}

// read takes in what was typed and the files that flags name.
func (f *keyFlags) read(k *kong.Context, c *console) (err error) {
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

// write writes the flags that were typed. A list takes the place of the one that
// is there; --claim and --option say one thing each.
func (f *keyFlags) write(k *federation.LoginKey) error {
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
	if f.siteKey != "" {
		k.NewSiteKey = f.siteKey
		k.KeepTokens = true // it is asked when the hub looks again
	} else if f.given[&f.SiteKeyFile] {
		k.SiteKey = ""
	}
	return nil
}

// set writes one flag if it was typed.
func set[T any](f *keyFlags, typed, kept *T) {
	if f.typed(typed) {
		*kept = *typed
	}
}

// typed reports whether a flag was typed, whatever its type is called.
func (f *keyFlags) typed(value any) bool {
	switch v := value.(type) {
	case *string:
		return f.given[v] || f.given[(*word)(v)]
	case *[]string:
		return f.given[v] || f.given[(*wordList)(v)]
	}
	return f.given[value]
}

// writePlace writes where the provider is.
func (f *keyFlags) writePlace(k *federation.LoginKey) error {
	entry, _ := catalog.Get(k.Preset)
	for name := range f.Option {
		if !slices.ContainsFunc(entry.Fields, func(field catalog.Field) bool { return field.Name == name }) {
			return mistakef("--option %s: nothing of this name is asked about it", oneLine(name))
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
			return mistakef("--base-url: %s says itself where it is", entry.Name)
		}
		k.BaseURL = f.BaseURL
	}
	if !f.given[&f.AuthorizeURL] && !f.given[&f.TokenURL] && !f.given[&f.UserinfoURL] {
		return nil
	}
	if !entry.Described(k.Kind) {
		return mistakef("--authorize-url, --token-url and --userinfo-url are for --kind oauth2; a provider of the kind %s says itself where they are", k.Kind)
	}
	set(f, &f.AuthorizeURL, &k.Endpoints.Authorize)
	set(f, &f.TokenURL, &k.Endpoints.Token)
	set(f, &f.UserinfoURL, &k.Endpoints.Userinfo)
	return nil
}

// claimPlaces are the places that --claim names.
func claimPlaces(c *federation.Claims) map[string]*string {
	return map[string]*string{
		"subject": &c.Subject, "email": &c.Email, "email_verified": &c.EmailVerified, "name": &c.Name, "given_name": &c.GivenName,
		"family_name": &c.FamilyName, "username": &c.Username, "picture": &c.Picture, "locale": &c.Locale, "roles": &c.Roles,
	}
}

func (f *keyFlags) writeClaims(k *federation.LoginKey) error {
	for name, path := range f.Claim {
		place := claimPlaces(&k.Claims)[name]
		if place == nil {
			return mistakef("--claim %s: there is no such thing to find; there are %s", oneLine(name), strings.Join(slices.Sorted(maps.Keys(claimPlaces(&k.Claims))), ", "))
		}
		*place = path
	}
	if f.RolesText != nil {
		k.Claims.RolesText = map[word]string{"one": mapping.One, "blanks": mapping.Blanks, "commas": mapping.Commas}[*f.RolesText]
	}
	return nil
}

// writeRoles writes what the flags say of roles, one rule in each.
func (f *keyFlags) writeRoles(k *federation.LoginKey) error {
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
			return mistakef("--role %q: write a role there, an equals sign and a role here, like \"admins = admin\"", rule)
		}
		if before, twice := rules[there]; twice && before != here {
			return mistakef("--role %q: there is a rule for this role already", rule)
		}
		rules[there] = here
	}
	k.RoleMap = rules
	return nil
}

func (f *keyFlags) writeDays(k *federation.LoginKey) error {
	if f.given[&f.MigrateUntil] && f.MigrateUntil != "" && k.Kind != federation.KindPeer {
		return mistake("--migrate-until is for another hub")
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
