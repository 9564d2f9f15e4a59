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
	Frappe      string `placeholder:"URL" help:"Address of a Frappe or ERPNext site that people sign in to; all else follows from it."`
	Preset      string `placeholder:"NAME" help:"What the app is, if it is a known one; the rest follows from its address, which --url is then (the hub's own comes from FEDHUB_URL): keycloak, grafana, gitlab and others, which --preset list prints. Flags count more."`
	Provider    string `placeholder:"NAME" help:"With --frappe: provider of the site's Social Login Key: Frappe (if not given), Keycloak, or the Provider Name of a custom one. With --preset: what the app calls this hub, where that is part of its addresses."`
	ID          string `property:"id" name:"id" placeholder:"ID" help:"Client id; made up if not given."`

	format `embed:""`
	base   `embed:""`
}

// clientFlags are what an app is registered with, as "client add" and "client
// update" take it. The fields below the flags are for Run.
type clientFlags struct {
	FromJSON              string      `name:"from-json" placeholder:"PATH" help:"File with the app's metadata by the names of RFC 7591, and what only this hub knows, as fedhub client show prints it; - is standard input. What flags say counts more."`
	Name                  string      `property:"name" placeholder:"NAME" help:"App Name, shown to people when they are asked for consent."`
	Type                  word        `property:"type" enum:"web,spa,native,service," default:"" help:"Where it runs: web (a server), spa (in a browser), native (installed), service (acts for itself)."`
	RedirectURI           addressList `property:"redirect_uris" sep:"none" name:"redirect-uri" placeholder:"URI" help:"Address in the app that people return to, or several with blanks between. May be repeated."`
	DefaultRedirectURI    string      `property:"default_redirect_uri" name:"default-redirect-uri" placeholder:"URI" help:"Which of them, if the app does not say; the first if not given."`
	PostLogoutRedirectURI addressList `property:"post_logout_redirect_uris" sep:"none" name:"post-logout-redirect-uri" placeholder:"URI" help:"Address that people return to when they have signed out. May be repeated."`
	BackchannelLogoutURI  string      `property:"backchannel_logout_uri" name:"backchannel-logout-uri" placeholder:"URI" help:"Address in the app that is told when a session has ended."`
	Scope                 wordList    `property:"scopes" placeholder:"SCOPE" help:"All it may ask for, with blanks or commas between. May be repeated; openid, profile and email if not given."`
	Role                  []string    `property:"allowed_roles" sep:"none" placeholder:"ROLE" help:"Only people with one of these roles may use it. May be repeated."`
	OpenIDMeansProfile    bool        `property:"openid_means_profile" negatable:"" name:"openid-means-profile" help:"Its openid stands for profile, email and roles too, as far as it may ask for them; for apps that a Frappe site registered."`
	SkipAuthorization     bool        `property:"skip_authorization" negatable:"" help:"Skip Authorization: people are not asked for consent."`
	GrantType             string      `property:"grant_types,own" placeholder:"TYPE" help:"Grant Type: \"Authorization Code\", \"Implicit\", or \"None\" for a service."`
	ResponseType          string      `property:"response_types,own" placeholder:"TYPE" help:"Response Type: \"Code\" or \"Token\"; it goes with the Grant Type."`
	Refresh               *bool       `property:"grant_types,own" negatable:"" help:"Whether it gets refresh tokens; it does, unless it is a service or Implicit."`
	ClientCredentials     bool        `property:"grant_types,own" negatable:"" help:"It may also ask for itself, with nobody signed in."`
	AuthMethod            string      `property:"auth_method" placeholder:"METHOD" help:"How it proves itself: client_secret_basic, client_secret_post, private_key_jwt or none."`
	JWKSURI               string      `property:"jwks_uri" name:"jwks-uri" placeholder:"URI" help:"Where it publishes its keys, for private_key_jwt."`
	IDTokenAlg            string      `property:"id_token_alg" name:"id-token-alg" placeholder:"ALG" help:"RS256 or ES256, for its ID tokens."`
	IDTokenClaims         bool        `property:"id_token_claims" negatable:"" name:"id-token-claims" help:"Its ID tokens say everything that it may know, profile and email among it: for apps that never ask for user information, as Dex, Auth.js and OpenBao at their defaults."`
	PKCE                  string      `property:"pkce" name:"pkce" enum:",always,nonce,optional" default:"" placeholder:"WHEN" help:"Whether it must send PKCE: always, nonce (unless the OpenID request has a nonce; what an app with a secret gets if nothing is said), optional (it may be left out)."`
	PKCEOptional          bool        `property:"pkce_optional" negatable:"" name:"pkce-optional" help:"As --pkce optional: it may leave out PKCE, for old apps with a secret."`
	moreOfClient          `embed:""`

	given   given  // the flags that were typed
	members []byte // what --from-json and
	keys    []byte // --jwks hold
	secret  string // the client_secret among the members
	usual   bool   // refresh tokens come as is usual
}

// A clientRow is an app as the commands print one.
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

	Enter    []siteValue `json:"enter,omitempty"`            // there, of an app by a preset
	LoginKey []siteValue `json:"social_login_key,omitempty"` // of a Frappe site,
	Setup    string      `json:"setup,omitempty"`            // and where its first sign-in is watched
}

func clientRowOf(c clients.Client, issuer, secret string) clientRow {
	return clientRow{
		ID: c.ID, Secret: secret, Name: c.Name, Type: string(c.Type), AuthMethod: c.AuthMethod, Disabled: c.Disabled, Issuer: issuer,
		RedirectURIs: append([]string{}, c.RedirectURIs...), Scopes: append([]string{}, c.Scopes...),
	}
}

// Run registers an app.
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
		client, secret, err := a.keep(ctx, c, o, described)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("the client id %s is taken; choose another with --id", a.ID)
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

// keep adds the app. The secret is one that is to be shown: who brought their own
// knows it.
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
