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

type keyAddCmd struct {
	Preset   string `field:"preset" placeholder:"NAME" help:"A provider that the page of a new key lists, like google, keycloak or github; all about it that is known is filled in."`
	Kind     string `enum:"peer,openid,oauth2,frappe" default:"peer" help:"What is there, where no --preset says so: peer (another hub), openid (any OpenID provider), oauth2 (any OAuth 2.0 provider) or frappe (a Frappe or ERPNext site)."`
	Invite   string `field:"invite" placeholder:"CODE" help:"Invite code of the other hub, which lets this one in at once."`
	keyFlags `embed:""`
	ID       string `field:"key_id" name:"id" placeholder:"ID" help:"Part of the callback address; made from the name if not given."`

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
func (k *keyAddCmd) Run(ctx context.Context, typed *kong.Context, c *console) error {
	if err := k.read(typed, c); err != nil {
		return err
	}
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
	key, entry, err := k.start()
	if err != nil {
		return key, err
	}
	if k.BaseURL == "" && !entry.Placed() {
		return key, mistake("say where it is: --base-url")
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

// start is the key before anything is said of it: that of the catalogue for a
// preset, a Frappe site and an OAuth 2.0 provider.
func (k *keyAddCmd) start() (federation.LoginKey, catalog.Entry, error) {
	name := k.Preset
	if name == "" && (k.Kind == federation.KindFrappe || k.Kind == federation.KindOAuth2) {
		name = k.Kind
	}
	if name == "" {
		return federation.LoginKey{Kind: k.Kind}, catalog.Entry{}, nil
	}
	entry, found := catalog.Get(strings.ToLower(name))
	if !found {
		return federation.LoginKey{}, entry, mistakef("--preset %s: there is no such provider in the list; there are %s", oneLine(name), strings.Join(presetNames(), ", "))
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

// name is what the upstream calls itself, else its host.
func (k *keyAddCmd) name(ctx context.Context, o *opened, key federation.LoginKey) string {
	if card, err := o.Describe(ctx, key.Kind, key.BaseURL); err == nil && card.Name != "" {
		return card.Name
	}
	if u, err := url.Parse(key.BaseURL); err == nil {
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
