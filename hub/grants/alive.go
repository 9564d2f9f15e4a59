package grants

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

// AccessLife is how long an access token lives.
const AccessLife = 15 * time.Minute

// alive reports whether the user still has something active with the client of
// the grant: a session in which the client got an answer, or a valid token.
// Expiry of a token does not take the session away; revocation of the last
// token does.
func (k *Service) alive(ctx context.Context, g Grant, c Circumstances) (bool, error) {
	if !g.Lapsed {
		if answered, err := c.Answered(ctx); answered || err != nil {
			return answered, err
		}
	}
	return k.hasToken(ctx, TokenFamily{Authorization: g.Authorization(nil, SignIn{SessionGeneration: c.SessionGeneration})})
}

// hasToken reports whether another family of the same grant has a valid token.
func (k *Service) hasToken(ctx context.Context, at TokenFamily) (bool, error) {
	for f, err := range k.families.EachWhere(ctx, "userId", at.UserID) {
		if err != nil {
			return false, err
		}
		if f.ID == at.ID || f.GrantID != at.GrantID || f.GrantSerial != at.GrantSerial || f.SessionGeneration < at.SessionGeneration {
			continue
		}
		if good, err := k.good(ctx, f); good || err != nil {
			return good, err
		}
	}
	return false, nil
}

// good reports whether a token of the family can be used now.
func (k *Service) good(ctx context.Context, f TokenFamily) (bool, error) {
	now := k.now()
	switch {
	case !f.Revoked.IsZero():
		return false, nil
	case now.Before(k.lastIssued(f).Add(AccessLife)):
		return true, nil
	case f.RefreshHash == "" || !now.Before(f.Expires):
		return false, nil
	case f.SID == "" || f.Offline():
		return true, nil
	case k.SessionLives == nil:
		return false, nil
	}
	return k.SessionLives(ctx, f.SID)
}

// lastIssued is when the family got its newest access token; zero if it got
// none.
func (k *Service) lastIssued(f TokenFamily) time.Time {
	switch {
	case f.RefreshHash != "":
		return f.Expires.Add(-k.lives.Refresh) // extend sets Expires from it
	case f.Redeemed.IsZero() && f.Front:
		return f.CodeEnds.Add(-k.lives.Code)
	}
	return f.Redeemed
}

// mostFamilies bounds how many families LastUsed reads.
const mostFamilies = 1000

// LastUsed is when each client of a user last got a token for them.
func (k *Service) LastUsed(ctx context.Context, userID string) (map[string]time.Time, error) {
	all, err := store.Collect(k.families.EachWhere(ctx, "userId", userID), mostFamilies)
	last := map[string]time.Time{}
	for _, f := range all {
		if used := k.lastIssued(f); used.After(last[f.ClientID]) {
			last[f.ClientID] = used
		}
	}
	return last, err
}

// Withdraw is Revoke for a client that revokes its own token (RFC 7009). If it
// was the last token, the user is asked again before the client gets another.
// That is written first, so that a failure half-way asks once too often rather
// than never.
func (k *Service) Withdraw(ctx context.Context, id, why string) error {
	f, err := k.families.Get(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if f.Revoked.IsZero() {
		if err := k.lapse(ctx, f); err != nil {
			return err
		}
	}
	return k.Revoke(ctx, id, why)
}

// lapse marks the grant as lapsed if this family held its only valid token.
func (k *Service) lapse(ctx context.Context, f TokenFamily) error {
	if others, err := k.hasToken(ctx, f); others || err != nil {
		return err
	}
	err := k.grants.Update(ctx, f.GrantID, func(g *Grant) error {
		if g.Serial != f.GrantSerial || g.Lapsed {
			return store.ErrUnchanged
		}
		g.Lapsed = true
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// ended is a refusal that ended the family. If the code was never redeemed, no
// token was lost.
func (k *Service) ended(ctx context.Context, f TokenFamily, refusal error) error {
	if f.Redeemed.IsZero() && !f.Front {
		return refusal
	}
	if err := k.lapse(ctx, f); err != nil {
		return errors.Join(refusal, err)
	}
	return refusal
}
