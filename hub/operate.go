package hub

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/users"
)

// What follows is what an operator does from the command line. Each change is
// recorded with the name that is given as by.

// URL is the hub's public address.
func (h *Hub) URL() string { return h.config.URL }

// SetupLink returns a link by which the first administrator is made, good once
// and for an hour; users.ErrSetUp if there is one already.
func (h *Hub) SetupLink(ctx context.Context) (string, error) {
	token, err := h.users.NewSetupLink(ctx)
	if err != nil {
		return "", err
	}
	return h.config.URL + "/setup?token=" + token, nil
}

// CheckSecretKey says whether the secret key is the one that the database was
// set up with, by opening the signing key (or making the first one). A wrong
// key is seal.ErrOpen.
func (h *Hub) CheckSecretKey(ctx context.Context) error {
	return h.signing.Check(ctx)
}

// AddUser keeps a new person.
func (h *Hub) AddUser(ctx context.Context, by string, n users.NewUser) (users.User, error) {
	u, err := h.users.Add(ctx, n)
	if err == nil {
		h.audit.Record(ctx, audit.Event{Kind: audit.UserAdded, Actor: by, Target: u.ID})
	}
	return u, err
}

// User returns one person; fs.ErrNotExist if there is none with this id.
func (h *Hub) User(ctx context.Context, id string) (users.User, error) { return h.users.Get(ctx, id) }

// FindUser returns the person with this address or id.
func (h *Hub) FindUser(ctx context.Context, who string) (users.User, error) {
	u, err := h.users.ByEmail(ctx, who)
	if errors.Is(err, users.ErrEmail) || errors.Is(err, fs.ErrNotExist) {
		return h.users.Get(ctx, who)
	}
	return u, err
}

// SwitchUser disables a person, which ends everything that was issued to them
// and tells their apps and hubs, or enables them again.
func (h *Hub) SwitchUser(ctx context.Context, by, id string, off bool) (users.User, error) {
	u, err := h.users.SetDisabled(ctx, id, off)
	if err != nil {
		return users.User{}, err
	}
	kind := audit.UserEnabled
	if off {
		kind = audit.UserDisabled
	}
	h.audit.Record(ctx, audit.Event{Kind: kind, Actor: by, Target: id})
	return u, h.logouts.EndAll(ctx, u)
}

// SetRoles replaces the roles of a person.
func (h *Hub) SetRoles(ctx context.Context, by, id string, roles []string) (users.User, error) {
	u, err := h.users.SetRoles(ctx, id, roles)
	if err == nil {
		h.audit.Record(ctx, audit.Event{Kind: audit.RolesChanged, Actor: by, Target: id, Detail: map[string]string{"roles": strings.Join(u.Roles, ", ")}})
	}
	return u, err
}

// Unlink takes an identity from a person, and ends what was issued to them.
func (h *Hub) Unlink(ctx context.Context, by string, i users.Identity) (users.User, error) {
	u, err := h.users.Unlink(ctx, i.UserID, i.ID, by)
	if err != nil {
		return users.User{}, err
	}
	h.audit.Record(ctx, audit.Event{Kind: audit.LinkRemoved, Actor: by, Target: i.UserID, LoginKey: i.LoginKey})
	return u, errors.Join(h.logouts.EndAll(ctx, u), h.ties.Disconnect(ctx, i))
}

// ResetLink returns a link by which a person chooses a password, good once and
// for an hour.
func (h *Hub) ResetLink(ctx context.Context, by string, u users.User) (string, error) {
	link, err := h.links.ResetLink(ctx, u)
	if err == nil {
		h.audit.Record(ctx, audit.Event{Kind: audit.ResetSent, Actor: by, Target: u.ID, Reason: "The link was shown at the command line."})
	}
	return link, err
}

// InviteUser returns a link by which somebody makes the account of an address.
// The address counts only when they have proved it.
func (h *Hub) InviteUser(ctx context.Context, n users.NewInvitation) (string, users.Invitation, error) {
	token, i, err := h.users.Invite(ctx, n)
	if err == nil {
		h.audit.Record(ctx, audit.Event{Kind: audit.UserInvited, Actor: n.By, Target: i.ID, Detail: map[string]string{"roles": strings.Join(i.Roles, ", ")}})
	}
	return h.links.InvitationLink(token), i, err
}

// Users lists up to limit people in the order of ids, behind the id after.
func (h *Hub) Users(ctx context.Context, after string, limit int) ([]users.User, error) {
	return h.users.Everyone(ctx, after, limit)
}

// Identities lists what signs one person in from upstream.
func (h *Hub) Identities(ctx context.Context, userID string) ([]users.Identity, error) {
	return h.users.ByUser(ctx, userID)
}

// AddClient keeps a new client and, if it proves itself by a secret, returns
// its first one, which is shown only here.
func (h *Hub) AddClient(ctx context.Context, by string, c clients.Client) (clients.Client, string, error) {
	c.CreatedBy = by
	c, err := h.clients.Add(ctx, c)
	if err != nil {
		return clients.Client{}, "", err
	}
	h.audit.Record(ctx, audit.Event{Kind: audit.ClientAdded, Actor: by, Client: c.ID, Target: c.Name})
	if !slices.Contains([]string{clients.MethodBasic, clients.MethodPost, clients.MethodSecretJWT}, c.AuthMethod) {
		return c, "", nil
	}
	secret, err := h.clients.AddSecret(ctx, c.ID, 0)
	return c, secret, err
}

// Client returns one client; fs.ErrNotExist if there is none with this id.
func (h *Hub) Client(ctx context.Context, id string) (clients.Client, error) {
	return h.clients.Lookup(ctx, id)
}

// TidySite makes of what somebody typed the address of a Frappe site.
func (h *Hub) TidySite(typed string) (string, error) { return h.clients.TidySite(typed) }

// SiteAt returns the client that a Frappe site is; fs.ErrNotExist if there is
// none.
func (h *Hub) SiteAt(ctx context.Context, site string) (clients.Client, error) {
	return h.clients.SiteAt(ctx, site)
}

// AwaitSite waits for the first sign-in of a Frappe site, and returns where an
// administrator sees how far it comes.
func (h *Hub) AwaitSite(ctx context.Context, site clients.Client) (string, error) {
	return h.config.URL + "/admin/clients/" + url.PathEscape(site.ID) + "/setup", h.debuts.Begin(ctx, site)
}

// Clients lists the clients, federated servers among them.
func (h *Hub) Clients(ctx context.Context) ([]clients.Client, error) { return h.clients.All(ctx) }

// Describe says what an upstream calls itself. Its kind and Base URL are
// enough.
func (h *Hub) Describe(ctx context.Context, kind, baseURL string) (federation.Card, error) {
	return h.upstreams.Describe(ctx, federation.LoginKey{ID: "upstream", Kind: kind, Name: "upstream", BaseURL: baseURL})
}

// AddLoginKey keeps a new Social Login Key. A peer is asked at once to let
// this hub in; invite may be empty.
func (h *Hub) AddLoginKey(ctx context.Context, by string, k federation.LoginKey, secret, invite string) (federation.LoginKey, error) {
	k, err := h.KeepLoginKey(ctx, by, k, secret)
	if err != nil || k.Kind != federation.KindPeer {
		return k, err
	}
	return h.JoinPrimary(ctx, k.ID, invite)
}

// KeepLoginKey keeps a new Social Login Key and asks nobody: the hub that
// serves may be another process, which knows the key only a moment later.
func (h *Hub) KeepLoginKey(ctx context.Context, by string, k federation.LoginKey, secret string) (federation.LoginKey, error) {
	k, err := h.upstreams.Add(ctx, k, secret)
	if err == nil {
		h.audit.Record(ctx, audit.Event{Kind: audit.KeyAdded, Actor: by, LoginKey: k.ID, Target: k.BaseURL})
	}
	return k, err
}

// JoinPrimary asks a peer (again) to let this hub in, and returns the key with
// its answer.
func (h *Hub) JoinPrimary(ctx context.Context, keyID, invite string) (federation.LoginKey, error) {
	answer, err := h.upstreams.Join(ctx, keyID, invite)
	if err != nil {
		return federation.LoginKey{}, err
	}
	h.audit.Record(ctx, audit.Event{Kind: audit.KeyJoined, LoginKey: keyID, Detail: map[string]string{"status": string(answer.Status)}})
	return h.upstreams.Get(ctx, keyID)
}

// ClientMetadata is what this hub is called at the peer of a login key: where
// it tells about itself.
func (h *Hub) ClientMetadata(keyID string) string { return h.clientMetadata(keyID) }

// LoginKeys lists the Social Login Keys.
func (h *Hub) LoginKeys(ctx context.Context) ([]federation.LoginKey, error) {
	return h.upstreams.All(ctx)
}

// DecideServer approves, refuses or suspends a federated server.
func (h *Hub) DecideServer(ctx context.Context, by, id string, state clients.State) error {
	err := h.clients.Decide(ctx, id, state, by)
	if err == nil {
		h.audit.Record(ctx, audit.Event{Kind: audit.ServerDecided, Actor: by, Client: id, Detail: map[string]string{"decision": string(state)}})
	}
	return err
}

// NewInvite returns a code that lets one server in at once.
func (h *Hub) NewInvite(ctx context.Context, by string, life time.Duration) (string, clients.Invite, error) {
	code, invite, err := h.invites.New(ctx, by, life)
	if err == nil {
		h.audit.Record(ctx, audit.Event{Kind: audit.InviteMade, Actor: by})
	}
	return code, invite, err
}

// NewInitialToken returns a token with which as many clients may register
// themselves as it has uses, within life.
func (h *Hub) NewInitialToken(ctx context.Context, by string, uses int, life time.Duration) (string, clients.InitialToken, error) {
	value, t, err := h.initials.New(ctx, by, uses, life)
	if err == nil {
		h.audit.Record(ctx, audit.Event{Kind: audit.InitialTokenMade, Actor: by, Target: "…" + t.Hint})
	}
	return value, t, err
}

// Settings returns the OAuth Provider Settings.
func (h *Hub) Settings(ctx context.Context) (settings.Settings, error) {
	return h.settings.Current(ctx)
}

// ChangeSettings edits the OAuth Provider Settings.
func (h *Hub) ChangeSettings(ctx context.Context, by string, edit func(*settings.Settings)) error {
	err := h.settings.Change(ctx, by, edit)
	if err == nil {
		h.audit.Record(ctx, audit.Event{Kind: audit.SettingsSaved, Actor: by})
	}
	return err
}

// SigningKeys lists the keys that the hub signs with, and those that others
// encrypt to.
func (h *Hub) SigningKeys(ctx context.Context) ([]signing.Card, error) { return h.signing.List(ctx) }

// RotateSigningKeys replaces all of them: ahead of their use or, if the old
// ones are distrusted, at once.
func (h *Hub) RotateSigningKeys(ctx context.Context, by string, distrust bool) error {
	kind := audit.SigningRotated
	if distrust {
		kind = audit.SigningDropped
	}
	rotated, err := h.signing.Rotate(ctx, "", distrust)
	if rotated {
		h.audit.Record(ctx, audit.Event{Kind: kind, Actor: by})
	}
	return err
}
