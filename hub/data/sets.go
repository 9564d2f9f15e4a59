// Package data names every kind of record that the hub stores, and upgrades the
// records of earlier programs.
package data

import (
	"context"
	"reflect"
	"strings"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/clients/hubs"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/mail/outbox"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/readiness"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/sitesetup"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/users/listing"
	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/hub/users/pictures"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
	"github.com/fedhub/fedhub/hub/users/trustedbrowsers"
)

// Sets has one field for each kind of record. The tags give the name of the set
// and the fields besides the id that it is looked up by (store.CollectionSpec);
// a unique field admits each value once. Random values need no unique index, so
// the sets that grow without limit can be sharded by id. The names are stored
// data and must not change. user and client name the fields that hold the
// owner: the record is deleted together with it.
type Sets struct {
	Users               *store.Collection[users.User]                      `set:"users" unique:"emailKey founder signInName" index:"rank waiting signInPhone nameKey disabledKey unverifiedKey" times:"deletionDue created"`
	Groups              *store.Collection[groups.Group]                    `set:"groups" unique:"nameKey" index:"parent"`
	Members             *store.Collection[groups.Member]                   `set:"memberships" index:"groupId userId" user:"userId"`
	Pictures            *store.Collection[pictures.Picture]                `set:"pictures" index:"userId" user:"userId"`
	RemovedIDs          *store.Collection[users.RemovedID]                 `set:"removed"`
	Identities          *store.Collection[linking.Identity]                `set:"identities" index:"userId subject" times:"rolesEnd" user:"userId"`
	Passkeys            *store.Collection[passkeys.Passkey]                `set:"passkeys" index:"userId" user:"userId"`
	Throttles           *store.Collection[passwords.Throttle]              `set:"throttles"`
	Browsers            *store.Collection[passwords.Browser]               `set:"browsers" index:"userId" user:"userId"`
	SecondFactors       *store.Collection[secondfactor.Factors]            `set:"secondfactors" user:"id"`
	TrustedBrowsers     *store.Collection[trustedbrowsers.Browser]         `set:"trustedbrowsers" index:"userId" user:"userId"`
	SetupLinks          *store.Collection[users.SetupLink]                 `set:"setups"`
	LinkEvents          *store.Collection[linking.LinkEvent]               `set:"decisions" index:"userId" user:"userId"`
	Sessions            *store.Collection[sessions.Session]                `set:"sessions" index:"sid userId loginKey upstreamSid upstreamSub" freed:"sid" user:"userId"`
	Flows               *store.Collection[flows.Flow]                      `set:"flows"`
	Interruptions       *store.Collection[flows.Interruption]              `set:"stops"`
	Pushed              *store.Collection[authrequest.Pushed]              `set:"pushed" index:"clientId" client:"clientId"`
	Grants              *store.Collection[grants.Grant]                    `set:"grants" index:"userId clientId" user:"userId" client:"clientId"`
	TokenFamilies       *store.Collection[grants.TokenFamily]              `set:"families" index:"sid userId clientId loginKey" user:"userId" client:"clientId"`
	PendingRequests     *store.Collection[pending.Request]                 `set:"decoupled" unique:"code" index:"user clientId decision.loginKey" user:"user" client:"clientId"`
	Guesses             *store.Collection[pending.Guess]                   `set:"guesses" user:"id"`
	Revoked             *store.Collection[tokens.Revoked]                  `set:"revoked"`
	Opaques             *store.Collection[tokens.Opaque]                   `set:"opaques"`
	Used                *store.Collection[used]                            `set:"used"`
	LogoutNotices       *store.Collection[logouts.Notice]                  `set:"notices" index:"clientId" times:"next" client:"clientId"`
	LogoutStatuses      *store.Collection[logouts.Status]                  `set:"told" client:"id"`
	SignOuts            *store.Collection[logouts.SignOut]                 `set:"signouts" index:"order userId receipt" freed:"order" user:"userId"`
	UpstreamTokens      *store.Collection[upstreamtokens.Token]            `set:"ties" index:"userId loginKey" user:"userId"`
	Clients             *store.Collection[clients.Client]                  `set:"clients" index:"server.state frappe.url registration.network" times:"updated document.fetched registration.unused_since"`
	APIs                *store.Collection[apis.API]                        `set:"apis" times:"deleted"`
	ScopeOwners         *store.Collection[apis.Owner]                      `set:"apiscopes"`
	HubInvites          *store.Collection[hubs.Invite]                     `set:"invites"`
	InitialAccessTokens *store.Collection[registration.InitialAccessToken] `set:"initials"`
	LoginKeys           *store.Collection[federation.LoginKey]             `set:"loginkeys"`
	Health              *store.Collection[health.Record]                   `set:"health"`
	Warnings            *store.Collection[health.Warning]                  `set:"warnings"`
	Checks              *store.Collection[health.Check]                    `set:"watches"`
	SigningKeys         *store.Collection[signing.Key]                     `set:"signing"`
	Settings            *store.Collection[settings.Settings]               `set:"settings"`
	Audit               *store.Collection[audit.Event]                     `set:"audit" index:"ref actor target kind client ip loginKey"`
	Traces              *store.Collection[traces.Trace]                    `set:"traces" index:"ref fromRef clientId keyId userId failed" user:"userId" client:"clientId"`
	SiteSetups          *store.Collection[sitesetup.Setup]                 `set:"debuts" index:"host" client:"id"`
	MailLinks           *store.Collection[maillinks.Link]                  `set:"links" index:"user" user:"user"`
	Outbox              *store.Collection[outbox.Entry]                    `set:"outbox" times:"next"`
	Proofs              *store.Collection[readiness.Proof]                 `set:"proofs"`
	Invitations         *store.Collection[users.Invitation]                `set:"invitations" index:"token" freed:"token"`
}

// Specs describes all kinds of records to the database.
func Specs() []store.CollectionSpec {
	var specs []store.CollectionSpec
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Sets]()) {
		list := func(key string) []string { return strings.Fields(f.Tag.Get(key)) }
		specs = append(specs, store.CollectionSpec{Name: f.Tag.Get("set"), Unique: list("unique"), Index: list("index"),
			Integers: list("integers"), Times: list("times"), Freed: list("freed")})
	}
	return specs
}

// Open opens all sets.
func Open(b store.Backend, now func() time.Time) Sets {
	var d Sets
	all := reflect.ValueOf(&d).Elem()
	for i, spec := range Specs() {
		set := reflect.New(all.Field(i).Type().Elem())
		set.Interface().(interface {
			Open(b store.Backend, name string, now func() time.Time)
		}).Open(b, spec.Name, now)
		all.Field(i).Set(set)
	}
	d.Users.OnWrite(listing.Complete)
	return d
}

// Browsable returns all sets for programs that inspect the database.
func (d Sets) Browsable() []store.Browsable {
	var all []store.Browsable
	of := reflect.ValueOf(d)
	for i := range of.NumField() {
		all = append(all, of.Field(i).Interface().(store.Browsable))
	}
	return all
}

// used is an id that must not be used twice, such as the jti of an assertion.
type used struct {
	ID      string    `bson:"id"`
	Expires time.Time `bson:"expires"`
}

// Key names the record.
func (u used) Key() string { return u.ID }

// ExpiresAt is when a repetition would be refused because it is too old.
func (u used) ExpiresAt() time.Time { return u.Expires }

// UseOnce remembers an id until a time; an id that is already there is
// fs.ErrExist. The database's insert decides, so this holds across all hubs on
// one database.
func (d Sets) UseOnce(ctx context.Context, id string, until time.Time) error {
	return d.Used.Insert(ctx, used{ID: id, Expires: until})
}

// WasUsed reports whether UseOnce has seen an id.
func (d Sets) WasUsed(ctx context.Context, id string) (bool, error) {
	return d.Used.Has(ctx, id)
}

var (
	_ clients.Store          = (*store.Collection[clients.Client])(nil)
	_ apis.Store[apis.API]   = (*store.Collection[apis.API])(nil)
	_ apis.Store[apis.Owner] = (*store.Collection[apis.Owner])(nil)

	_ hubs.InviteStore = (*store.Collection[hubs.Invite])(nil)

	_ registration.InitialTokenStore = (*store.Collection[registration.InitialAccessToken])(nil)

	_ federation.Store = (*store.Collection[federation.LoginKey])(nil)
)
