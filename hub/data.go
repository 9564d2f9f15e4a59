package hub

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/sitesetup"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
)

// sets is every kind of record that the hub keeps, and by which fields besides
// its id it is found. Unique fields admit each value once: they are where two
// must never share a value. Random values need no index for that, and so the
// sets that grow without end can be sharded by id.
func sets() []store.CollectionSpec {
	return []store.CollectionSpec{
		{Name: "users", Unique: []string{"emailKey", "founder"}, Index: []string{"rank"}}, // users.User
		{Name: "throttles"}, // users.Throttle
		{Name: "setups"},    // users.SetupLink
		{Name: "decisions", Index: []string{"userId"}},                                                             // users.Record
		{Name: "links", Index: []string{"user"}},                                                                   // links.Link
		{Name: "identities", Index: []string{"userId", "subject"}},                                                 // users.Identity
		{Name: "invitations", Index: []string{"token"}, Freed: []string{"token"}},                                  // users.Invitation
		{Name: "sessions", Index: []string{"sid", "userId", "upstreamSid", "upstreamSub"}, Freed: []string{"sid"}}, // sessions.Session
		{Name: "flows"},  // flows.Flow
		{Name: "stops"},  // flows.Stop
		{Name: "pushed"}, // requests.Pushed
		{Name: "grants", Index: []string{"userId", "clientId"}},                // grants.Grant
		{Name: "families", Index: []string{"sid", "userId"}},                   // grants.Family
		{Name: "decoupled", Unique: []string{"code"}, Index: []string{"user"}}, // pending.Request
		{Name: "guesses"}, // pending.Guess
		{Name: "revoked"}, // tokens.Revoked
		{Name: "opaques"}, // tokens.Opaque
		{Name: "used"},    // used: ids of assertions and logout tokens
		{Name: "notices", Index: []string{"clientId"}, Times: []string{"next"}}, // logouts.Notice
		{Name: "told"}, // logouts.Status
		{Name: "ties"}, // upstreamtokens.Token
		{Name: "signouts", Index: []string{"order"}, Freed: []string{"order"}}, // logouts.SignOut
		{Name: "warnings"}, // health.Warning
		{Name: "watches"},  // health.Watch
		{Name: "clients", Index: []string{"server.state", "frappe.url"}}, // clients.Client
		{Name: "invites"},   // clients.Invite
		{Name: "initials"},  // clients.InitialToken
		{Name: "loginkeys"}, // federation.LoginKey
		{Name: "health"},    // health.Record
		{Name: "signing"},   // signing.Key
		{Name: "settings"},  // settings.Settings
		{Name: "audit", Index: []string{"ref", "actor", "target"}},                                   // audit.Event
		{Name: "debuts", Index: []string{"host"}},                                                    // sitesetup.Setup
		{Name: "traces", Index: []string{"ref", "fromRef", "clientId", "keyId", "userId", "failed"}}, // traces.Trace
	}
}

// data is those sets, typed.
type data struct {
	users       *store.Collection[users.User]
	identities  *store.Collection[users.Identity]
	throttles   *store.Collection[users.Throttle]
	setups      *store.Collection[users.SetupLink]
	decisions   *store.Collection[users.LinkEvent]
	sessions    *store.Collection[sessions.Session]
	flows       *store.Collection[flows.Flow]
	stops       *store.Collection[flows.Interruption]
	pushed      *store.Collection[authrequest.Pushed]
	grants      *store.Collection[grants.Grant]
	families    *store.Collection[grants.TokenFamily]
	decoupled   *store.Collection[pending.Request]
	guesses     *store.Collection[pending.Guess]
	revoked     *store.Collection[tokens.Revoked]
	opaques     *store.Collection[tokens.Opaque]
	used        *store.Collection[used]
	notices     *store.Collection[logouts.Notice]
	told        *store.Collection[logouts.Status]
	signouts    *store.Collection[logouts.SignOut]
	ties        *store.Collection[upstreamtokens.Token]
	clients     *store.Collection[clients.Client]
	invites     *store.Collection[clients.Invite]
	initials    *store.Collection[clients.InitialAccessToken]
	loginkeys   *store.Collection[federation.LoginKey]
	health      *store.Collection[health.Record]
	warnings    *store.Collection[health.Warning]
	watches     *store.Collection[health.Check]
	signing     *store.Collection[signing.Key]
	settings    *store.Collection[settings.Settings]
	audit       *store.Collection[audit.Event]
	traces      *store.Collection[traces.Trace]
	debuts      *store.Collection[sitesetup.Setup]
	links       *store.Collection[maillinks.Link]
	invitations *store.Collection[users.Invitation]
}

func openData(b store.Backend, now func() time.Time) data {
	return data{
		users:       store.NewCollection[users.User](b, "users", now),
		identities:  store.NewCollection[users.Identity](b, "identities", now),
		throttles:   store.NewCollection[users.Throttle](b, "throttles", now),
		setups:      store.NewCollection[users.SetupLink](b, "setups", now),
		decisions:   store.NewCollection[users.LinkEvent](b, "decisions", now),
		sessions:    store.NewCollection[sessions.Session](b, "sessions", now),
		flows:       store.NewCollection[flows.Flow](b, "flows", now),
		stops:       store.NewCollection[flows.Interruption](b, "stops", now),
		pushed:      store.NewCollection[authrequest.Pushed](b, "pushed", now),
		grants:      store.NewCollection[grants.Grant](b, "grants", now),
		families:    store.NewCollection[grants.TokenFamily](b, "families", now),
		decoupled:   store.NewCollection[pending.Request](b, "decoupled", now),
		guesses:     store.NewCollection[pending.Guess](b, "guesses", now),
		revoked:     store.NewCollection[tokens.Revoked](b, "revoked", now),
		opaques:     store.NewCollection[tokens.Opaque](b, "opaques", now),
		used:        store.NewCollection[used](b, "used", now),
		notices:     store.NewCollection[logouts.Notice](b, "notices", now),
		told:        store.NewCollection[logouts.Status](b, "told", now),
		signouts:    store.NewCollection[logouts.SignOut](b, "signouts", now),
		ties:        store.NewCollection[upstreamtokens.Token](b, "ties", now),
		clients:     store.NewCollection[clients.Client](b, "clients", now),
		invites:     store.NewCollection[clients.Invite](b, "invites", now),
		initials:    store.NewCollection[clients.InitialAccessToken](b, "initials", now),
		loginkeys:   store.NewCollection[federation.LoginKey](b, "loginkeys", now),
		health:      store.NewCollection[health.Record](b, "health", now),
		warnings:    store.NewCollection[health.Warning](b, "warnings", now),
		watches:     store.NewCollection[health.Check](b, "watches", now),
		signing:     store.NewCollection[signing.Key](b, "signing", now),
		settings:    store.NewCollection[settings.Settings](b, "settings", now),
		audit:       store.NewCollection[audit.Event](b, "audit", now),
		traces:      store.NewCollection[traces.Trace](b, "traces", now),
		debuts:      store.NewCollection[sitesetup.Setup](b, "debuts", now),
		links:       store.NewCollection[maillinks.Link](b, "links", now),
		invitations: store.NewCollection[users.Invitation](b, "invitations", now),
	}
}

// used is an id that may not come twice, such as the jti of an assertion.
type used struct {
	ID      string    `bson:"id"`
	Expires time.Time `bson:"expires"`
}

// Key names the record.
func (u used) Key() string { return u.ID }

// ExpiresAt is when a repetition would be refused for its age.
func (u used) ExpiresAt() time.Time { return u.Expires }

// useOnce remembers an id until a time; one that is there already is
// fs.ErrExist. The insert itself decides, so it holds for every hub on the
// same database.
func (d data) useOnce(ctx context.Context, id string, until time.Time) error {
	return d.used.Insert(ctx, used{ID: id, Expires: until})
}

// wasUsed says whether useOnce was asked to remember an id.
func (d data) wasUsed(ctx context.Context, id string) (bool, error) {
	_, err := d.used.Get(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

var (
	_ clients.Store       = (*store.Collection[clients.Client])(nil)
	_ clients.InviteStore = (*store.Collection[clients.Invite])(nil)

	_ clients.InitialTokenStore = (*store.Collection[clients.InitialAccessToken])(nil)

	_ federation.Store = (*store.Collection[federation.LoginKey])(nil)
)
