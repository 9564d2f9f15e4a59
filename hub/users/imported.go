package users

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

// Imported is what a user has more who was taken over from another system.
type Imported struct {
	From string    `bson:"from"` // which kind of system, like "frappe"
	At   time.Time `bson:"at"`   // as Updated was then; another one since means that somebody changed the user here

	// Password tells whether the other system has another password by now. It
	// is the SHA-256 of the hash that came from there.
	Password string `bson:"password,omitempty" secret:"hash"`
}

// An Import is a person as another system kept them.
type Import struct {
	NewUser
	ID       string // the subject that the other system gave to its apps, which they go on knowing the person by
	From     string // which kind of system
	Disabled bool
}

// A ImportStatus is what an import finds here.
type ImportStatus string

// The standings. Only a Fresh one is added, only a Stale one changed.
const (
	ImportNew           ImportStatus = "fresh"   // nobody has the id or the address
	ImportUnchanged     ImportStatus = "same"    // imported before, and nothing is new
	ImportUpdate        ImportStatus = "stale"   // imported before, changed there since, and by nobody here
	ImportChangedHere   ImportStatus = "touched" // imported before, and somebody changed the user here since
	ImportIssuedHere    ImportStatus = "known"   // the hub itself gave the id to the other system
	ImportIDConflict    ImportStatus = "id"      // somebody else here has the id
	ImportEmailConflict ImportStatus = "address" // somebody else here has the address
	ImportEmailChanged  ImportStatus = "moved"   // imported before with another address, and nothing shows that it is the same person
)

// importedID is what may become the id of a user: long enough to be nobody's
// by chance, and of characters that need no escaping anywhere.
func importedID(id string) bool {
	// The ids of clients begin like that: a token for one must never pass as
	// one for a user (RFC 9700 §4.15).
	if strings.HasPrefix(id, names.ClientPrefix) {
		return false
	}
	return len(id) >= minImportedID && len(id) <= maxImportedID && !strings.ContainsFunc(id, func(c rune) bool {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		return !letter && !strings.ContainsRune("-._", c)
	})
}

const (
	minImportedID = 16
	maxImportedID = 140 // what a Frappe site's fields hold
)

// ValidSubject reports whether a subject from another system can be kept as
// the id of a user.
func ValidSubject(subject string) bool { return importedID(subject) }

// Tidied is what of a profile can be kept, and what is wrong with the rest.
func (p Profile) Tidied() (Profile, forms.Problems) { return p.clean() }

// WouldImport says what an import finds here, and whom, without anything
// happening. What cannot be kept is forms.Problems.
func (k *Service) WouldImport(ctx context.Context, i Import) (ImportStatus, User, error) {
	want, err := k.draftImported(i)
	if err != nil {
		return "", User{}, err
	}
	byID, err := found(k.users.Get(ctx, want.ID))
	if err != nil {
		return "", User{}, err
	}
	byKey, err := found(k.ByEmailKey(ctx, want.EmailKey))
	if err != nil {
		return "", User{}, err
	}
	standing, who := standing(want, byID, byKey)
	return standing, who, nil
}

// found makes nobody of a user that is missing.
func found(u User, err error) (*User, error) {
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return &u, err
}

// standing is the rule: the id decides who it is, never the address. Whoever
// has only the address in common is somebody else, who keeps what is theirs.
func standing(want User, byID, byKey *User) (ImportStatus, User) {
	switch {
	case byID == nil && byKey == nil:
		return ImportNew, User{}
	case byID == nil:
		return ImportEmailConflict, *byKey
	case byID.Imported == nil && byID.EmailKey == want.EmailKey:
		return ImportIssuedHere, *byID
	case byID.Imported == nil || byID.Imported.From != want.Imported.From:
		return ImportIDConflict, *byID
	case byID.says(want):
		return ImportUnchanged, *byID
	case byID.touched() || byID.Admin():
		return ImportChangedHere, *byID
	case byKey != nil && byKey.ID != byID.ID:
		return ImportEmailConflict, *byKey
	case byID.EmailKey != want.EmailKey && !byID.samePassword(want):
		return ImportEmailChanged, *byID
	}
	return ImportUpdate, *byID
}

// samePassword reports whether the other system has the very hash of before.
// Whoever only claims the subject of another there, once that one is gone, does
// not have it: it is salted, and seen by nobody.
func (u User) samePassword(want User) bool {
	return want.Imported.Password != "" && u.Imported.Password == want.Imported.Password
}

// touched reports whether somebody changed an imported user here since.
func (u User) touched() bool { return u.Imported == nil || !u.Imported.At.Equal(u.Updated) }

// AsImported reports whether an imported user was changed by nobody here since.
func (u User) AsImported() bool { return !u.touched() }

// says reports whether a user is as an import wants them. An import without a
// password says nothing about it; one with the password of before is met by
// whatever became of it here.
func (u User) says(want User) bool {
	return u.Profile == want.Profile && u.Email == want.Email && u.EmailKey == want.EmailKey &&
		u.EmailVerified == want.EmailVerified && u.Disabled == want.Disabled && slices.Equal(u.Roles, want.Roles) &&
		!u.newPassword(want)
}

func (u User) newPassword(want User) bool {
	return want.Password != "" && u.Imported.Password != want.Imported.Password
}

func (k *Service) draftImported(i Import) (User, error) {
	if !importedID(i.ID) {
		return User{}, forms.New("id", "user.subject.bad", "min", minImportedID, "max", maxImportedID)
	}
	want, err := k.draft(i.NewUser)
	if err != nil {
		return User{}, err
	}
	want.ID, want.Disabled = i.ID, i.Disabled
	want.Imported = &Imported{From: i.From, At: want.Updated}
	if hash := string(i.NewUser.Imported); hash != "" {
		want.Imported.Password = secrets.HexHash(hash)
		want.Password, err = passwords.Imported(hash)
	}
	return want, err
}

// AddImported keeps a person whose standing is Fresh. An id or an address that
// was taken meanwhile is fs.ErrExist.
func (k *Service) AddImported(ctx context.Context, i Import) (User, error) {
	want, err := k.draftImported(i)
	if err != nil {
		return User{}, err
	}
	return want, k.users.Insert(ctx, want)
}

// ErrTouched means that somebody changed the user meanwhile.
var ErrTouched = errors.New("somebody changed this user meanwhile; run the import again")

// UpdateImported changes a person whose standing is Stale into what the other
// system says now. Another password, and a person who is switched off, end
// everything that was issued here.
func (k *Service) UpdateImported(ctx context.Context, i Import) (User, error) {
	want, err := k.draftImported(i)
	if err != nil {
		return User{}, err
	}
	var after User
	if want.Password != "" {
		if err := k.clearAttempts(ctx, want); err != nil {
			return User{}, err
		}
	}
	err = k.users.Update(ctx, want.ID, func(u *User) error {
		if s, _ := standing(want, u, nil); s != ImportUpdate {
			return ErrTouched
		}
		u.become(want)
		after = *u
		return nil
	})
	return after, err
}

// become takes over what the import says, and nothing else.
func (u *User) become(want User) {
	if u.newPassword(want) {
		u.Password, u.PasswordChanged = want.Password, want.PasswordChanged
		u.Imported.Password = want.Imported.Password
		u.SessionGeneration++
	}
	if want.Disabled && !u.Disabled {
		u.SessionGeneration++
	}
	u.show(want.Profile)
	u.Email, u.EmailKey, u.EmailVerified, u.Disabled = want.Email, want.EmailKey, want.EmailVerified, want.Disabled
	u.SetRoles(want.Roles)
	u.Updated, u.Imported.At = want.Updated, want.Updated
}

// ValidRole reports whether a role can be kept as it is written.
func ValidRole(role string) bool {
	clean, _ := CleanRoles([]string{role})
	return len(clean) == 1 && clean[0] == role
}
