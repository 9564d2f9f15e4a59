package users

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/google/uuid"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/forms"
)

// A Service keeps all users and applies the rules for them. It is safe for
// concurrent use, and several may work on one database.
type Service struct {
	users       *store.Collection[User]
	removed     *store.Collection[RemovedID]
	setups      *store.Collection[SetupLink]
	throttle    passwords.Limiter
	browsers    passwords.Browsers
	failures    *passwords.Failures
	delivers    func() bool
	hasher      *passwords.Hasher
	rules       passwords.Rules
	rolesTaken  func(ctx context.Context, before, after User)
	typed       []byte
	now         func() time.Time
	invitations *store.Collection[Invitation]
	breached    func(ctx context.Context, password string) bool
	groups      *groups.Service
	signInBy    func(ctx context.Context) (SignInBy, error)
}

// Options are the parts of a Service. The sets and Now are required.
type Options struct {
	Users       *store.Collection[User]
	Throttles   *store.Collection[passwords.Throttle]
	Browsers    *store.Collection[passwords.Browser] // may be nil where users do not sign in
	Removed     *store.Collection[RemovedID]         // may be nil where users are neither deleted nor imported
	Setups      *store.Collection[SetupLink]
	Now         func() time.Time
	Invitations *store.Collection[Invitation]
	Groups      *groups.Service // may be nil where no user is in a group

	// Delivers reports whether emails are sent. Nil means no.
	Delivers func() bool

	// Failures is how many wrong passwords of all users together are allowed at
	// once, and FailureEvery the interval after which one more is allowed; good
	// defaults if zero.
	Failures     int
	FailureEvery time.Duration

	Hash        passwords.HashParams
	MinPassword int      // code points; 15 if zero
	HubNames    []string // names of this hub, which are bad passwords

	// Breached asks a service whether a password is known from a breach; may be
	// nil.
	Breached func(ctx context.Context, password string) bool

	// RolesTaken is called when a provider gives or takes roles; may be nil.
	RolesTaken func(ctx context.Context, before, after User)

	// SignInBy is what people may type besides their address; nil is nothing.
	SignInBy func(ctx context.Context) (SignInBy, error)

	Typed []byte // the key for hashes of what was typed as an address
}

// New returns a Service.
func New(o Options) *Service {
	// Databases keep milliseconds. A record must not change when it is stored.
	now := func() time.Time { return o.Now().UTC().Truncate(time.Millisecond) }
	delivers := o.Delivers
	if delivers == nil {
		delivers = func() bool { return false }
	}
	if o.Groups != nil {
		// Whoever reads a user gets what their groups give, or an error.
		o.Users.OnRead(func(ctx context.Context, u *User) error { return resolve(ctx, o.Groups, u) })
	}
	return &Service{
		groups:      o.Groups,
		browsers:    passwords.NewBrowsers(o.Browsers, now),
		failures:    passwords.NewFailures(o.Failures, o.FailureEvery, now),
		delivers:    delivers,
		users:       o.Users,
		removed:     o.Removed,
		typed:       o.Typed,
		rolesTaken:  o.RolesTaken,
		setups:      o.Setups,
		throttle:    passwords.NewLimiter(o.Throttles, now),
		hasher:      passwords.NewHasher(o.Hash),
		rules:       passwords.NewRules(o.MinPassword, o.HubNames),
		now:         now,
		invitations: o.Invitations,
		breached:    o.Breached,
		signInBy:    o.SignInBy,
	}
}

// ErrLastAdmin refuses a change that would leave the hub without an enabled
// administrator.
var ErrLastAdmin = errors.New("this is the last administrator; make another user an administrator first")

// Get returns the user with this id, disabled or not; fs.ErrNotExist if none.
func (k *Service) Get(ctx context.Context, id string) (User, error) { return k.users.Get(ctx, id) }

// Insert stores a user made with Blank; a taken address is fs.ErrExist.
func (k *Service) Insert(ctx context.Context, u User) error { return k.insert(ctx, u) }

// ByEmail returns the user with this address in any spelling; fs.ErrNotExist if
// there is none, emailaddr.ErrInvalid if it is malformed.
func (k *Service) ByEmail(ctx context.Context, email string) (User, error) {
	key, err := emailaddr.Canonical(email)
	if err != nil {
		return User{}, err
	}
	return k.ByEmailKey(ctx, key)
}

// ByEmailKey returns the user with this canonical address; fs.ErrNotExist if
// there is none.
func (k *Service) ByEmailKey(ctx context.Context, key string) (User, error) {
	found, err := k.users.Find(ctx, store.Query{Field: "emailKey", Equals: key, Limit: 2})
	if err != nil {
		return User{}, err
	}
	switch len(found) {
	case 0:
		return User{}, fmt.Errorf("user with this email address: %w", fs.ErrNotExist)
	case 1:
		return found[0], nil
	}
	return User{}, ErrAmbiguous
}

// ErrAmbiguous means that the unique index is missing or broken. Sign-in with
// an address of several users is refused.
var ErrAmbiguous = errors.New("several users share one email address")

// Add stores a new user. Mistakes are forms.Problems; a taken address is
// fs.ErrExist.
func (k *Service) Add(ctx context.Context, n NewUser) (User, error) {
	user, err := k.draft(ctx, n)
	if err != nil {
		return User{}, err
	}
	if user.Password, err = k.firstHash(ctx, n); err != nil {
		return User{}, err
	}
	if err := k.users.Insert(ctx, user); err != nil {
		return User{}, fmt.Errorf("add user: %w", err)
	}
	return user, nil
}

// draft checks a new user and makes the record, still without a password.
func (k *Service) draft(ctx context.Context, n NewUser) (User, error) {
	key, roles, problems := checkPerson(n.Email, n.Roles)
	problems = append(problems, k.passwordProblems(ctx, n, key)...)
	profile, unclear := n.profile().clean()
	problems = append(problems, unclear...)
	user := k.Blank()
	problems = append(problems, user.setSignIn(n)...)
	user.Email = TidyEmail(n.Email)
	user.EmailKey = key
	user.EmailVerified = n.EmailVerified
	user.show(profile)
	user.PhoneVerified = n.PhoneVerified && user.Phone != ""
	user.SetRoles(roles)
	if n.Password != "" || n.Imported != "" {
		user.PasswordChanged = user.Created
	}
	return user, problems.Err()
}

// checkPerson checks the address and roles, and returns the canonical address
// and the normalized roles.
func checkPerson(email string, roles []string) (key string, clean []string, problems forms.Problems) {
	key, err := emailaddr.Canonical(email)
	if err != nil {
		problems.Add("email", "user.email.bad")
	}
	clean, unclear := CleanRoles(roles)
	return key, clean, append(problems, unclear...)
}

func (k *Service) passwordProblems(ctx context.Context, n NewUser, key string) forms.Problems {
	switch {
	case n.Password != "" && n.Imported != "":
		return forms.New("password", "user.password.twice")
	case n.Imported != "":
		if _, err := passwords.Imported(string(n.Imported)); err != nil {
			return forms.New("password", "user.hash.bad", "cause", err)
		}
	case n.Password != "":
		return k.goodEnough(ctx, n.Password, key)
	}
	return nil
}

func (k *Service) firstHash(ctx context.Context, n NewUser) (passwords.Hash, error) {
	switch {
	case n.Imported != "":
		return passwords.Imported(string(n.Imported))
	case n.Password == "":
		return "", nil
	}
	return k.hasher.Hash(ctx, n.Password)
}

// Blank is a user with nothing but a new id.
func (k *Service) Blank() User {
	now := k.now()
	return User{ID: uuid.NewString(), SessionGeneration: 1, Created: now, Updated: now}
}

// List returns up to limit users with a canonical address that starts with
// prefix, in the order of addresses, after the user `after`. Users without a
// confirmed address are only in Everyone.
func (k *Service) List(ctx context.Context, prefix string, after User, limit int) ([]User, error) {
	q := store.Query{Field: "emailKey", Prefix: prefix, Limit: limit}
	if after.EmailKey != "" {
		q.AfterValue, q.After = after.EmailKey, after.ID
	}
	return k.users.List(ctx, q)
}

// Everyone returns up to limit users in the order of ids, after the id `after`.
func (k *Service) Everyone(ctx context.Context, after string, limit int) ([]User, error) {
	return k.users.List(ctx, store.Query{After: after, Limit: limit})
}

// Count counts the users, up to most.
func (k *Service) Count(ctx context.Context, most int) (int, error) {
	return k.users.Count(ctx, store.Query{}, most)
}

// AnyAdmin reports whether an enabled administrator exists.
func (k *Service) AnyAdmin(ctx context.Context) (bool, error) { return k.adminBeside(ctx, "") }

// Admins lists the enabled administrators, of each group at most
// mostGroupAdmins. It uses indexes, so the number of users does not matter.
func (k *Service) Admins(ctx context.Context) ([]User, error) {
	var admins []User
	for u, err := range k.users.EachWhere(ctx, "rank", AdminRole) {
		if err != nil {
			return nil, fmt.Errorf("list administrators: %w", err)
		}
		if !u.Disabled {
			admins = append(admins, u)
		}
	}
	return k.addGroupAdmins(ctx, admins)
}

// adminBeside reports whether an enabled administrator other than id exists, who
// does not wait for the deletion of their account.
func (k *Service) adminBeside(ctx context.Context, id string) (bool, error) {
	// Almost always it is one of the first few.
	for u, err := range k.users.Each(ctx, store.Query{Field: "rank", Equals: AdminRole, Limit: 10}) {
		if err != nil {
			return false, fmt.Errorf("find administrators: %w", err)
		}
		if u.ID != id && u.administers() {
			return true, nil
		}
	}
	return false, nil
}
