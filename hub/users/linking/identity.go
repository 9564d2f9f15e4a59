package linking

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/texts"
)

// An Identity is a person as one provider knows them, linked to a user here.
// Its id is made of login key, issuer and subject, so one identity can never
// belong to two users. The email address is only what the provider said.
type Identity struct {
	ID       string `bson:"id"`
	LoginKey string `bson:"loginKey"` // id of the login key
	Issuer   string `bson:"issuer"`
	Subject  string `bson:"subject"`
	UserID   string `bson:"userId"`
	Email    string `bson:"email,omitempty"` // as the provider last reported it

	// Roles are the roles that the user has because of this identity. The
	// provider may take these back, and no others.
	Roles []string `bson:"roles,omitempty"`
	// RolesConfirmed is when the provider last listed those roles; zero in an
	// older record that was not used since this field exists.
	RolesConfirmed time.Time `bson:"rolesConfirmed,omitempty"`
	// Unknown are those of Roles that the provider no longer lists, and
	// RolesEnd is when they end; see unknown.go.
	Unknown  []string  `bson:"rolesUnknown,omitempty"`
	RolesEnd time.Time `bson:"rolesEnd,omitempty"`

	// Record is the change that linked it; empty if it came with the user.
	Record string `bson:"record,omitempty"`
	// Moved is the change that gave it the current issuer; empty if it always
	// had it.
	Moved string `bson:"moved,omitempty"`

	// Hearsay is set on an identity that came with an import and has not signed
	// in yet: the provider itself has confirmed nothing.
	Hearsay bool `bson:"hearsay,omitempty"`

	// Pending is set while the user of a first sign-in is being created.
	Pending  bool      `bson:"pending,omitempty"`
	Linked   time.Time `bson:"linked"`
	LastUsed time.Time `bson:"lastUsed"`
}

// Key is the identity's id.
func (i Identity) Key() string { return i.ID }

// identityID is loginKey/issuer/subject. The last two are hashed, because they
// are external text of any length and characters.
func identityID(c Claim) string {
	issuer, subject := sha256.Sum256([]byte(c.Issuer)), sha256.Sum256([]byte(c.Subject))
	b64 := base64.RawURLEncoding.EncodeToString
	return c.Key + "/" + b64(issuer[:])[:16] + "/" + b64(subject[:])
}

// ErrLastWayIn refuses to remove a user's only way to sign in.
var ErrLastWayIn = errors.New("this is the only way to sign in; set a password, add a passkey or link another identity first")

// ByUser returns the identities linked to a user, in the order of their ids.
func (k *Service) ByUser(ctx context.Context, userID string) ([]Identity, error) {
	return store.Collect(k.identities.EachWhere(ctx, "userId", userID), 0)
}

// OfKey returns up to limit identities of a login key, in the order of their
// ids, after the id `after`.
func (k *Service) OfKey(ctx context.Context, keyID, after string, limit int) ([]Identity, error) {
	return k.identities.List(ctx, store.Query{Prefix: keyID + "/", After: after, Limit: limit})
}

// UsersBySubject returns up to limit users with this subject at a provider.
func (k *Service) UsersBySubject(ctx context.Context, subject string, limit int) (userIDs []string, err error) {
	found, err := k.identities.List(ctx, store.Query{Field: "subject", Equals: subject, Limit: limit})
	for _, i := range found {
		userIDs = append(userIDs, i.UserID)
	}
	return userIDs, err
}

// Linked returns the user of an identity, without changing anything;
// fs.ErrNotExist if there is none.
func (k *Service) Linked(ctx context.Context, c Claim) (users.User, error) {
	identity, err := k.identities.Get(ctx, identityID(c))
	if err == nil && identity.Pending {
		err = fs.ErrNotExist
	}
	if err != nil {
		return users.User{}, err
	}
	return k.users.Get(ctx, identity.UserID)
}

// Unlink removes an identity and its roles from a user, and ends everything
// issued to the user so far, because some of it came by that identity. The
// returned user has the new session generation. by is who did it. The last way
// to sign in stays: ErrLastWayIn. Another user's identity is fs.ErrNotExist.
func (k *Service) Unlink(ctx context.Context, userID, identityID, by string) (users.User, error) {
	identity, err := k.identities.Get(ctx, identityID)
	if err != nil {
		return users.User{}, err
	}
	if identity.UserID != userID {
		return users.User{}, fmt.Errorf("identity of this user: %w", fs.ErrNotExist)
	}
	if err := k.WayInBeside(ctx, userID, identityID); err != nil {
		return users.User{}, err
	}
	before, err := k.users.Get(ctx, userID)
	if err != nil {
		return users.User{}, err
	}
	r, token := k.newRecord(Unlinked, before, identity)
	r.Before, r.By, r.Why = identity, by, texts.New("link.removed")
	if err := k.records.Insert(ctx, r); err != nil {
		return users.User{}, err
	}
	user, err := k.unlink(ctx, identity)
	if err != nil {
		return users.User{}, errors.Join(err, k.records.Delete(lasting.Of(ctx), r.ID))
	}
	k.tellChanged(ctx, r, token, user)
	return user, nil
}

func (k *Service) unlink(ctx context.Context, identity Identity) (users.User, error) {
	identity, err := k.identities.Take(ctx, identity.ID)
	if err != nil {
		return users.User{}, err
	}
	// Of two concurrent removals each saw the other's identity, so check again,
	// and put it back if no way to sign in is left.
	if err := k.WayInBeside(ctx, identity.UserID, identity.ID); err != nil {
		return users.User{}, errors.Join(err, k.putBack(ctx, identity))
	}
	user, err := k.users.TakeRoles(ctx, identity.UserID, identity.Roles, func(_ users.User, u *users.User) error {
		u.SessionGeneration++
		return nil
	})
	if err != nil {
		err = errors.Join(err, k.putBack(ctx, identity))
	}
	return user, err
}

// putBack restores a removed identity if its roles are still with the user, so
// that the removal can be tried again.
func (k *Service) putBack(ctx context.Context, taken Identity) error {
	if taken.ID == "" {
		return nil
	}
	return k.identities.Insert(lasting.Of(ctx), taken)
}

// takeLinked removes and returns an identity if it is still the one that this
// record linked. One that was linked again since stays.
func (k *Service) takeLinked(ctx context.Context, id, record string) (taken Identity, err error) {
	identity, err := k.identities.Get(ctx, id)
	if err == nil && identity.Record == record {
		taken, err = k.identities.Take(ctx, id)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return Identity{}, nil
	}
	if err == nil && taken.Record != record { // linked again since, or nothing was taken
		return Identity{}, k.putBack(ctx, taken)
	}
	return taken, err
}

// WayInBeside is ErrLastWayIn if a user has no way to sign in besides one
// identity or passkey: no password, no other identity and no other passkey.
func (k *Service) WayInBeside(ctx context.Context, userID, besides string) error {
	user, err := k.users.Get(ctx, userID)
	if err != nil {
		return err
	}
	if user.Password != "" {
		return nil
	}
	linked, err := k.ByUser(ctx, userID)
	if err != nil {
		return err
	}
	for _, i := range linked {
		if i.ID != besides && !i.Hearsay {
			return nil
		}
	}
	if any, err := k.hasPasskey(ctx, userID, besides); any || err != nil {
		return err
	}
	return ErrLastWayIn
}

// hasPasskey reports whether a user can sign in with a passkey other than
// besides.
func (k *Service) hasPasskey(ctx context.Context, userID, besides string) (bool, error) {
	if k.passkeys == nil {
		return false, nil
	}
	return k.passkeys(ctx, userID, besides)
}

// LinkImported links an imported user to an identity from the other system, and
// reports whether it is new. It works for sign-in once the provider confirms
// the user's address. It has no record to undo and sends no email, because it
// came with the user. Another user's identity is fs.ErrExist. A user who was
// changed here since, or is an administrator, gets none.
func (k *Service) LinkImported(ctx context.Context, userID string, c Claim) (bool, error) {
	user, err := k.users.Get(ctx, userID)
	if err != nil {
		return false, err
	}
	switch owner, err := k.identities.Get(ctx, identityID(c)); {
	case err == nil && owner.UserID == userID:
		return false, nil
	case err == nil:
		return false, fs.ErrExist
	case !errors.Is(err, fs.ErrNotExist):
		return false, err
	case !user.AsImported() || user.Admin():
		return false, nil
	}
	linked, err := k.ByUser(ctx, userID)
	if err != nil || otherSubject(linked, c, nil) { // a person has one subject there (row D10)
		return false, err
	}
	identity := k.newIdentity(c, userID)
	identity.Hearsay = true
	err = k.identities.Insert(ctx, identity)
	return err == nil, err
}
