// Package linking decides what happens with an identity from a provider: which
// user it signs in, whether it is linked to a user, creates one, or is refused.
//
// An identity is identified by login key, issuer and subject, never by its email
// address. If its address belongs to a user, one pure function decides: a table
// of rows (decide.go, rows.go) over facts that are read before (facts.go). Match
// decides and acts (match.go); the acts are signing in (arrive.go), creating
// (create.go) and linking (link.go). A Policy says how far a provider is trusted.
//
// Each link and unlink is a LinkEvent. It is written before the change, can be
// undone for a while (records.go), and the user is notified by email
// (emails.go).
//
// What must end with a link ends by the user's session generation; see users.
// The package uses users, and users knows nothing of it. It starts no sessions,
// shows no pages and knows no provider's protocol.
//
// Its records live in two sets, declared in hub/data/sets.go:
//
//	identities  Identity   index userId, subject, time rolesEnd
//	decisions   LinkEvent  index userId
package linking

import (
	"context"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
)

// A Service keeps which identities belong to which user, and applies the rules.
// It is safe for concurrent use, and several may work on one database.
type Service struct {
	users      *users.Service
	identities *store.Collection[Identity]
	records    *store.Collection[LinkEvent]
	empty      func(ctx context.Context, userID string) error
	passkeys   func(ctx context.Context, userID, besides string) (bool, error)
	post       post
	noticed    func(context.Context, RoleNotice)
	now        func() time.Time
}

// Options are the parts of a Service. The users, the sets and Now are required.
type Options struct {
	Users      *users.Service
	Identities *store.Collection[Identity]
	Records    *store.Collection[LinkEvent]
	Now        func() time.Time

	// Mailer sends emails about links; nil sends none. URL is the hub's.
	Mailer mail.Mailer
	URL    string
	// Once remembers an id until a time; one that it remembers is fs.ErrExist.
	Once func(ctx context.Context, id string, until time.Time) error
	// Failed is called with the error of an email that could not be sent.
	Failed func(ctx context.Context, err error)
	// Empty removes what other packages keep of a user who is emptied: grants
	// to apps and passkeys.
	Empty func(ctx context.Context, userID string) error
	// Passkeys reports whether a user can sign in with a passkey other than
	// besides; nil means no.
	Passkeys func(ctx context.Context, userID, besides string) (bool, error)
	// Roles is called when a provider no longer lists roles.
	Roles func(context.Context, RoleNotice)
}

// New returns a Service.
func New(o Options) *Service {
	return &Service{
		users: o.Users, identities: o.Identities, records: o.Records, empty: o.Empty, passkeys: o.Passkeys, noticed: o.Roles,
		post: post{o.Mailer, o.URL, o.Once, o.Failed},
		// Databases keep milliseconds. A record must not change when it is
		// stored.
		now: func() time.Time { return o.Now().UTC().Truncate(time.Millisecond) },
	}
}
