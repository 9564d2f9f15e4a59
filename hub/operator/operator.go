// Package operator is what somebody who runs the hub does with it: the
// use-cases of administration, for commands and for whatever else stands in
// for an administrator. Each change is recorded with the name that is given as
// by.
package operator

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/hubs"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/sitesetup"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/texts"
)

// Parts is what a Service works on.
type Parts struct {
	URL       string // the hub's public address
	AllowHTTP bool   // redirect URIs may be http on any host
	// ClientMetadata is the address at which the hub tells a peer about itself.
	ClientMetadata func(keyID string) string

	Users          *users.Service
	Linking        *linking.Service
	MailLinks      *maillinks.Service
	Clients        *clients.Registry
	Invites        *hubs.Invites
	Initials       registration.InitialTokens
	Upstreams      *federation.Registry
	Logouts        *logouts.Service
	UpstreamTokens *upstreamtokens.Service
	SiteSetups     *sitesetup.Service
	Signing        *signing.Service
	Settings       *settings.Service
	Audit          *audit.Recorder
	Box            *seal.Box

	Records []store.Browsable // every kind, for repair
}

// A Service carries out what an operator asks for.
type Service struct{ parts Parts }

// New returns a service over the parts.
func New(p Parts) *Service { return &Service{p} }

// URL is the hub's public address.
func (s *Service) URL() string { return s.parts.URL }

// SetupLink returns a link by which the first administrator is made, good once
// and for an hour; users.ErrSetUp if there is one already.
func (s *Service) SetupLink(ctx context.Context) (string, error) {
	token, err := s.parts.Users.NewSetupLink(ctx)
	if err != nil {
		return "", err
	}
	return s.parts.URL + "/setup?token=" + token, nil
}

// CheckSecretKey says whether the secret key is the one that the database was
// set up with, by opening the signing key (or making the first one). A wrong
// key is seal.ErrOpen.
func (s *Service) CheckSecretKey(ctx context.Context) error {
	return s.parts.Signing.Check(ctx)
}

// AddUser keeps a new person.
func (s *Service) AddUser(ctx context.Context, by string, n users.NewUser) (users.User, error) {
	u, err := s.parts.Users.Add(ctx, n)
	if err == nil {
		s.parts.Audit.Record(ctx, audit.Event{Kind: audit.UserAdded, Actor: by, Target: u.ID})
	}
	return u, err
}

// User returns one person; fs.ErrNotExist if there is none with this id.
func (s *Service) User(ctx context.Context, id string) (users.User, error) {
	return s.parts.Users.Get(ctx, id)
}

// FindUser returns the person with this address or id.
func (s *Service) FindUser(ctx context.Context, who string) (users.User, error) {
	u, err := s.parts.Users.ByEmail(ctx, who)
	if errors.Is(err, emailaddr.ErrInvalid) || errors.Is(err, fs.ErrNotExist) {
		return s.parts.Users.Get(ctx, who)
	}
	return u, err
}

// ResetLink returns a link by which a person chooses a password, good once and
// for an hour.
func (s *Service) ResetLink(ctx context.Context, by string, u users.User) (string, error) {
	link, err := s.parts.MailLinks.ResetLink(ctx, u)
	if err == nil {
		s.parts.Audit.Record(ctx, audit.Event{Kind: audit.ResetSent, Actor: by, Target: u.ID, Why: texts.New("reset.shown.command")})
	}
	return link, err
}

// InviteUser returns a link by which somebody makes the account of an address.
// The address counts only when they have proved it.
func (s *Service) InviteUser(ctx context.Context, n users.NewInvitation) (string, users.Invitation, error) {
	token, i, err := s.parts.Users.Invite(ctx, n)
	if err == nil {
		s.parts.Audit.Record(ctx, audit.Event{Kind: audit.UserInvited, Actor: n.By, Target: i.ID, Detail: map[string]string{"roles": strings.Join(i.Roles, ", ")}})
	}
	return s.parts.MailLinks.InvitationLink(token), i, err
}

// Users lists up to limit people in the order of ids, behind the id after.
func (s *Service) Users(ctx context.Context, after string, limit int) ([]users.User, error) {
	return s.parts.Users.Everyone(ctx, after, limit)
}

// Identities lists what signs one person in from upstream.
func (s *Service) Identities(ctx context.Context, userID string) ([]linking.Identity, error) {
	return s.parts.Linking.ByUser(ctx, userID)
}

// AddClient keeps a new client and, if it proves itself by a secret, returns
// its first one, which is shown only here.
func (s *Service) AddClient(ctx context.Context, by string, c clients.Client) (clients.Client, string, error) {
	c.CreatedBy = by
	c, err := s.parts.Clients.Add(ctx, c)
	if err != nil {
		return clients.Client{}, "", err
	}
	s.parts.Audit.Record(ctx, audit.Event{Kind: audit.ClientAdded, Actor: by, Client: c.ID, Target: c.Name})
	if !slices.Contains([]string{clientauth.MethodBasic, clientauth.MethodPost, clientauth.MethodSecretJWT}, c.AuthMethod) {
		return c, "", nil
	}
	secret, err := s.parts.Clients.AddSecret(ctx, c.ID, 0)
	return c, secret, err
}

// Client returns one client; fs.ErrNotExist if there is none with this id.
func (s *Service) Client(ctx context.Context, id string) (clients.Client, error) {
	return s.parts.Clients.Lookup(ctx, id)
}

// TidySite makes of what somebody typed the address of a Frappe site.
func (s *Service) TidySite(typed string) (string, error) { return s.parts.Clients.TidySite(typed) }

// SiteAt returns the client that a Frappe site is; fs.ErrNotExist if there is
// none.
func (s *Service) SiteAt(ctx context.Context, site string) (clients.Client, error) {
	return s.parts.Clients.SiteAt(ctx, site)
}

// AwaitSite waits for the first sign-in of a Frappe site, and returns where an
// administrator sees how far it comes.
func (s *Service) AwaitSite(ctx context.Context, site clients.Client) (string, error) {
	return s.parts.URL + "/admin/clients/" + url.PathEscape(site.ID) + "/setup", s.parts.SiteSetups.Begin(ctx, site)
}

// Clients lists the clients, federated servers among them.
func (s *Service) Clients(ctx context.Context) ([]clients.Client, error) {
	return store.Collect(s.parts.Clients.All(ctx), 0)
}

// Describe says what an upstream calls itself. Its kind and Base URL are
// enough.
func (s *Service) Describe(ctx context.Context, kind, baseURL string) (federation.ProviderInfo, error) {
	return s.parts.Upstreams.Describe(ctx, federation.LoginKey{ID: "upstream", Kind: kind, Name: "upstream", BaseURL: baseURL})
}

// AddLoginKey keeps a new Social Login Key. A peer is asked at once to let
// this hub in; invite may be empty.
func (s *Service) AddLoginKey(ctx context.Context, by string, k federation.LoginKey, secret, invite string) (federation.LoginKey, error) {
	k, err := s.KeepLoginKey(ctx, by, k, secret)
	if err != nil || k.Kind != federation.KindPeer {
		return k, err
	}
	return s.JoinPrimary(ctx, k.ID, invite)
}

// KeepLoginKey keeps a new Social Login Key and asks nobody: the hub that
// serves may be another process, which knows the key only a moment later.
func (s *Service) KeepLoginKey(ctx context.Context, by string, k federation.LoginKey, secret string) (federation.LoginKey, error) {
	k, err := s.parts.Upstreams.Add(ctx, k, secret)
	if err == nil {
		s.parts.Audit.Record(ctx, audit.Event{Kind: audit.KeyAdded, Actor: by, LoginKey: k.ID, Target: k.BaseURL})
	}
	return k, err
}

// JoinPrimary asks a peer (again) to let this hub in, and returns the key with
// its answer.
func (s *Service) JoinPrimary(ctx context.Context, keyID, invite string) (federation.LoginKey, error) {
	answer, err := s.parts.Upstreams.Join(ctx, keyID, invite)
	if err != nil {
		return federation.LoginKey{}, err
	}
	s.parts.Audit.Record(ctx, audit.Event{Kind: audit.KeyJoined, LoginKey: keyID, Detail: map[string]string{"status": string(answer.Status)}})
	return s.parts.Upstreams.Get(ctx, keyID)
}

// ClientMetadata is what this hub is called at the peer of a login key: where
// it tells about itself.
func (s *Service) ClientMetadata(keyID string) string { return s.parts.ClientMetadata(keyID) }

// LoginKeys lists the Social Login Keys.
func (s *Service) LoginKeys(ctx context.Context) ([]federation.LoginKey, error) {
	return s.parts.Upstreams.All(ctx)
}

// DecideServer approves, refuses or suspends a federated server.
func (s *Service) DecideServer(ctx context.Context, by, id string, state clients.State) error {
	err := s.parts.Clients.Decide(ctx, id, state, by)
	if err == nil {
		s.parts.Audit.Record(ctx, audit.Event{Kind: audit.ServerDecided, Actor: by, Client: id, Detail: map[string]string{"decision": string(state)}})
	}
	return err
}

// NewInvite returns a code that lets one server in at once.
func (s *Service) NewInvite(ctx context.Context, by string, life time.Duration) (string, hubs.Invite, error) {
	code, invite, err := s.parts.Invites.New(ctx, by, life)
	if err == nil {
		s.parts.Audit.Record(ctx, audit.Event{Kind: audit.InviteMade, Actor: by})
	}
	return code, invite, err
}

// NewInitialToken returns a token with which as many clients may register
// themselves as it has uses, within life.
func (s *Service) NewInitialToken(ctx context.Context, by string, uses int, life time.Duration) (string, registration.InitialAccessToken, error) {
	value, t, err := s.parts.Initials.New(ctx, by, uses, life)
	if err == nil {
		s.parts.Audit.Record(ctx, audit.Event{Kind: audit.InitialTokenMade, Actor: by, Target: "…" + t.Hint})
	}
	return value, t, err
}

// Settings returns the OAuth Provider Settings.
func (s *Service) Settings(ctx context.Context) (settings.Settings, error) {
	return s.parts.Settings.Current(ctx)
}

// ChangeSettings edits the OAuth Provider Settings.
func (s *Service) ChangeSettings(ctx context.Context, by string, edit func(*settings.Settings)) error {
	err := s.parts.Settings.Change(ctx, by, edit)
	if err == nil {
		s.parts.Audit.Record(ctx, audit.Event{Kind: audit.SettingsSaved, Actor: by})
	}
	return err
}

// SigningKeys lists the keys that the hub signs with, and those that others
// encrypt to.
func (s *Service) SigningKeys(ctx context.Context) ([]signing.Card, error) {
	return s.parts.Signing.List(ctx)
}

// RotateSigningKeys replaces all of them: ahead of their use or, if the old
// ones are distrusted, at once. Nothing is done if seen is not the newest key
// any more, unless it is empty.
func (s *Service) RotateSigningKeys(ctx context.Context, by audit.Actor, seen string, distrust bool) error {
	kind := audit.SigningRotated
	if distrust {
		kind = audit.SigningDropped
	}
	rotated, err := s.parts.Signing.Rotate(ctx, seen, distrust)
	if rotated {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: kind}))
	}
	return err
}
