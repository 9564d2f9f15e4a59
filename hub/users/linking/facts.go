package linking

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"github.com/fedhub/fedhub/hub/users"
)

// gather reads the facts to act on. It reads the identity before the address
// and again after it: a first sign-in writes them in that order, and otherwise
// the new user's address could be seen without the identity.
func (k *Service) gather(ctx context.Context, c Claim, p Policy) (facts, error) {
	f, err := k.facts(ctx, c, p)
	if err != nil || f.linked || f.local == nil {
		return f, err
	}
	switch again, err := k.identities.Get(ctx, identityID(c)); {
	case errors.Is(err, fs.ErrNotExist):
		return f, nil
	case err != nil:
		return f, err
	case again.UserID == f.local.ID:
		return f, errAgain
	}
	return f, k.clear(ctx, c)
}

// facts reads them.
func (k *Service) facts(ctx context.Context, c Claim, p Policy) (facts, error) {
	f := facts{weak: p.NoAdmins, peer: p.Kind == KindPeer, migrating: k.now().Before(p.MigrateUntil), linking: p.Linking}
	if f.unusable = c.unusable(p); !f.unusable.IsZero() {
		return f, nil
	}
	if err := k.gatherOwner(ctx, &f, c); err != nil || f.linked {
		return f, err
	}
	var err error
	if f.former, f.formerOwner, err = k.underFormer(ctx, c, p); err != nil {
		return f, err
	}
	return f, k.gatherAddress(ctx, &f, c, p)
}

// gatherOwner looks up the identity. An identity that is pending for a user who
// does not exist yet does not count as linked: create continues it.
func (k *Service) gatherOwner(ctx context.Context, f *facts, c Claim) error {
	identity, err := k.identities.Get(ctx, identityID(c))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	owner, err := k.users.Get(ctx, identity.UserID)
	switch {
	case err == nil:
		f.linked, f.owner = true, &owner
		f.hearsay = identity.Hearsay && !c.says(owner)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	case !identity.Pending:
		f.linked = true
	}
	return nil
}

func (k *Service) gatherAddress(ctx context.Context, f *facts, c Claim, p Policy) error {
	var key string
	var err error
	f.address, key = c.address(p)
	if f.noSignUp, err = k.noSignUp(ctx, p, f.address, key); err != nil || key == "" {
		return err
	}
	local, err := k.users.ByEmailKey(ctx, key)
	switch {
	case errors.Is(err, users.ErrAmbiguous):
		f.address = addressAmbiguous
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	f.local = &local
	linked, err := k.ByUser(ctx, local.ID)
	f.otherSub = otherSubject(linked, c, p.Left)
	return err
}

// otherSubject reports whether one of the identities came by the claim's login
// key with another subject. An identity that was left at a former issuer says
// nothing about the current issuer.
func otherSubject(linked []Identity, c Claim, left []string) bool {
	for _, i := range linked {
		if i.LoginKey == c.Key && i.ID != identityID(c) && !slices.Contains(left, i.Issuer) {
			return true
		}
	}
	return false
}
