package linking

import (
	"context"
	"errors"
	"io/fs"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/lasting"
)

// link carries out a Link, with a record and an email to the user. If the
// identity is the user's already, it only signs in.
func (k *Service) link(ctx context.Context, d Decision, c Claim, p Policy) (Decision, error) {
	identity := k.newIdentity(c, d.User.ID)
	r, token := k.newRecord(Linked, d.User, identity)
	r.KeyName, r.Row, r.Why, r.Trust, r.Emptied = p.Name, d.Row, d.Why, p.trust(), d.wipe
	r.By = d.by
	if d.Row == "D2" {
		r.By = d.User.ID
	}
	if err := k.records.Insert(ctx, r); err != nil {
		return Decision{}, err
	}
	identity.Record = r.ID
	made, err := k.join(ctx, &d, identity, c, p)
	if err != nil || !made {
		return d, errors.Join(err, k.records.Delete(lasting.Of(ctx), r.ID))
	}
	d.Record, d.Emptied = r.ID, r.Emptied
	k.tellChanged(ctx, r, token, d.User)
	return d, nil
}

// join gives an identity to a user and then checks again: if the user was
// disabled, ended or given another identity of this provider meanwhile, or the
// sign-in failed, the link is taken back. It reports whether the identity is
// new to the user.
func (k *Service) join(ctx context.Context, d *Decision, identity Identity, c Claim, p Policy) (made bool, err error) {
	user := d.User
	if d.wipe {
		if user, err = k.wipe(ctx, user); err != nil {
			return false, err
		}
	}
	err = k.identities.Insert(ctx, identity)
	if errors.Is(err, fs.ErrExist) {
		owner, gerr := k.identities.Get(ctx, identity.ID)
		if gerr != nil || owner.UserID != user.ID {
			return false, errors.Join(errAgain, gerr)
		}
		d.User, err = k.signInExisting(ctx, user, c, p) // linked to this user already
		return false, err
	}
	if err != nil {
		return false, err
	}
	if d.User, err = k.joined(ctx, *d, user, c, p); err != nil {
		_, back := k.takeLinked(lasting.Of(ctx), identity.ID, identity.Record)
		return false, errors.Join(err, back)
	}
	return true, nil
}

// joined checks that the decision still holds now that the identity is stored,
// and signs the user in.
func (k *Service) joined(ctx context.Context, d Decision, before users.User, c Claim, p Policy) (users.User, error) {
	now, err := k.users.Get(ctx, before.ID)
	if err != nil {
		return users.User{}, err
	}
	linked, err := k.ByUser(ctx, before.ID)
	if err != nil {
		return users.User{}, err
	}
	if now.SessionGeneration != before.SessionGeneration || now.Disabled || d.Row != "D2" && otherSubject(linked, c, p.Left) {
		return users.User{}, errStale
	}
	return k.signInExisting(ctx, now, c, p)
}

// errStale means that the user changed since the decision.
var errStale = errors.New("the user changed while an identity was being linked")

// wipe empties an account whose address was never verified, so that its creator
// keeps no access: first the password, then every other identity, then, by
// raising the session generation, everything issued meanwhile. The account
// stays unverified until the last step, so an interrupted wipe is repeated.
func (k *Service) wipe(ctx context.Context, user users.User) (users.User, error) {
	_, err := k.users.Change(ctx, user.ID, func(u *users.User) error {
		if u.EmailVerified || u.Disabled || u.Admin() {
			return errAgain // not the account of the decision
		}
		u.Password, u.SignInName, u.SignInPhone = "", "", ""
		u.SessionGeneration++
		return nil
	})
	if err != nil {
		return users.User{}, err
	}
	linked, err := k.ByUser(ctx, user.ID)
	if err != nil {
		return users.User{}, err
	}
	for _, i := range linked {
		if err := k.identities.Delete(ctx, i.ID); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return users.User{}, err
		}
	}
	if k.empty != nil {
		if err := k.empty(ctx, user.ID); err != nil {
			return users.User{}, err
		}
	}
	var given []string // by what was unlinked
	for _, i := range linked {
		given = append(given, i.Roles...)
	}
	return k.users.Change(ctx, user.ID, func(u *users.User) error {
		if u.Disabled || u.Admin() {
			return errAgain
		}
		u.SetGrants(users.Without(u.Grants(), given))
		u.Password, u.SignInName, u.SignInPhone = "", "", ""
		u.EmailVerified = true
		u.SessionGeneration++
		return nil
	})
}
