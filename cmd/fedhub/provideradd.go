package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/templates"
)

type providerAddCmd struct {
	Preset        string `field:"preset" placeholder:"NAME" help:"A known provider, like google, keycloak or github. It sets everything that is known about the provider."`
	Kind          string `enum:"peer,openid,oauth2,frappe" default:"peer" placeholder:"KIND" help:"Kind of provider, without --preset: peer (another hub, the default), openid (OpenID Connect), oauth2 (OAuth 2.0) or frappe (a Frappe or ERPNext site)."`
	Invite        string `field:"invite" placeholder:"CODE" help:"Invite code of the other hub. It connects this hub without approval."`
	providerFlags `embed:""`
	ID            string `field:"key_id" name:"id" placeholder:"ID" help:"ID of the provider, a part of the callback URL. Default: made from the name."`

	format `embed:""`
	base   `embed:""`
}

// A providerRow is a sign-in provider as the commands print it.
type providerRow struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	BaseURL string `json:"base_url"`
	Enabled bool   `json:"enabled"`
	Direct  bool   `json:"direct"`
	Status  string `json:"status,omitempty"` // of another hub: its answer
	Message string `json:"message,omitempty"`
	addressesThere
	Metadata string `json:"client_metadata,omitempty"` // address of this hub's client metadata
	// Warnings are about a provider that was just added.
	Warnings []string `json:"warnings,omitempty"`
}

func providerRowOf(o *opened, k federation.LoginKey) providerRow {
	row := providerRow{
		ID: k.ID, Kind: k.Kind, Name: k.Name, BaseURL: k.BaseURL, Enabled: k.Enabled, Direct: k.Direct,
		Status: string(k.Join.Status), Message: k.Join.Words(templates.Sentence), addressesThere: addressesOf(k, hubaddress.Hub(o.URL())),
	}
	if k.Kind == federation.KindPeer {
		row.Metadata = o.ClientMetadata(k.ID)
	}
	return row
}

// Run adds a sign-in provider, and sends another hub a connection request.
func (k *providerAddCmd) Run(ctx context.Context, typed *kong.Context, c *console) error {
	if err := k.read(typed, c); err != nil {
		return err
	}
	return k.with(ctx, c, func(o *opened) error {
		key, err := k.add(ctx, c, o)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("the ID %s is taken; choose another with --id", k.ID)
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
		row := providerRowOf(o, key)
		doubts, err := o.Doubts(ctx, key)
		if err != nil {
			return err
		}
		for _, doubt := range doubts {
			row.Warnings = append(row.Warnings, oneLine(doubt.In(templates.Sentence, "")))
		}
		err = k.print(c, row, func(w io.Writer) {
			fmt.Fprintf(w, "%s was added with the ID %s.\n", oneLine(key.Name), key.ID)
			for _, warning := range row.Warnings {
				fmt.Fprintf(w, "Warning: %s\n", warning)
			}
			tellKey(w, o, key)
		})
		return errors.Join(err, unanswered(key))
	})
}

func (k *providerAddCmd) add(ctx context.Context, c *console, o *opened) (federation.LoginKey, error) {
	key, entry, err := k.start()
	if err != nil {
		return key, err
	}
	if k.BaseURL == "" && !entry.Placed() {
		return key, mistake("the provider needs an address; add --base-url")
	}
	if err := k.findGroups(ctx, o); err != nil {
		return key, err
	}
	if err := k.write(&key); err != nil {
		return key, err
	}
	key.ID, key.Enabled = k.ID, true
	if key.Name == "" {
		key.Name = k.name(ctx, o, key)
	}
	return o.KeepLoginKey(ctx, c.operator(), key, k.secret)
}

// start is the provider before the flags are applied: that of the catalogue for
// a preset, a Frappe site and an OAuth 2.0 provider.
func (k *providerAddCmd) start() (federation.LoginKey, catalog.Entry, error) {
	name := k.Preset
	if name == "" && (k.Kind == federation.KindFrappe || k.Kind == federation.KindOAuth2) {
		name = k.Kind
	}
	if name == "" {
		return federation.LoginKey{Kind: k.Kind}, catalog.Entry{}, nil
	}
	entry, found := catalog.Get(strings.ToLower(name))
	if !found {
		return federation.LoginKey{}, entry, mistakef("--preset %s is unknown; the presets are %s", oneLine(name), strings.Join(presetNames(), ", "))
	}
	key := entry.Start(nil)
	key.Icon = cmp.Or(key.Icon, entry.Preset)
	if entry.Group != catalog.Generic && entry.Kind != federation.KindPeer && entry.Kind != federation.KindFrappe {
		key.Name = entry.Name
	}
	return key, entry, nil
}

func presetNames() []string {
	var names []string
	for _, entry := range catalog.All() {
		names = append(names, entry.Preset)
	}
	slices.Sort(names)
	return names
}

// name is the provider's own name, or its host.
func (k *providerAddCmd) name(ctx context.Context, o *opened, key federation.LoginKey) string {
	if card, err := o.Describe(ctx, key.Kind, key.BaseURL); err == nil && card.Name != "" {
		return card.Name
	}
	if u, err := url.Parse(key.BaseURL); err == nil {
		return u.Host
	}
	return ""
}

// awaitMetadata waits until the serving hub publishes the metadata of a new
// provider: the other hub reads it as soon as we ask, and remembers a miss.
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

// direct uses no proxy: it calls this hub itself.
func direct() *http.Client { return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} }

// tellKey tells an administrator what to do next.
func tellKey(w io.Writer, o *opened, k federation.LoginKey) {
	if k.Kind == federation.KindPeer {
		fmt.Fprintln(w, oneLine(k.Join.Words(templates.Sentence)))
		return
	}
	fmt.Fprint(w, "Register these URLs at the provider:\n\n")
	printAddresses(w, o, k)
	if k.Kind == federation.KindFrappe {
		fmt.Fprintln(w, "\nOn the site, create an OAuth Client with the scope openid. Enter the callback URL as its Redirect URIs and as its Default Redirect URI.")
	}
	if k.KeepsAdminsOut() {
		fmt.Fprintf(w, "Administrators of this hub cannot sign in through it. If the site is new enough, set \"Version of the site\" to \"%s\" on the provider's page.\n", federation.SiteBinds)
	}
	if warning := k.SecretWarning(time.Now()); !warning.IsZero() {
		fmt.Fprintln(w, warning.In(templates.Sentence, ""))
	}
}

// unanswered is an error if the other hub neither approved the request nor keeps
// it for approval. The provider is kept all the same.
func unanswered(k federation.LoginKey) error {
	if k.Kind != federation.KindPeer || k.Join.Status == federation.Active || k.Join.Status == federation.Requested {
		return nil
	}
	return fmt.Errorf("%s has not connected this hub; check that this hub is running at its public URL, then try again with: fedhub provider join %s", k.Name, k.ID)
}
