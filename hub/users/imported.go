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
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

// Imported is extra data of a user who was imported from another system.
type Imported struct {
	From string    `bson:"from"` // the kind of system, like "frappe"
	At   time.Time `bson:"at"`   // User.Updated at that time; a different value means that the user was changed here

	// Password shows whether the password at the other system has changed. It
	// is the SHA-256 of the imported hash.
	Password string `bson:"password,omitempty" secret:"hash"`
}

// An Import is a user as another system has them.
type Import struct {
	NewUser
	ID       string // the subject that the other system gave to its apps; it stays the user's id
	From     string // the kind of system
	Disabled bool
}

// An ImportStatus is how an import compares with the users here.
type ImportStatus string

// The statuses. ImportNew is added, ImportUpdate changed; the others change
// nothing.
const (
	ImportNew           ImportStatus = "fresh"   // the id and the address are free
	ImportUnchanged     ImportStatus = "same"    // imported before, no change
	ImportUpdate        ImportStatus = "stale"   // imported before, changed there since, unchanged here
	ImportChangedHere   ImportStatus = "touched" // imported before, and changed here since
	ImportIssuedHere    ImportStatus = "known"   // this hub itself gave the id to the other system
	ImportIDConflict    ImportStatus = "id"      // another user has the id
	ImportRemoved       ImportStatus = "removed" // the user with the id was deleted here
	ImportEmailConflict ImportStatus = "address" // another user has the address
	ImportEmailChanged  ImportStatus = "moved"   // imported before with another address, and nothing proves that it is the same person
)

// importedID reports whether an id may become a user's id: long enough to be
// unique, and of characters that need no escaping.
func importedID(id string) bool {
	// Ids of clients begin like that. A token for a client must never pass as
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
	maxImportedID = 140 // the length of a Frappe site's fields
)

// ValidSubject reports whether a subject from another system can be kept as
// the id of a user.
func ValidSubject(subject string) bool { return importedID(subject) }

// Tidied is the part of a profile that can be kept, and what is wrong with the
// rest.
func (p Profile) Tidied() (Profile, forms.Problems) { return p.clean() }

// WouldImport reports how an import compares with the users here, and with
// which user, without changing anything. What cannot be kept is forms.Problems.
func (k *Service) WouldImport(ctx context.Context, i Import) (ImportStatus, User, error) {
	want, err := k.draftImported(ctx, i)
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
	if byID == nil {
		if gone, err := k.wasRemoved(ctx, want.ID); gone || err != nil {
			return ImportRemoved, User{}, err
		}
	}
	standing, who := standing(want, byID, byKey)
	return standing, who, nil
}

// found turns fs.ErrNotExist into nil.
func found(u User, err error) (*User, error) {
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return &u, err
}

// standing applies the rule: the id identifies the user, never the address. A
// user who only has the same address is another user and keeps it.
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

// samePassword reports whether the other system still has the imported hash. It
// proves that it is the same person: a new person who got the subject of a
// deleted one does not have that salted hash.
func (u User) samePassword(want User) bool {
	return want.Imported.Password != "" && u.Imported.Password == want.Imported.Password
}

// touched reports whether an imported user was changed here since.
func (u User) touched() bool { return u.Imported == nil || !u.Imported.At.Equal(u.Updated) }

// AsImported reports whether an imported user was not changed here since.
func (u User) AsImported() bool { return !u.touched() }

// says reports whether a user equals the import. An import without a password
// leaves the password open; one with the imported password matches even if it
// was changed here.
func (u User) says(want User) bool {
	return u.Profile == want.Profile && u.Email == want.Email && u.EmailKey == want.EmailKey &&
		u.EmailVerified == want.EmailVerified && u.SignInName == want.SignInName && u.SignInPhone == want.SignInPhone && u.Disabled == want.Disabled && slices.Equal(u.Roles, want.Roles) &&
		!u.newPassword(want)
}

func (u User) newPassword(want User) bool {
	return want.Password != "" && u.Imported.Password != want.Imported.Password
}

func (k *Service) draftImported(ctx context.Context, i Import) (User, error) {
	if !importedID(i.ID) {
		return User{}, forms.New("id", "user.subject.bad", "min", minImportedID, "max", maxImportedID)
	}
	want, err := k.draft(ctx, i.NewUser)
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

// AddImported adds a user whose status is ImportNew. An id or address that was
// taken meanwhile is fs.ErrExist, and so is the id of a deleted user.
func (k *Service) AddImported(ctx context.Context, i Import) (User, error) {
	want, err := k.draftImported(ctx, i)
	if err != nil {
		return User{}, err
	}
	if err := k.users.Insert(ctx, want); err != nil {
		return want, err
	}
	// Checked after the insert: before it, the user may just be deleted.
	gone, err := k.wasRemoved(ctx, want.ID)
	if gone && err == nil {
		err = fs.ErrExist
	}
	if err != nil {
		return User{}, errors.Join(err, k.users.Delete(lasting.Of(ctx), want.ID))
	}
	return want, nil
}

// ErrTouched means that the user was changed meanwhile.
var ErrTouched = errors.New("this user was changed meanwhile; run the import again")

// UpdateImported changes a user whose status is ImportUpdate to what the other
// system has now. A new password, or a user disabled there, ends everything
// that was issued here.
func (k *Service) UpdateImported(ctx context.Context, i Import) (User, error) {
	want, err := k.draftImported(ctx, i)
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

// become takes over what the import has, and nothing else.
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
	u.SignInName, u.SignInPhone = want.SignInName, want.SignInPhone
	u.SetRoles(want.Roles)
	u.Updated, u.Imported.At = want.Updated, want.Updated
}

// ValidRole reports whether a role is kept as it is written.
func ValidRole(role string) bool {
	clean, _ := CleanRoles([]string{role})
	return len(clean) == 1 && clean[0] == role
}
