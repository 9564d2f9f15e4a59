package users

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fedhub/fedhub/hub/users/fields"
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/emailaddr"
)

// AdminRole is the role that makes a user an administrator of this hub.
const AdminRole = groups.AdminRole

// A User is one person with an account here.
type User struct {
	// ID is a random UUID. It is the user's subject in tokens, so it is never
	// reused and reveals nothing about the user (OIDC Core §5.7).
	ID string `bson:"id"`

	// Email is the address as it was typed. EmailKey is its canonical form,
	// unique among users. It is empty while the address is unconfirmed, so that
	// an unproven address does not block its owner.
	Email         string `bson:"email"`
	EmailKey      string `bson:"emailKey,omitempty"`
	EmailVerified bool   `bson:"emailVerified"`

	// SignInName and SignInPhone are what the user may sign in with besides the
	// address, in canonical form: a user name, unique among users, and a phone
	// number, which counts only while no other user has it. The profile has its
	// own, for display.
	SignInName  string `bson:"signInName,omitempty"`
	SignInPhone string `bson:"signInPhone,omitempty"`

	Profile       `bson:",inline"`
	PhoneVerified bool `bson:"phoneVerified,omitempty"`
	// Uploaded is the address of the picture that the user uploaded here.
	Uploaded string `bson:"uploaded,omitempty"`

	// Fields are the values of fields that administrators defined.
	Fields []fields.Value `bson:"fields,omitempty"`

	// Roles are sorted and without duplicates. Rank repeats AdminRole for
	// administrators, because the store can only look up strings.
	// They are the user's own; AllRoles has those of groups too.
	Roles   []string `bson:"roles,omitempty"`
	SortKey string   `bson:"rank,omitempty"`

	ListKeys `bson:",inline"`

	// Groups are the ids of the groups that the user is a member of, sorted.
	Groups []string      `bson:"groups,omitempty"`
	rights groups.Rights // what they give; read together with the record
	source string        // the login key that an edit comes from; see Asserted

	Password        passwords.Hash `bson:"password,omitempty" json:"-" secret:"hash"` // empty: no sign-in with a password
	PasswordChanged time.Time      `bson:"passwordChanged,omitempty"`

	// SessionGeneration is the generation of everything issued to this user;
	// see the package comment. It only grows, and starts at 1.
	SessionGeneration int64 `bson:"epoch"`
	Disabled          bool  `bson:"disabled"`

	// DeletionAsked is when the user asked for the deletion of the account, and
	// DeletionDue when it is deleted; zero: not.
	DeletionAsked time.Time `bson:"deletionAsked,omitempty"`
	DeletionDue   time.Time `bson:"deletionDue,omitempty"`

	// Waiting is set on a user who signed up and waits for an administrator's
	// approval. They are disabled too, so that nothing lets them in.
	Waiting string `bson:"waiting,omitempty"`

	// Origin is the provider (login key) that created this user; empty for
	// users who were added here.
	Origin string `bson:"origin,omitempty"`
	// Imported is set on users imported from another system.
	Imported *Imported `bson:"imported,omitempty"`
	// FirstAdministrator is set on the user made by first-run set-up, and
	// unique.
	FirstAdministrator string `bson:"founder,omitempty"`

	Created time.Time `bson:"created"`
	Updated time.Time `bson:"updated"`
}

// Key is the user's id.
func (u User) Key() string { return u.ID }

// HasPassword reports whether the user can sign in with a password, which also
// needs a confirmed address.
func (u User) HasPassword() bool { return u.Password != "" && u.EmailKey != "" }

// Answered reports whether the user's address is confirmed: it was verified, or
// an administrator entered it. An address that a provider only reports is for
// display; it could belong to anyone.
func (u User) Answered() bool { return u.Email != "" && (u.EmailVerified || u.EmailKey != "") }

// PlainEmail is the user's address for systems that identify users by it and
// may treat similar letters as equal, as most databases do: in lower case and
// ASCII, with the domain in IDNA. It is empty if the address cannot be written
// so, and if it is not confirmed.
func (u User) PlainEmail() string {
	if !u.Answered() {
		return ""
	}
	key, err := emailaddr.Canonical(u.Email)
	// Folding turns other letters into plain ones, so check the original too.
	local, _, _ := strings.Cut(u.Email, "@")
	if err != nil || strings.ContainsFunc(local+key, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return ""
	}
	return key
}

// SetRoles is the only way to write roles, so Rank always matches.
func (u *User) SetRoles(roles []string) {
	u.Roles = roles
	u.SortKey = ""
	if u.OwnAdmin() {
		u.SortKey = AdminRole
	}
}

// AddRoles gives further roles to the user.
func (u *User) AddRoles(roles []string) { u.SetRoles(union(u.Roles, roles)) }

// A NewUser is the input for adding a user.
type NewUser struct {
	Email         string // required
	EmailVerified bool   // verified by the hub or a trusted source
	Profile              // an empty name becomes the address
	PhoneVerified bool   // verified by the hub or a trusted source
	Roles         []string
	SignInName    string // user name to sign in with
	SignInPhone   string // phone number to sign in with

	// Password is the plain password, Imported a hash from another system, see
	// passwords.Imported. At most one may be set; with neither the user can
	// only sign in by a provider.
	Password string
	Imported passwords.Hash
}
