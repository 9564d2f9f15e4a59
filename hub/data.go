package hub

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/debuts"
	"github.com/fedhub/fedhub/hub/decoupled"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/links"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/requests"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/ties"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/users"
)

// sets is every kind of record that the hub keeps, and by which fields besides
// its id it is found. Unique fields admit each value once: they are where two
// must never share a value. Random values need no index for that, and so the
// sets that grow without end can be sharded by id.
func sets() []store.Spec {
	return []store.Spec{
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
		{Name: "decoupled", Unique: []string{"code"}, Index: []string{"user"}}, // decoupled.Request
		{Name: "guesses"}, // decoupled.Guess
		{Name: "revoked"}, // tokens.Revoked
		{Name: "opaques"}, // tokens.Opaque
		{Name: "used"},    // used: ids of assertions and logout tokens
		{Name: "notices", Index: []string{"clientId"}, Times: []string{"next"}}, // logouts.Notice
		{Name: "told"}, // logouts.Status
		{Name: "ties"}, // ties.Tie
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
		{Name: "debuts", Index: []string{"host"}},                                                    // debuts.Debut
		{Name: "traces", Index: []string{"ref", "fromRef", "clientId", "keyId", "userId", "failed"}}, // traces.Trace
	}
}

// data is those sets, typed.
type data struct {
	users       *store.Set[users.User]
	identities  *store.Set[users.Identity]
	throttles   *store.Set[users.Throttle]
	setups      *store.Set[users.SetupLink]
	decisions   *store.Set[users.Record]
	sessions    *store.Set[sessions.Session]
	flows       *store.Set[flows.Flow]
	stops       *store.Set[flows.Stop]
	pushed      *store.Set[requests.Pushed]
	grants      *store.Set[grants.Grant]
	families    *store.Set[grants.Family]
	decoupled   *store.Set[decoupled.Request]
	guesses     *store.Set[decoupled.Guess]
	revoked     *store.Set[tokens.Revoked]
	opaques     *store.Set[tokens.Opaque]
	used        *store.Set[used]
	notices     *store.Set[logouts.Notice]
	told        *store.Set[logouts.Status]
	signouts    *store.Set[logouts.SignOut]
	ties        *store.Set[ties.Tie]
	clients     *store.Set[clients.Client]
	invites     *store.Set[clients.Invite]
	initials    *store.Set[clients.InitialToken]
	loginkeys   *store.Set[federation.LoginKey]
	health      *store.Set[health.Record]
	warnings    *store.Set[health.Warning]
	watches     *store.Set[health.Watch]
	signing     *store.Set[signing.Key]
	settings    *store.Set[settings.Settings]
	audit       *store.Set[audit.Event]
	traces      *store.Set[traces.Trace]
	debuts      *store.Set[debuts.Debut]
	links       *store.Set[links.Link]
	invitations *store.Set[users.Invitation]
}

func openData(b store.Backend, now func() time.Time) data {
	return data{
		users:       store.NewSet[users.User](b, "users", now),
		identities:  store.NewSet[users.Identity](b, "identities", now),
		throttles:   store.NewSet[users.Throttle](b, "throttles", now),
		setups:      store.NewSet[users.SetupLink](b, "setups", now),
		decisions:   store.NewSet[users.Record](b, "decisions", now),
		sessions:    store.NewSet[sessions.Session](b, "sessions", now),
		flows:       store.NewSet[flows.Flow](b, "flows", now),
		stops:       store.NewSet[flows.Stop](b, "stops", now),
		pushed:      store.NewSet[requests.Pushed](b, "pushed", now),
		grants:      store.NewSet[grants.Grant](b, "grants", now),
		families:    store.NewSet[grants.Family](b, "families", now),
		decoupled:   store.NewSet[decoupled.Request](b, "decoupled", now),
		guesses:     store.NewSet[decoupled.Guess](b, "guesses", now),
		revoked:     store.NewSet[tokens.Revoked](b, "revoked", now),
		opaques:     store.NewSet[tokens.Opaque](b, "opaques", now),
		used:        store.NewSet[used](b, "used", now),
		notices:     store.NewSet[logouts.Notice](b, "notices", now),
		told:        store.NewSet[logouts.Status](b, "told", now),
		signouts:    store.NewSet[logouts.SignOut](b, "signouts", now),
		ties:        store.NewSet[ties.Tie](b, "ties", now),
		clients:     store.NewSet[clients.Client](b, "clients", now),
		invites:     store.NewSet[clients.Invite](b, "invites", now),
		initials:    store.NewSet[clients.InitialToken](b, "initials", now),
		loginkeys:   store.NewSet[federation.LoginKey](b, "loginkeys", now),
		health:      store.NewSet[health.Record](b, "health", now),
		warnings:    store.NewSet[health.Warning](b, "warnings", now),
		watches:     store.NewSet[health.Watch](b, "watches", now),
		signing:     store.NewSet[signing.Key](b, "signing", now),
		settings:    store.NewSet[settings.Settings](b, "settings", now),
		audit:       store.NewSet[audit.Event](b, "audit", now),
		traces:      store.NewSet[traces.Trace](b, "traces", now),
		debuts:      store.NewSet[debuts.Debut](b, "debuts", now),
		links:       store.NewSet[links.Link](b, "links", now),
		invitations: store.NewSet[users.Invitation](b, "invitations", now),
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
	_ clients.Store       = (*store.Set[clients.Client])(nil)
	_ clients.InviteStore = (*store.Set[clients.Invite])(nil)

	_ clients.InitialTokenStore = (*store.Set[clients.InitialToken])(nil)

	_ federation.Store = (*store.Set[federation.LoginKey])(nil)
)
