package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/templates"
)

type keyAddCmd struct {
	Kind    string `enum:"peer,openid,oauth2,frappe" default:"peer" help:"What is there: peer (another hub), openid (any OpenID provider), oauth2 (any OAuth 2.0 provider) or frappe (a Frappe or ERPNext site)."`
	BaseURL string `name:"base-url" required:"" placeholder:"URL" help:"Its address. For another hub this is all that is needed."`
	Name    string `placeholder:"NAME" help:"On the button; what the other hub calls itself if not given."`
	Invite  string `placeholder:"CODE" help:"Invite code of the other hub, which lets this one in at once."`

	ClientID         string `name:"client-id" placeholder:"ID" help:"Client id that the provider or the Frappe site gave you."`
	ClientSecretFile string `placeholder:"PATH" help:"File with the client secret that goes with it."`
	SiteKeyFile      string `placeholder:"PATH" help:"File with an API key of a Frappe site, as key:secret, to ask whether people are still enabled there."`

	AuthorizeURL string            `name:"authorize-url" placeholder:"URL" help:"Where an OAuth 2.0 provider has people sign in; its documentation names it."`
	TokenURL     string            `name:"token-url" placeholder:"URL" help:"Where it issues tokens."`
	UserinfoURL  string            `name:"userinfo-url" placeholder:"URL" help:"Where it describes the person, as JSON."`
	Claim        map[string]string `mapsep:"none" placeholder:"NAME=PATH" help:"Where something is in what the provider says of a person: subject, email, email_verified, name, given_name, family_name, username, picture, locale or roles, like subject=data.id. A path is names with dots between; a name may have dots in it, and the longest that leads to something counts. May be repeated."`

	CountsAsNew bool              `help:"Count everybody who comes as signed in just now: for a provider that does not say when they signed in there."`
	Direct      bool              `help:"Send people straight there, without a page of this hub."`
	SignUps     string            `enum:"allow,deny," default:"" placeholder:"WORD" help:"allow or deny people without an account here one; allow for a hub, deny for a provider."`
	Linking     string            `enum:"confirm,auto,never,provisioned," default:"" placeholder:"WORD" help:"How accounts are connected: confirm, auto, never or provisioned; if not given never for a Frappe site or an OAuth 2.0 provider, else confirm."`
	TrustEmail  bool              `help:"Believe what it says about e-mail addresses, whatever their domain."`
	Domain      []string          `placeholder:"DOMAIN" help:"E-mail domain that it speaks for. May be repeated."`
	Scope       wordList          `placeholder:"SCOPE" help:"Asked for there. May be repeated; openid, profile and email if not given, for a Frappe site openid alone."`
	Role        []string          `sep:"none" placeholder:"THERE=HERE" help:"A role there and the role here that it stands for; where names have equals signs in them, the last one with blanks around it divides, as in \"cn=staff,dc=example = staff\". May be repeated."`
	Option      map[string]string `mapsep:"none" placeholder:"NAME=VALUE" help:"What else is to be known: of a Frappe site version=\"16.29 or newer\", issuer=URL or credentials=header, of an OAuth 2.0 provider credentials=form. May be repeated."`
	ID          string            `name:"id" placeholder:"ID" help:"Part of the callback address; made from the name if not given."`

	format `embed:""`
	base   `embed:""`
}

// A keyRow is a login key as the commands print one.
type keyRow struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	BaseURL string `json:"base_url"`
	Enabled bool   `json:"enabled"`
	Direct  bool   `json:"direct"`
	Status  string `json:"status,omitempty"` // of a hub: how it answered
	Message string `json:"message,omitempty"`
	addressesThere
	Metadata string `json:"client_metadata,omitempty"` // what this hub is called there
	// Warnings are what to know of a key that was just added.
	Warnings []string `json:"warnings,omitempty"`
}

func keyRowOf(o *opened, k federation.LoginKey) keyRow {
	row := keyRow{
		ID: k.ID, Kind: k.Kind, Name: k.Name, BaseURL: k.BaseURL, Enabled: k.Enabled, Direct: k.Direct,
		Status: string(k.Join.Status), Message: k.Join.Words(templates.Sentence), addressesThere: addressesOf(k, hubaddress.Hub(o.URL())),
	}
	if k.Kind == federation.KindPeer {
		row.Metadata = o.ClientMetadata(k.ID)
	}
	return row
}

// Run adds a key, and asks another hub to let this one in.
func (k *keyAddCmd) Run(ctx context.Context, c *console) error {
	return k.with(ctx, c, func(o *opened) error {
		key, err := k.add(ctx, c, o)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("the id %s is taken; choose another with --id", k.ID)
		}
		if err != nil {
			return err
		}
		if key.Kind == federation.KindPeer {
			awaitMetadata(ctx, o.ClientMetadata(key.ID))
			if key, err = o.JoinPrimary(ctx, c.operator(), key.ID, k.Invite); err != nil {
				return err
			}
		}
		row := keyRowOf(o, key)
		doubts, err := o.Doubts(ctx, key)
		if err != nil {
			return err
		}
		for _, doubt := range doubts {
			row.Warnings = append(row.Warnings, oneLine(doubt.In(templates.Sentence, "")))
		}
		err = k.print(c, row, func(w io.Writer) {
			fmt.Fprintf(w, "%s was added as %s.\n", oneLine(key.Name), key.ID)
			for _, warning := range row.Warnings {
				fmt.Fprintf(w, "Warning: %s\n", warning)
			}
			tellKey(w, o, key)
		})
		return errors.Join(err, unanswered(key))
	})
}

func (k *keyAddCmd) add(ctx context.Context, c *console, o *opened) (federation.LoginKey, error) {
	secret := ""
	if k.ClientSecretFile != "" {
		var err error
		if secret, err = secretFile("--client-secret-file", k.ClientSecretFile); err != nil {
			return federation.LoginKey{}, err
		}
	}
	rules, err := k.rules()
	if err != nil {
		return federation.LoginKey{}, err
	}
	key := k.start()
	if k.SiteKeyFile != "" {
		if key.NewSiteKey, err = secretFile("--site-key-file", k.SiteKeyFile); err != nil {
			return federation.LoginKey{}, err
		}
		key.KeepTokens = true // it is asked when the hub looks again
	}
	if k.Kind == federation.KindOAuth2 {
		key.Endpoints = federation.Endpoints{Authorize: k.AuthorizeURL, Token: k.TokenURL, Userinfo: k.UserinfoURL}
	} else if k.AuthorizeURL+k.TokenURL+k.UserinfoURL != "" {
		return federation.LoginKey{}, mistakef("--authorize-url, --token-url and --userinfo-url are for --kind oauth2; a provider of the kind %s says itself where they are", k.Kind)
	}
	for name, path := range k.Claim {
		place := claimPlaces(&key.Claims)[name]
		if place == nil {
			return federation.LoginKey{}, mistakef("--claim %s: there is no such thing to find; there are %s", oneLine(name), strings.Join(slices.Sorted(maps.Keys(claimPlaces(&key.Claims))), ", "))
		}
		*place = path
	}
	key.ID, key.Name, key.BaseURL, key.ClientID = k.ID, k.name(ctx, o), k.BaseURL, k.ClientID
	key.Enabled, key.Direct, key.SignUps, key.CountsAsNew = true, k.Direct, k.SignUps, k.CountsAsNew
	key.TrustEmail, key.AuthoritativeDomains, key.RoleMap = k.TrustEmail, k.Domain, rules
	key.Linking = cmp.Or(k.Linking, key.Linking)
	if len(k.Scope) > 0 {
		key.Scopes = k.Scope
	}
	return o.KeepLoginKey(ctx, c.operator(), key, secret)
}

// claimPlaces are the places that --claim names.
func claimPlaces(c *federation.Claims) map[string]*string {
	return map[string]*string{
		"subject": &c.Subject, "email": &c.Email, "email_verified": &c.EmailVerified, "name": &c.Name, "given_name": &c.GivenName,
		"family_name": &c.FamilyName, "username": &c.Username, "picture": &c.Picture, "locale": &c.Locale, "roles": &c.Roles,
	}
}

// rules are what the flags say of roles, one in each.
func (k *keyAddCmd) rules() (mapping.Rules, error) {
	rules := mapping.Rules{}
	for _, rule := range k.Role {
		there, here, ok := mapping.ParseRule(rule)
		if !ok {
			return nil, mistakef("--role %q: write a role there, an equals sign and a role here, like \"admins = admin\"", rule)
		}
		if before, twice := rules[there]; twice && before != here {
			return nil, mistakef("--role %q: there is a rule for this role already", rule)
		}
		rules[there] = here
	}
	return rules, nil
}

// start is the key before anything is said of it: for a Frappe site and an OAuth
// 2.0 provider that of the catalogue.
func (k *keyAddCmd) start() federation.LoginKey {
	if entry, found := catalog.Get(k.Kind); found && (k.Kind == federation.KindFrappe || k.Kind == federation.KindOAuth2) {
		key := entry.Start(nil)
		key.Options = k.Option
		return key
	}
	return federation.LoginKey{Kind: k.Kind, Options: k.Option}
}

// name is what was typed, else what the upstream calls itself, else its host.
func (k *keyAddCmd) name(ctx context.Context, o *opened) string {
	if k.Name != "" {
		return k.Name
	}
	if card, err := o.Describe(ctx, k.Kind, k.BaseURL); err == nil && card.Name != "" {
		return card.Name
	}
	if u, err := url.Parse(k.BaseURL); err == nil {
		return u.Host
	}
	return ""
}

// awaitMetadata gives the hub that serves the moment it needs to see a new
// key, or to start: the other hub reads about us there as soon as we ask, and
// remembers what it does not find.
func awaitMetadata(ctx context.Context, address string) {
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return
		}
		if answer, err := direct().Do(request); err == nil {
			answer.Body.Close() //nolint:errcheck // nothing was read
			if answer.StatusCode != http.StatusNotFound {
				return
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// direct goes through no proxy: nothing stands between a hub and itself.
func direct() *http.Client { return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} }

// tellKey says what an administrator has to know next.
func tellKey(w io.Writer, o *opened, k federation.LoginKey) {
	if k.Kind == federation.KindPeer {
		fmt.Fprintln(w, oneLine(k.Join.Words(templates.Sentence)))
		return
	}
	fmt.Fprint(w, "Register there:\n\n")
	printAddresses(w, o, k)
	if k.Kind == federation.KindFrappe {
		fmt.Fprintln(w, "On the site it is the one line of Redirect URIs, and the Default Redirect URI, of an OAuth Client with the scope openid.")
	}
	if k.KeepsAdminsOut() {
		fmt.Fprintf(w, "Administrators of this hub do not come in through it. If the site is new enough, say so on its page: Version of the site, %s.\n", federation.SiteBinds)
	}
	if warning := k.SecretWarning(time.Now()); warning != "" {
		fmt.Fprintln(w, warning)
	}
}

// unanswered is an error if the other hub gave no answer that leads anywhere.
// The key is kept all the same.
func unanswered(k federation.LoginKey) error {
	if k.Kind != federation.KindPeer || k.Join.Status == federation.Active || k.Join.Status == federation.Requested {
		return nil
	}
	return fmt.Errorf("%s has not let this hub in; see that this hub is running at its public address, then ask again with: fedhub key join %s", k.Name, k.ID)
}
