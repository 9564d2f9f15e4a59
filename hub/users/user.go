package users

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/emailaddr"
)

// AdminRole is the role that makes a user an administrator of this hub.
const AdminRole = "admin"

// A User is one person with a record here.
type User struct {
	// ID is a random UUID. It is the person's subject in every token, so it
	// is never reused and says nothing about the person (OIDC Core §5.7).
	ID string `bson:"id"`

	// Email is the address as it was typed. EmailKey is its canonical form,
	// unique among users; it is empty while nobody vouches for the address,
	// so that an unproven address takes nothing away from its owner.
	Email         string `bson:"email"`
	EmailKey      string `bson:"emailKey,omitempty"`
	EmailVerified bool   `bson:"emailVerified"`

	Profile       `bson:",inline"`
	PhoneVerified bool `bson:"phoneVerified,omitempty"`

	// Roles are sorted and free of repeats. Rank repeats AdminRole for
	// administrators, because only strings can be looked up.
	Roles   []string `bson:"roles,omitempty"`
	SortKey string   `bson:"rank,omitempty"`

	Password        passwords.Hash `bson:"password,omitempty" json:"-" secret:"hash"` // empty: no password sign-in
	PasswordChanged time.Time      `bson:"passwordChanged,omitempty"`

	// Epoch is the generation of everything issued to this person; see the
	// package comment. It only ever grows, and starts at 1.
	SessionGeneration int64 `bson:"epoch"`
	Disabled          bool  `bson:"disabled"`

	// Origin is the login key whose upstream created this user; empty for
	// people who were added here.
	Origin string `bson:"origin,omitempty"`
	// Imported is set on people who were taken over from another system.
	Imported *Imported `bson:"imported,omitempty"`
	// Founder is set on the one user made by first-run set-up, and unique.
	FirstAdministrator string `bson:"founder,omitempty"`

	Created time.Time `bson:"created"`
	Updated time.Time `bson:"updated"`
}

// Key is the user's id.
func (u User) Key() string { return u.ID }

// HasPassword reports whether the user can sign in by a password: it goes with
// an address that counts.
func (u User) HasPassword() bool { return u.Password != "" && u.EmailKey != "" }

// Admin reports whether the user is an administrator of this hub.
func (u User) Admin() bool { return u.Has(AdminRole) }

// Has reports whether the user has this role, compared exactly.
func (u User) Has(role string) bool { return slices.Contains(u.Roles, role) }

// Answered reports whether somebody answers for the user's address: it was
// proved, or an administrator entered it. What an upstream merely said is kept
// to be shown, and could be anybody's.
func (u User) Answered() bool { return u.Email != "" && (u.EmailVerified || u.EmailKey != "") }

// PlainEmail is the user's address for systems that know people by nothing
// else and may take letters for others that look like them, as most databases
// do: in lower case and ASCII, the domain as IDNA writes it. It is empty where
// that cannot be written so, and where nobody answers for the address.
func (u User) PlainEmail() string {
	if !u.Answered() {
		return ""
	}
	key, err := emailaddr.Canonical(u.Email)
	// Folding makes plain letters of others: what was typed must be plain too.
	local, _, _ := strings.Cut(u.Email, "@")
	if err != nil || strings.ContainsFunc(local+key, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return ""
	}
	return key
}

// SetRoles is the only way roles are written, so Rank cannot drift.
func (u *User) SetRoles(roles []string) {
	u.Roles = roles
	u.SortKey = ""
	if u.Admin() {
		u.SortKey = AdminRole
	}
}

// AddRoles gives roles beside those the user has.
func (u *User) AddRoles(roles []string) { u.SetRoles(union(u.Roles, roles)) }

// A NewUser is what it takes to add a person.
type NewUser struct {
	Email         string // required
	EmailVerified bool   // somebody answerable has proved the address
	Profile              // the address is the name, if it is empty
	PhoneVerified bool   // somebody answerable has proved the number
	Roles         []string

	// Password is the plain password, Imported a hash as another system wrote
	// it, see passwords.Imported. At most one may be set; with neither the
	// person can only come in from upstream.
	Password string
	Imported passwords.Hash
}
