package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/alecthomas/kong"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/internal/forms"
)

type clientAddCmd struct {
	clientFlags `embed:""`
	Frappe      string `placeholder:"URL" help:"URL of a Frappe or ERPNext site that users sign in to. It determines all other settings."`
	Preset      string `placeholder:"NAME" help:"A known application, like keycloak, grafana or gitlab; --preset list prints all of them. --url is then the application's URL, and the hub's own URL comes from FEDHUB_URL. Other flags override the preset."`
	Provider    string `placeholder:"NAME" help:"With --frappe: provider of the site's Social Login Key: Frappe (the default), Keycloak, or the Provider Name of a custom one. With --preset: the application's name for this hub, if its URLs contain it."`
	ID          string `property:"id" name:"id" placeholder:"ID" help:"Client ID. Default: a random one."`

	format `embed:""`
	base   `embed:""`
}

// clientFlags are the flags of "client add" and "client update". The fields below
// the flags are for Run.
type clientFlags struct {
	FromJSON              string      `name:"from-json" placeholder:"PATH" help:"File with the application's metadata (RFC 7591) and the members of this hub, as fedhub client show prints them; - reads standard input. Flags override the file."`
	Name                  string      `property:"name" placeholder:"NAME" help:"Name that users see, also on the consent page (Frappe: App Name)."`
	Type                  word        `property:"type" enum:"web,spa,native,service," default:"" placeholder:"TYPE" help:"Type of application: web (on a server), spa (in a browser), native (installed) or service (no users)."`
	RedirectURI           addressList `property:"redirect_uris" sep:"none" name:"redirect-uri" placeholder:"URI" help:"Redirect URI. Separate several with spaces, or repeat the flag."`
	DefaultRedirectURI    string      `property:"default_redirect_uri" name:"default-redirect-uri" placeholder:"URI" help:"Redirect URI for requests that name none. Default: the first."`
	PostLogoutRedirectURI addressList `property:"post_logout_redirect_uris" sep:"none" name:"post-logout-redirect-uri" placeholder:"URI" help:"URI to which users return after sign-out. May be repeated."`
	BackchannelLogoutURI  string      `property:"backchannel_logout_uri" name:"backchannel-logout-uri" placeholder:"URI" help:"URI that receives a logout token when a session ends (OpenID Connect Back-Channel Logout)."`
	Scope                 wordList    `property:"scopes" placeholder:"SCOPE" help:"Scope that it may request. Separate several with spaces or commas, or repeat the flag. Default: openid, profile and email."`
	Role                  []string    `property:"allowed_roles" sep:"none" placeholder:"ROLE" help:"Only users with one of these roles may use it. May be repeated."`
	SecondFactor          bool        `property:"second_factor" negatable:"" help:"Require a second factor from users of this application, whatever the settings say."`
	OpenIDMeansProfile    bool        `property:"openid_means_profile" negatable:"" name:"openid-means-profile" help:"The scope openid also means profile, email and roles, if it may request them; for applications that a Frappe site registered."`
	SkipAuthorization     bool        `property:"skip_authorization" negatable:"" help:"Do not ask users for consent (Frappe: Skip Authorization)."`
	GrantType             string      `property:"grant_types,own" placeholder:"TYPE" help:"Grant type: \"Authorization Code\", \"Implicit\", or \"None\" for a service."`
	ResponseType          string      `property:"response_types,own" placeholder:"TYPE" help:"Response type: \"Code\" or \"Token\". It must match the grant type."`
	Refresh               *bool       `property:"grant_types,own" negatable:"" help:"Issue refresh tokens. Default: yes, except for a service or the implicit grant."`
	ClientCredentials     bool        `property:"grant_types,own" negatable:"" help:"Allow the client credentials grant: it gets tokens for itself, without a user."`
	AuthMethod            string      `property:"auth_method" placeholder:"METHOD" help:"Client authentication, like client_secret_basic, client_secret_post, private_key_jwt or none."`
	JWKSURI               string      `property:"jwks_uri" name:"jwks-uri" placeholder:"URI" help:"URL of its public keys (JWK Set), for private_key_jwt."`
	IDTokenAlg            string      `property:"id_token_alg" name:"id-token-alg" placeholder:"ALG" help:"Signing algorithm of its ID tokens: RS256 or ES256."`
	IDTokenClaims         bool        `property:"id_token_claims" negatable:"" name:"id-token-claims" help:"Put all claims that it may read into the ID token, also profile and email; for applications that do not call the UserInfo endpoint, like Dex, Auth.js and OpenBao by default."`
	PKCE                  string      `property:"pkce" name:"pkce" enum:",always,nonce,optional" default:"" placeholder:"WHEN" help:"When PKCE is required: always, nonce (unless the OpenID request has a nonce; the default for an application with a secret) or optional."`
	PKCEOptional          bool        `property:"pkce_optional" negatable:"" name:"pkce-optional" help:"Same as --pkce optional, for old applications with a secret."`
	moreOfClient          `embed:""`

	given   given  // the flags that were typed
	members []byte // of the file of --from-json
	keys    []byte // of the file of --jwks
	secret  string // the client_secret among the members
	usual   bool   // the default for refresh tokens applies
}

// A clientRow is an application as the commands print it.
type clientRow struct {
	ID           string   `json:"client_id"`
	Secret       string   `json:"client_secret,omitempty"`
	Name         string   `json:"name"`
	Type         string   `json:"type"`
	AuthMethod   string   `json:"auth_method"`
	RedirectURIs []string `json:"redirect_uris"`
	Scopes       []string `json:"scopes"`
	Disabled     bool     `json:"disabled"`
	Issuer       string   `json:"issuer"`

	Enter    []siteValue `json:"enter,omitempty"`            // values for an application added by a preset
	LoginKey []siteValue `json:"social_login_key,omitempty"` // values for a Frappe site
	Setup    string      `json:"setup,omitempty"`            // page that follows a site's first sign-in
}

func clientRowOf(c clients.Client, issuer, secret string) clientRow {
	return clientRow{
		ID: c.ID, Secret: secret, Name: c.Name, Type: string(c.Type), AuthMethod: c.AuthMethod, Disabled: c.Disabled, Issuer: issuer,
		RedirectURIs: append([]string{}, c.RedirectURIs...), Scopes: append([]string{}, c.Scopes...),
	}
}

// Run registers an application.
func (a *clientAddCmd) Run(ctx context.Context, k *kong.Context, c *console) error {
	if a.Preset == "list" {
		return a.listPresets(c)
	}
	preset, err := a.chosen(c)
	if err != nil {
		return err
	}
	return a.with(ctx, c, func(o *opened) error {
		if err := a.tidyFrappe(ctx, o); err != nil {
			return err
		}
		if err := a.read(k, c); err != nil {
			return err
		}
		described, err := a.client(preset)
		if err != nil {
			return err
		}
		if a.given[&a.Claim] {
			described.Tidy() // a type brings its usual scopes
			if err := a.checkClaims(ctx, o, described); err != nil {
				return err
			}
		}
		client, secret, err := a.keep(ctx, c, o, described)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("the client ID %s is taken; choose another with --id", a.ID)
		}
		if err != nil {
			return err
		}
		row := clientRowOf(client, o.URL(), secret)
		row.LoginKey = loginKeyOf(client, o.URL(), secret)
		row.Enter = preset.enter(client, o.URL(), secret)
		if client.Frappe != nil {
			if row.Setup, err = o.AwaitSite(ctx, client); err != nil {
				return err
			}
		}
		return a.print(c, row, func(w io.Writer) {
			if client.Frappe != nil {
				printLoginKey(w, client, row)
				return
			}
			if preset != nil {
				preset.print(w, client, row)
				return
			}
			fmt.Fprintf(w, "%s is registered.\n\n", client.Name)
			fmt.Fprintf(w, "  Issuer         %s\n", o.URL())
			fmt.Fprintf(w, "  Client ID      %s\n", client.ID)
			if secret != "" {
				fmt.Fprintf(w, "  Client secret  %s\n\nThe secret is not shown again.\n", secret)
			}
		})
	})
}

// keep adds the application and returns its secret, empty if it came with the
// request.
func (a *clientAddCmd) keep(ctx context.Context, c *console, o *opened, described clients.Client) (clients.Client, string, error) {
	if a.secret == "" {
		return o.AddClient(ctx, c.operator(), described)
	}
	client, err := o.AddClientWith(ctx, c.operator(), described, a.secret)
	if problems, ok := errors.AsType[forms.Problems](err); ok && slices.ContainsFunc(problems, func(p forms.Problem) bool { return p.Field == "secret" }) {
		err = mistake("--from-json: client_secret: " + inWords(err).Error())
	}
	return client, "", err
}
