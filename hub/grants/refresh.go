package grants

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

var errNoRefresh = oauth.InvalidGrant("the refresh token is unknown, expired or revoked; ask the user to sign in again")

// A Renewal is what a client presents together with a refresh token.
type Renewal struct {
	ClientID string
	// Narrow, if not empty, are the scopes the client asks for; more than the
	// family has is refused and nothing is rotated (RFC 6749 §6).
	Narrow []string
	// Proven are the keys that the client showed it holds.
	Proven oauth.Confirmation
	// Keep leaves the token as it is: one that is useless without the client's
	// key need not be exchanged, and an answer that gets lost costs nothing.
	Keep bool
}

// Refresh exchanges a refresh token for its successor. A token that was
// already exchanged is in the hands of two parties; which of them is the thief
// cannot be told, so the whole family ends (RFC 9700 §4.14.2).
func (k *Keeper) Refresh(ctx context.Context, token string, r Renewal) (Family, string, error) {
	id, root, ok := splitRefresh(token)
	if !ok {
		return Family{}, "", errNoRefresh
	}
	var out Family
	var next string
	var refusal error
	err := k.families.Update(ctx, id, func(f *Family) error {
		next, refusal = k.refresh(f, token, root, r)
		out = *f
		var misuse *Misuse
		if refusal != nil && !errors.As(refusal, &misuse) {
			return refusal // nothing to write
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return Family{}, "", errNoRefresh
	}
	if err == nil {
		err = refusal
	}
	if err != nil {
		return Family{}, "", err
	}
	return out, next, nil
}

func splitRefresh(token string) (id, root string, ok bool) {
	rest, ok := strings.CutPrefix(token, names.RefreshPrefix)
	if !ok || len(rest) <= idLength+rootLength {
		return "", "", false
	}
	return rest[:idLength], rest[idLength : idLength+rootLength], true
}

func (k *Keeper) refresh(f *Family, token, root string, r Renewal) (string, error) {
	switch {
	case f.ClientID != r.ClientID, !f.Revoked.IsZero(), !secrets.Same(f.RootHash, hash(root)):
		// Never issued, or to another client: the owner's stays good, for a
		// stranger who could end it by naming the family had a new weapon.
		return "", errNoRefresh
	case !f.Terms.Confirm.HeldBy(r.Proven):
		// RFC 9449 §5, RFC 8705 §4: without the key it is useless, old or new,
		// and whoever found it must not be able to end the owner's.
		return "", &Misuse{Family: *f, Kind: "refresh.misused", Public: oauth.InvalidGrant("the refresh token is bound to another key than the one that was proven")}
	case !secrets.Same(f.RefreshHash, hash(token)):
		return "", k.misuse(f, "refresh.reused", "the refresh token was already used; everything issued for this sign-in has been revoked")
	case !oauth.Covers(f.Scopes, r.Narrow):
		return "", oauth.InvalidScope("a refresh may narrow the scope, not widen it")
	case r.Keep:
		k.extend(f)
		return token, nil
	}
	return k.rotate(f, root), nil
}

// ByRefresh returns the family of a refresh token that is good now, without
// using it. Anything else is fs.ErrNotExist.
func (k *Keeper) ByRefresh(ctx context.Context, token string) (Family, error) {
	f, err := k.OfRefresh(ctx, token)
	if err == nil && !secrets.Same(f.RefreshHash, hash(token)) {
		err = fs.ErrNotExist
	}
	return f, err
}

// OfRefresh returns the living family that a refresh token belongs to, be it
// the newest or one that was exchanged before: whoever revokes means the
// sign-in, and may have been overtaken by a refresh of their own.
func (k *Keeper) OfRefresh(ctx context.Context, token string) (Family, error) {
	id, root, ok := splitRefresh(token)
	if !ok {
		return Family{}, fs.ErrNotExist
	}
	f, err := k.families.Get(ctx, id)
	if err != nil {
		return Family{}, err
	}
	if !f.Revoked.IsZero() || !secrets.Same(f.RootHash, hash(root)) {
		return Family{}, fs.ErrNotExist
	}
	return f, nil
}

// Live returns the family if neither it nor the grant it hangs on was revoked;
// otherwise fs.ErrNotExist.
func (k *Keeper) Live(ctx context.Context, id string) (Family, error) {
	f, err := k.families.Get(ctx, id)
	if err != nil {
		return Family{}, err
	}
	if !f.Revoked.IsZero() || (f.Redeemed.IsZero() && !f.Front) {
		return Family{}, fmt.Errorf("family revoked (%s): %w", f.Why, fs.ErrNotExist)
	}
	return f, k.Stands(ctx, f)
}

// GoOn reports whether some client can still get tokens for a user who came by
// a login key.
func (k *Keeper) GoOn(ctx context.Context, userID, loginKey string) (bool, error) {
	all, err := k.families.Find(ctx, store.Query{Field: "userId", Equals: userID})
	if err != nil {
		return false, err
	}
	for _, f := range all {
		if f.LoginKey != loginKey || !f.Revoked.IsZero() {
			continue
		}
		if err := k.Stands(ctx, f); !errors.Is(err, fs.ErrNotExist) {
			return err == nil, err
		}
	}
	return false, nil
}

// Stands checks that the grant the family hangs on still stands.
func (k *Keeper) Stands(ctx context.Context, f Family) error {
	g, err := k.grants.Get(ctx, f.GrantID)
	if err != nil {
		return err
	}
	if g.Serial != f.GrantSerial {
		return fmt.Errorf("the grant was removed: %w", fs.ErrNotExist)
	}
	return nil
}
