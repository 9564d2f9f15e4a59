package linking

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/secrets"
	"github.com/fedhub/fedhub/internal/texts"
)

// A LinkEvent is one change of a user's identities, with what is needed to undo
// it. It is written before the change, so every change has one.
type LinkEvent struct {
	ID         string     `bson:"id"` // a UUIDv7, so ids are in time order
	Action     LinkAction `bson:"did"`
	UserID     string     `bson:"userId"`
	LoginKey   string     `bson:"loginKey"`
	KeyName    string     `bson:"keyName,omitempty"` // of the login key, at the time
	IdentityID string     `bson:"identityId"`

	Row   string     `bson:"row,omitempty"` // of the table; empty for an unlink
	Why   texts.Text `bson:",inline"`
	Trust Trust      `bson:"trust,omitempty"` // in the provider, at the time
	By    string     `bson:"by"`              // id of who did it; empty: the table

	// The sentence that earlier hubs stored in place of Why and Trust.
	Reason string `bson:"reason,omitempty"`
	Policy string `bson:"policy,omitempty"`

	// Before is the identity before an unlink. Emptied says that the account
	// had never been verified and was emptied first.
	Before  Identity `bson:"before,omitempty"`
	Batch   string   `bson:"batch,omitempty"` // shared by the records of one move
	Emptied bool     `bson:"emptied,omitempty"`

	Token  string    `bson:"token" secret:"hash"` // hash of the secret in the email
	Mailed string    `bson:"mailed,omitempty"`    // canonical address that the email was sent to
	Made   time.Time `bson:"made"`
	// Undone is when the change was undone, and by whom: a user's id, or
	// ByEmail.
	Undone   time.Time `bson:"undone,omitempty"`
	UndoneBy string    `bson:"undoneBy,omitempty"`
	Expires  time.Time `bson:"expires"`
}

// Words is the sentence for why the change was made.
func (r LinkEvent) Words(words texts.Words) string { return r.Why.In(words, r.Reason) }

// A LinkAction is the kind of a LinkEvent.
type LinkAction string

// The link actions.
const (
	Linked   LinkAction = "linked"
	Unlinked LinkAction = "unlinked"
	Moved    LinkAction = "moved" // from one issuer of its login key to another
)

// ByEmail marks a change that was undone by the link in the email about it.
const ByEmail = "letter"

// UndoLife is how long a change can be undone.
const UndoLife = 30 * 24 * time.Hour

// Key is the record's id.
func (r LinkEvent) Key() string { return r.ID }

// ExpiresAt is when the change can no longer be undone. The audit log keeps it
// longer.
func (r LinkEvent) ExpiresAt() time.Time { return r.Expires }

// Standing reports whether the change was not undone.
func (r LinkEvent) Standing() bool { return r.Undone.IsZero() }

var (
	// ErrUndone means that the change was undone before.
	ErrUndone = errors.New("this change was undone already")
	// ErrUndoLink means that the link of an email was used, has expired or
	// never existed.
	ErrUndoLink = errors.New("this link was used or has expired")
	// ErrNotYours means that an administrator removed the identity, so only an
	// administrator can put it back.
	ErrNotYours = errors.New("an administrator removed this identity; only an administrator can restore it")
)

// newRecord makes a record and the secret for the email about it.
func (k *Service) newRecord(did LinkAction, u users.User, i Identity) (LinkEvent, string) {
	secret := secrets.New()
	now := k.now()
	r := LinkEvent{ID: uuid.Must(uuid.NewV7()).String(), Action: did, UserID: u.ID, LoginKey: i.LoginKey, IdentityID: i.ID,
		Token: secretHash(secret), Mailed: u.EmailKey, Made: now, Expires: now.Add(UndoLife)}
	return r, r.ID + "." + secret
}

func secretHash(secret string) string {
	return secrets.HexHash(secret)
}

// A Trust is the part of a policy that counts in a decision about an address.
type Trust struct {
	Linking              string    `bson:"linking,omitempty"`
	SignUps              string    `bson:"signUps,omitempty"`
	TrustEmail           bool      `bson:"trustEmail,omitempty"`
	AuthoritativeDomains []string  `bson:"authoritativeDomains,omitempty"`
	MigrateUntil         time.Time `bson:"migrateUntil,omitempty"`
}

func (p Policy) trust() Trust {
	return Trust{p.Linking, p.SignUps, p.TrustEmail, p.AuthoritativeDomains, p.MigrateUntil}
}

// Records returns the changes of one user's links, newest first.
func (k *Service) Records(ctx context.Context, userID string) ([]LinkEvent, error) {
	return store.Collect(k.records.Each(ctx, store.Query{Field: "userId", Equals: userID, Desc: true}), 0)
}

// AllRecords returns up to limit changes of all users' links, newest first,
// after the id `after`.
func (k *Service) AllRecords(ctx context.Context, after string, limit int) ([]LinkEvent, error) {
	return k.records.List(ctx, store.Query{After: after, Desc: true, Limit: limit})
}

// Record returns one record; fs.ErrNotExist if there is none any more.
func (k *Service) Record(ctx context.Context, id string) (LinkEvent, error) {
	return k.records.Get(ctx, id)
}

// ByAdministrator reports whether the change is an administrator's removal or
// move, which only an administrator may undo. The user may undo a link that an
// administrator made.
func (r LinkEvent) ByAdministrator() bool {
	return r.Action == Moved || r.Action == Unlinked && r.By != r.UserID
}

// ByUndoToken returns the record for a token from an email, without using it.
// ErrUndoLink means that there is none that can be undone, or that the user has
// another address than the email was sent to: the reader of that mailbox may be
// someone else.
func (k *Service) ByUndoToken(ctx context.Context, token string) (LinkEvent, error) {
	id, secret, _ := strings.Cut(token, ".")
	if id == "" || secret == "" || len(token) > 200 || !store.IsText(id) {
		return LinkEvent{}, ErrUndoLink
	}
	r, err := k.records.Get(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return LinkEvent{}, ErrUndoLink
	}
	if err != nil {
		return LinkEvent{}, err
	}
	if !secrets.Same(r.Token, secretHash(secret)) || !r.Standing() {
		return LinkEvent{}, ErrUndoLink
	}
	u, err := k.users.Get(ctx, r.UserID)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (u.EmailKey != r.Mailed || r.ByAdministrator()) {
		return LinkEvent{}, ErrUndoLink
	}
	return r, err
}

// Undo takes a change back, once, and ends everything issued to the user so
// far, because an attacker may be signed in. by is who wants it. A link that is
// the user's last way to sign in is removed too, unless the user asks for it
// (ErrLastWayIn): an administrator or a "this wasn't me" link must always
// succeed. A user cannot undo an administrator's removal (ErrNotYours). An
// identity that belongs to another user by now stays: fs.ErrExist.
func (k *Service) Undo(ctx context.Context, id, by string) (LinkEvent, users.User, error) {
	r, err := k.records.Get(ctx, id)
	if err != nil {
		return LinkEvent{}, users.User{}, err
	}
	if !r.Standing() {
		return r, users.User{}, ErrUndone
	}
	if r.ByAdministrator() && (by == r.UserID || by == ByEmail) {
		return r, users.User{}, ErrNotYours
	}
	var user users.User
	switch r.Action {
	case Linked:
		user, err = k.undoLink(ctx, r, by)
	case Unlinked:
		user, err = k.undoUnlink(ctx, r)
	case Moved:
		user, err = k.undoMove(ctx, r)
	}
	if err != nil {
		return r, users.User{}, fmt.Errorf("undo: %w", err)
	}
	// Marked last, because undoing twice does no harm and a lost undo would. If
	// several undo at once, one of them counts as the one who did.
	err = k.records.Update(ctx, id, func(r *LinkEvent) error {
		if !r.Standing() {
			return ErrUndone
		}
		r.Undone, r.UndoneBy = k.now(), by
		return nil
	})
	return r, user, err
}

// undoLink removes the identity if it is still the one that this record linked.
// One that was linked again since stays.
func (k *Service) undoLink(ctx context.Context, r LinkEvent, by string) (users.User, error) {
	if by == r.UserID {
		if err := k.WayInBeside(ctx, r.UserID, r.IdentityID); err != nil {
			return users.User{}, err
		}
	}
	if err := k.settleUnlinks(ctx, r, by); err != nil {
		return users.User{}, err
	}
	identity, err := k.takeLinked(ctx, r.IdentityID, r.ID)
	if err != nil {
		return users.User{}, err
	}
	// Settle again: a removal may have happened just before the identity was
	// deleted.
	if err := k.settleUnlinks(ctx, r, by); err != nil {
		return users.User{}, errors.Join(err, k.putBack(ctx, identity))
	}
	user, err := k.users.TakeRoles(ctx, r.UserID, identity.Roles, func(_ users.User, u *users.User) error {
		if r.Emptied {
			u.EmailVerified = false // as before the link; its owner can verify it again
		}
		u.SessionGeneration++
		return nil
	})
	if err != nil {
		err = errors.Join(err, k.putBack(ctx, identity))
	}
	return user, err
}

// settleUnlinks closes the records of unlinks that removed again what this
// record linked. Otherwise an attacker who took over an account, linked an
// identity and removed it would get it back from the owner, who answers "this
// wasn't me" to both emails.
func (k *Service) settleUnlinks(ctx context.Context, r LinkEvent, by string) error {
	all, err := k.Records(ctx, r.UserID)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.Action != Unlinked || other.Before.Record != r.ID || !other.Standing() {
			continue
		}
		err := k.records.Update(ctx, other.ID, func(o *LinkEvent) error {
			if !o.Standing() {
				return store.ErrUnchanged
			}
			o.Undone, o.UndoneBy = k.now(), by
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (k *Service) undoUnlink(ctx context.Context, r LinkEvent) (users.User, error) {
	err := k.identities.Insert(ctx, r.Before)
	if errors.Is(err, fs.ErrExist) {
		now, gerr := k.identities.Get(ctx, r.Before.ID)
		if gerr != nil || now.UserID != r.UserID {
			return users.User{}, errors.Join(err, gerr)
		}
	} else if err != nil {
		return users.User{}, err
	}
	// Its roles come back at the next sign-in, from the provider.
	return k.users.EndEverything(ctx, r.UserID)
}
