package linking

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/texts"
)

// An Effect is the number of users affected, and the first of them.
type Effect struct {
	Count    int
	Examples []string // addresses, or ids of users without one
}

const mostExamples = 5

func (e *Effect) add(u users.User) {
	e.Count++
	if len(e.Examples) < mostExamples {
		name := u.Email
		if name == "" {
			name = u.ID
		}
		e.Examples = append(e.Examples, name)
	}
}

// Effects are what a change of a provider's policy would do to the existing
// users, assuming that the provider reports each user's own address as
// verified.
type Effects struct {
	Counted int  // users that were examined
	Whole   bool // all users were examined

	Merged    Effect // newly linked at once
	Asked     Effect // newly asked to prove their account
	Split     Effect // newly given a second account
	Refused   Effect // newly refused
	LockedOut Effect // newly without any way to sign in
}

// Risky reports whether an administrator should check before saving.
func (e Effects) Risky() bool { return e.Merged.Count+e.Split.Count+e.LockedOut.Count > 0 }

// Foresee reports what a change of policy would do. It reads the users page by
// page and stops when the budget is used up. open reports whether users can
// sign in by another provider.
func (k *Service) Foresee(ctx context.Context, before, after Policy, open func(keyID string) bool, budget time.Duration) (Effects, error) {
	const page = 500
	var e Effects
	began := time.Now()
	linked, err := k.ofKey(ctx, after.KeyID)
	if err != nil {
		return e, fmt.Errorf("foresee: %w", err)
	}
	from := ""
	for {
		people, err := k.users.Everyone(ctx, from, page)
		if err != nil {
			return e, fmt.Errorf("foresee: %w", err)
		}
		for _, u := range people {
			if err := k.foreseeOne(ctx, &e, u, linked[u.ID], before, after, open); err != nil {
				return e, fmt.Errorf("foresee: %w", err)
			}
			if e.Counted++; time.Since(began) > budget {
				return e, nil
			}
		}
		if len(people) < page {
			e.Whole = true
			return e, nil
		}
		from = people[len(people)-1].ID
	}
}

// ofKey returns the users with an identity of a login key: its ids begin with
// the key's.
func (k *Service) ofKey(ctx context.Context, keyID string) (map[string]bool, error) {
	all := map[string]bool{}
	for i, err := range k.identities.Each(ctx, store.Query{Prefix: keyID + "/", Limit: 1000}) {
		if err != nil {
			return nil, err
		}
		all[i.UserID] = true
	}
	return all, nil
}

func (k *Service) foreseeOne(ctx context.Context, e *Effects, u users.User, linked bool, before, after Policy, open func(string) bool) error {
	if u.Disabled {
		return nil // refused under any policy
	}
	was, err := k.outcome(ctx, u, linked, before)
	if err != nil {
		return err
	}
	will, err := k.outcome(ctx, u, linked, after)
	if err != nil || was == will {
		return err
	}
	switch will {
	case Link:
		e.Merged.add(u)
	case Confirm, ConfirmByMail:
		if was != Confirm && was != ConfirmByMail {
			e.Asked.add(u)
		}
	case Create, CreateUnverified:
		if was != Create && was != CreateUnverified {
			e.Split.add(u)
		}
	case Refuse:
		e.Refused.add(u)
		alone, err := k.onlyBy(ctx, u, after.KeyID, open)
		if err != nil {
			return err
		}
		if alone {
			e.LockedOut.add(u)
		}
	}
	return nil
}

// outcome is the decision for a user who comes through the provider: with the
// identity they have there, or else with a new one that has their own address.
func (k *Service) outcome(ctx context.Context, u users.User, linked bool, p Policy) (Action, error) {
	f := facts{peer: p.Kind == KindPeer, migrating: k.now().Before(p.MigrateUntil), linking: p.Linking}
	if !p.Enabled {
		f.unusable = texts.New("link.key.off")
	}
	if linked {
		f.linked, f.owner = true, &u
		return decide(f).Action, nil
	}
	var key string
	var err error
	f.address, key = Claim{Email: u.Email, EmailVerified: true}.address(p)
	if u.EmailKey != "" && u.EmailKey == key {
		f.local = &u
	}
	if f.noSignUp, err = k.noSignUp(ctx, p, f.address, key); err != nil {
		return "", err
	}
	return decide(f).Action, nil
}

// onlyBy reports whether a login key is the user's only way to sign in.
func (k *Service) onlyBy(ctx context.Context, u users.User, keyID string, open func(string) bool) (bool, error) {
	if u.Password != "" {
		return false, nil
	}
	linked, err := k.ByUser(ctx, u.ID)
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(linked, func(i Identity) bool { return i.LoginKey != keyID && (open == nil || open(i.LoginKey)) }) {
		return false, nil
	}
	any, err := k.hasPasskey(ctx, u.ID, "")
	return !any, err
}
