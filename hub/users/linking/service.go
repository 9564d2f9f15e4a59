// Package linking decides what becomes of an identity from upstream: whom it
// signs in, whom it is linked to, whom it founds, and whom it gets nothing of.
//
// An identity is known by login key, issuer and subject, never by its e-mail
// address; what happens when it meets an address that somebody has is one pure
// function, a table of rows (decide.go, rows.go) over facts that are read first
// (facts.go). Match decides and acts (match.go); the acts are signing in
// (arrive.go), founding (create.go) and linking (link.go). How far an upstream
// is trusted is its Policy.
//
// Each link and unlink is a LinkEvent, made before it happens, that can be
// undone for a while (records.go), and the person hears of it by email
// (emails.go).
//
// What ends with a link ends by the user's session generation; see users. The
// package knows people by users alone, and users knows nothing of it. It starts
// no sessions and shows no pages, and does not know what an upstream speaks.
//
// Its records live in two sets, declared where the hub is put together:
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

// A Service keeps which identities belong to whom, and answers for the rules of
// it. It is safe for concurrent use, and several may work on one database.
type Service struct {
	users      *users.Service
	identities *store.Collection[Identity]
	records    *store.Collection[LinkEvent]
	empty      func(ctx context.Context, userID string) error
	post       post
	noticed    func(context.Context, RoleNotice)
	now        func() time.Time
}

// Options is what a Linker is made of. The users, the sets and Now are
// required.
type Options struct {
	Users      *users.Service
	Identities *store.Collection[Identity]
	Records    *store.Collection[LinkEvent]
	Now        func() time.Time

	// Mailer sends emails about links; none are sent if it is nil. URL is the
	// hub's.
	Mailer mail.Mailer
	URL    string
	// Once remembers an id until a time; one that it remembers is fs.ErrExist.
	Once func(ctx context.Context, id string, until time.Time) error
	// Failed is told of an email that could not be sent.
	Failed func(ctx context.Context, err error)
	// Empty removes what others keep of a user who is to be emptied: what they
	// allowed to apps, and what waits for them.
	Empty func(ctx context.Context, userID string) error
	// Roles is told of roles that an upstream does not say any more.
	Roles func(context.Context, RoleNotice)
}

// New returns a Linker.
func New(o Options) *Service {
	return &Service{
		users: o.Users, identities: o.Identities, records: o.Records, empty: o.Empty, noticed: o.Roles,
		post: post{o.Mailer, o.URL, o.Once, o.Failed},
		// Databases keep milliseconds; a record must not change by being stored.
		now: func() time.Time { return o.Now().UTC().Truncate(time.Millisecond) },
	}
}
