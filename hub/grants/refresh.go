package grants

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

var errNoRefresh = oauth.InvalidGrant("oauth.refresh.gone")

// A RefreshRequest is what a client presents together with a refresh token.
type RefreshRequest struct {
	ClientID string
	// Narrow, if not empty, are the scopes the client asks for; more than the
	// family has is refused and nothing is rotated (RFC 6749 §6).
	Narrow []string
	// Proven are the keys that the client showed it holds.
	Proven oauth.Confirmation
	// Asked is what else the client asks for. It is compared only, with what
	// was asked for by whoever sends the same token again.
	Asked []string
	// Keep leaves the token as it is: one that is useless without the client's
	// key need not be exchanged, and an answer that gets lost costs nothing.
	Keep bool
	// Public says that the client proves itself by nothing, so that only a key
	// tells it from whoever found its token.
	Public bool
	// Grace is how long after its first use the token gets the same successor
	// again (repeat.go).
	Grace time.Duration
}

// Refresh exchanges a refresh token for its successor. A token that was
// already exchanged, and is not repeated by the client that lost the answer, is
// in the hands of two parties; which of them is the thief cannot be told, so
// the whole family ends (RFC 9700 §4.14.2).
func (k *Service) Refresh(ctx context.Context, token string, r RefreshRequest) (TokenFamily, string, error) {
	id, root, ok := splitRefresh(token)
	if !ok {
		return TokenFamily{}, "", errNoRefresh
	}
	var out TokenFamily
	var next string
	var refusal error
	err := k.families.Update(ctx, id, func(f *TokenFamily) error {
		next, refusal = k.refresh(f, token, root, r)
		out = *f
		if errors.Is(refusal, store.ErrUnchanged) {
			refusal = nil
			return store.ErrUnchanged
		}
		var misuse *ReplayError
		if refusal != nil && !errors.As(refusal, &misuse) {
			return refusal // nothing to write
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return TokenFamily{}, "", errNoRefresh
	}
	if err == nil && refusal != nil {
		err = refusal
		if !out.Revoked.IsZero() {
			err = k.ended(ctx, out, refusal)
		}
	}
	if err != nil {
		return TokenFamily{}, "", err
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

// refresh edits the family and returns the token to go on with; with
// store.ErrUnchanged it is one that was handed out before.
func (k *Service) refresh(f *TokenFamily, token, root string, r RefreshRequest) (string, error) {
	switch {
	case f.ClientID != r.ClientID, !f.Revoked.IsZero(), !secrets.Same(f.RootHash, secrets.Hash(root)):
		// Never issued, or to another client: the owner's stays good, for a
		// stranger who could end it by naming the family had a new weapon.
		return "", errNoRefresh
	case !f.Terms.Confirm.HeldBy(r.Proven):
		// RFC 9449 §5, RFC 8705 §4: without the key it is useless, old or new,
		// and whoever found it must not be able to end the owner's.
		return "", &ReplayError{Family: *f, Kind: "refresh.misused", Public: oauth.InvalidGrant("oauth.refresh.key")}
	case k.repeats(*f, token, root, r):
		return k.successor(*f, token, root), store.ErrUnchanged
	case !secrets.Same(f.RefreshHash, secrets.Hash(token)):
		return "", k.misuse(f, "refresh.reused", "oauth.refresh.used")
	case !oauth.Covers(f.Scopes, r.Narrow):
		return "", oauth.InvalidScope("oauth.refresh.scope")
	case r.Keep:
		k.extend(f)
		f.Rotated = time.Time{} // it was used, so the one before it is theft from now on
		return token, nil
	}
	f.Rotated, f.RotatedFor = k.now(), r.purpose(*f)
	return k.handOut(f, k.successor(*f, token, root)), nil
}

// WouldRefresh returns the family of a refresh token with which Refresh would
// go on, without using it. Anything else is fs.ErrNotExist.
func (k *Service) WouldRefresh(ctx context.Context, token string, r RefreshRequest) (TokenFamily, error) {
	f, err := k.OfRefresh(ctx, token)
	if err != nil {
		return TokenFamily{}, err
	}
	_, root, _ := splitRefresh(token)
	newest := secrets.Same(f.RefreshHash, secrets.Hash(token))
	if f.ClientID != r.ClientID || !f.Terms.Confirm.HeldBy(r.Proven) || !newest && !k.repeats(f, token, root, r) {
		return TokenFamily{}, fs.ErrNotExist
	}
	return f, nil
}

// ByRefresh returns the family of a refresh token that is good now, without
// using it. Anything else is fs.ErrNotExist.
func (k *Service) ByRefresh(ctx context.Context, token string) (TokenFamily, error) {
	f, err := k.OfRefresh(ctx, token)
	if err == nil && !secrets.Same(f.RefreshHash, secrets.Hash(token)) {
		err = fs.ErrNotExist
	}
	return f, err
}

// OfRefresh returns the living family that a refresh token belongs to, be it
// the newest or one that was exchanged before: whoever revokes means the
// sign-in, and may have been overtaken by a refresh of their own.
func (k *Service) OfRefresh(ctx context.Context, token string) (TokenFamily, error) {
	id, root, ok := splitRefresh(token)
	if !ok {
		return TokenFamily{}, fs.ErrNotExist
	}
	f, err := k.families.Get(ctx, id)
	if err != nil {
		return TokenFamily{}, err
	}
	if !f.Revoked.IsZero() || !secrets.Same(f.RootHash, secrets.Hash(root)) {
		return TokenFamily{}, fs.ErrNotExist
	}
	return f, nil
}

// Live returns the family if neither it nor the grant it hangs on was revoked;
// otherwise fs.ErrNotExist.
func (k *Service) Live(ctx context.Context, id string) (TokenFamily, error) {
	f, err := k.families.Get(ctx, id)
	if err != nil {
		return TokenFamily{}, err
	}
	if !f.Revoked.IsZero() || (f.Redeemed.IsZero() && !f.Front) {
		return TokenFamily{}, fmt.Errorf("family revoked (%s): %w", f.Why, fs.ErrNotExist)
	}
	return f, k.IsActive(ctx, f)
}

// Resume reports whether some client can still get tokens for a user who came by
// a login key.
func (k *Service) Resume(ctx context.Context, userID, loginKey string) (bool, error) {
	for f, err := range k.families.EachWhere(ctx, "userId", userID) {
		if err != nil {
			return false, err
		}
		if f.LoginKey != loginKey || !f.Revoked.IsZero() {
			continue
		}
		if err := k.IsActive(ctx, f); !errors.Is(err, fs.ErrNotExist) {
			return err == nil, err
		}
	}
	return false, nil
}

// IsActive checks that the grant the family hangs on still stands.
func (k *Service) IsActive(ctx context.Context, f TokenFamily) error {
	g, err := k.grants.Get(ctx, f.GrantID)
	if err != nil {
		return err
	}
	if g.Serial != f.GrantSerial {
		return fmt.Errorf("the grant was removed: %w", fs.ErrNotExist)
	}
	return nil
}
