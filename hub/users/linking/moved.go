package linking

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/place"
	"github.com/fedhub/fedhub/internal/texts"
)

// underFormer reports whether the sub of an unlinked claim belongs to a user
// under another issuer of the same login key that was not decided about. A
// different spelling of the issuer does not count: an identity that was linked
// in advance has the issuer as typed, possibly without the trailing slash.
// owner is the user, if there is only one.
func (k *Service) underFormer(ctx context.Context, c Claim, p Policy) (former bool, owner string, err error) {
	for i, err := range k.identities.EachWhere(ctx, "subject", c.Subject) {
		if err != nil {
			return false, "", err
		}
		if i.LoginKey == c.Key && !place.Same(i.Issuer, c.Issuer) && !i.Pending && !slices.Contains(p.Decided, i.Issuer) {
			if former && owner != i.UserID {
				return true, "", nil
			}
			former, owner = true, i.UserID
		}
	}
	return former, owner, nil
}

// OfIssuers counts the identities of a login key by issuer. privileged are
// those of administrators, and of users who would have their rights.
func (k *Service) OfIssuers(ctx context.Context, keyID string) (all, privileged map[string]int, err error) {
	all, privileged = map[string]int{}, map[string]int{}
	for i, err := range k.identities.Each(ctx, store.Query{Prefix: keyID + "/", Limit: 1000}) {
		if err != nil {
			return nil, nil, err
		}
		all[i.Issuer]++
		switch p, err := k.privileged(ctx, i); {
		case err != nil:
			return nil, nil, err
		case p:
			privileged[i.Issuer]++
		}
	}
	return all, privileged, nil
}

// privileged reports whether an identity signs in an administrator, or would
// give its user that role.
func (k *Service) privileged(ctx context.Context, i Identity) (bool, error) {
	grants, err := k.users.AdminGrants(ctx)
	if err != nil || slices.ContainsFunc(i.Roles, func(role string) bool { return slices.Contains(grants, role) }) {
		return err == nil, err
	}
	u, err := k.users.Get(ctx, i.UserID)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return u.Admin(), err
}

// A Move gives the identities of one login key another issuer.
type Move struct {
	KeyID, KeyName string
	From, To       string // issuers
	By             string // id of the administrator
	Batch          string // the id that undoes all of it
	Careful        bool   // leave administrators, and users with their rights
}

// Move carries out a move, one identity after the other. It can be repeated
// after a failure: the new identity is written first and the old one is deleted
// last. It returns how many were moved this time, and how many stay.
func (k *Service) Move(ctx context.Context, m Move) (moved, stay int, err error) {
	for i, err := range k.identities.Each(ctx, store.Query{Prefix: m.KeyID + "/", Limit: 1000}) {
		if err != nil {
			return moved, stay, fmt.Errorf("move identities: %w", err)
		}
		if i.Issuer != m.From || i.Pending {
			continue
		}
		went, err := k.moveOne(ctx, i, m)
		if err != nil {
			return moved, stay, fmt.Errorf("move identities: %w", err)
		}
		if went {
			moved++
		} else {
			stay++
		}
	}
	return moved, stay, nil
}

func (k *Service) moveOne(ctx context.Context, old Identity, m Move) (bool, error) {
	if m.Careful {
		if stays, err := k.privileged(ctx, old); err != nil || stays {
			return false, err
		}
	}
	u, err := k.users.Get(ctx, old.UserID)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // has no user; it signs no one in
	}
	if err != nil {
		return false, err
	}
	next := old
	next.ID, next.Issuer = identityID(Claim{Key: old.LoginKey, Issuer: m.To, Subject: old.Subject}), m.To
	r, token, err := k.moveRecord(ctx, u, old, next, m)
	if err != nil || r.ID == "" {
		return false, err
	}
	if err := k.repoint(ctx, old.UserID, old.ID, next.ID); err != nil {
		return false, err
	}
	if _, err := k.identities.Take(ctx, old.ID); errors.Is(err, fs.ErrNotExist) {
		// It was removed from the user meanwhile, so the new one goes too.
		return false, errors.Join(k.identities.Delete(lasting.Of(ctx), next.ID), k.records.Delete(lasting.Of(ctx), r.ID))
	} else if err != nil {
		return false, err
	}
	k.tellChanged(ctx, r, token, u)
	return true, nil
}

// moveRecord writes the new identity, with a record. If an earlier move failed
// after the record, that one is used; an identity that already exists at the
// new issuer gets none.
func (k *Service) moveRecord(ctx context.Context, u users.User, old, next Identity, m Move) (LinkEvent, string, error) {
	switch there, err := k.identities.Get(ctx, next.ID); {
	case err == nil && there.UserID == old.UserID && there.Moved != "":
		r, err := k.records.Get(ctx, there.Moved)
		return r, "", err
	case err == nil:
		return LinkEvent{}, "", nil
	case !errors.Is(err, fs.ErrNotExist):
		return LinkEvent{}, "", err
	}
	r, token := k.newRecord(Moved, u, next)
	r.KeyName, r.By, r.Before, r.Batch, r.Row = m.KeyName, m.By, old, m.Batch, rowProvisioned
	r.Why = texts.New("link.moved", "from", m.From, "to", m.To)
	next.Moved = r.ID
	if err := k.records.Insert(ctx, r); err != nil {
		return LinkEvent{}, "", err
	}
	err := k.identities.Insert(ctx, next)
	if err == nil {
		return r, token, nil
	}
	if errors.Is(err, fs.ErrExist) { // a concurrent request wrote it first
		err = nil
	}
	return LinkEvent{}, "", errors.Join(err, k.records.Delete(lasting.Of(ctx), r.ID))
}

// repoint changes the link records of one identity to another, so that a link
// can be undone after a move.
func (k *Service) repoint(ctx context.Context, userID, from, to string) error {
	all, err := k.Records(ctx, userID)
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.Action != Linked || r.IdentityID != from {
			continue
		}
		err := k.records.Update(ctx, r.ID, func(r *LinkEvent) error { r.IdentityID = to; return nil })
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// undoMove gives an identity its former issuer, if it is still the one that was
// moved and still belongs to this user. The profile and roles from the new
// issuer are dropped.
func (k *Service) undoMove(ctx context.Context, r LinkEvent) (users.User, error) {
	now, err := k.identities.Get(ctx, r.IdentityID)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if before, err := k.identities.Get(ctx, r.Before.ID); err == nil && before.UserID == r.UserID {
			return k.users.EndEverything(ctx, r.UserID) // only this step was missing
		}
		return users.User{}, ErrUndone
	case err == nil && (now.Moved != r.ID || now.UserID != r.UserID):
		return users.User{}, ErrUndone // it was changed since
	case err != nil:
		return users.User{}, err
	}
	// The roles come back at the next sign-in, from the provider.
	before := r.Before
	before.Roles, before.Unknown = common(before.Roles, now.Roles), common(before.Unknown, now.Roles)
	if len(before.Unknown) == 0 {
		before.RolesEnd = time.Time{}
	}
	if err := k.identities.Insert(ctx, before); errors.Is(err, fs.ErrExist) {
		there, gerr := k.identities.Get(ctx, before.ID)
		if gerr != nil || there.UserID != r.UserID {
			return users.User{}, errors.Join(err, gerr)
		}
	} else if err != nil {
		return users.User{}, err
	}
	if err := k.repoint(ctx, r.UserID, now.ID, before.ID); err != nil {
		return users.User{}, err
	}
	taken, err := k.identities.Take(ctx, now.ID)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return users.User{}, err
	}
	u, err := k.users.TakeRoles(ctx, r.UserID, users.Without(taken.Roles, before.Roles), func(_ users.User, u *users.User) error {
		u.SessionGeneration++
		return nil
	})
	if err != nil {
		err = errors.Join(err, k.putBack(ctx, taken))
	}
	return u, err
}

// common returns what both lists have.
func common(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return !slices.Contains(b, s) })
}

// Batch returns the changes of one move that were not undone.
func (k *Service) Batch(ctx context.Context, batch string) ([]LinkEvent, error) {
	var all []LinkEvent
	for r, err := range k.records.Each(ctx, store.Query{After: batch}) { // ids are in time order
		if err != nil {
			return nil, err
		}
		if r.Batch == batch && r.Standing() {
			all = append(all, r)
		}
	}
	return all, nil
}
