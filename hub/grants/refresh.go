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
	// Narrow, if not empty, are the scopes that the client requests. More than
	// the family has is refused, and nothing is rotated (RFC 6749 §6).
	Narrow []string
	// Proven are the keys that the client proved to hold.
	Proven oauth.Confirmation
	// Asked is what else the client requests. It is only compared, to recognise
	// a repetition of the same request.
	Asked []string
	// Keep does not rotate the token: a token that is useless without the
	// client's key need not be exchanged, and a lost answer does no harm.
	Keep bool
	// Public says that the client does not authenticate, so that only a key
	// proves that it is not a thief of the token.
	Public bool
	// Grace is how long after its first use the token still gets the same
	// successor (repeat.go).
	Grace time.Duration
}

// Refresh exchanges a refresh token for its successor. A token that was already
// exchanged, and is not a repetition after a lost answer, is in the hands of
// two parties. The hub cannot tell which one is the thief, so the whole family
// ends (RFC 9700 §4.14.2).
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

// refresh edits the family and returns the next token. store.ErrUnchanged means
// that it was issued before.
func (k *Service) refresh(f *TokenFamily, token, root string, r RefreshRequest) (string, error) {
	switch {
	case f.ClientID != r.ClientID, !f.Revoked.IsZero(), !secrets.Same(f.RootHash, secrets.Hash(root)):
		// Never issued, or issued to another client. The family stays:
		// otherwise anyone who can name a family could end it.
		return "", errNoRefresh
	case !f.Terms.Confirm.HeldBy(r.Proven):
		// RFC 9449 §5, RFC 8705 §4: without the key the token is useless, so a
		// thief must not be able to end the owner's family with it.
		return "", &ReplayError{Family: *f, Kind: "refresh.misused", Public: oauth.InvalidGrant("oauth.refresh.key")}
	case k.repeats(*f, token, root, r):
		return k.successor(*f, token, root), store.ErrUnchanged
	case !secrets.Same(f.RefreshHash, secrets.Hash(token)):
		return "", k.misuse(f, "refresh.reused", "oauth.refresh.used")
	case !oauth.Covers(f.Scopes, r.Narrow):
		return "", oauth.InvalidScope("oauth.refresh.scope")
	case r.Keep:
		k.extend(f)
		f.Rotated = time.Time{} // the successor was used, so its predecessor counts as stolen from now on
		return token, nil
	}
	f.Rotated, f.RotatedFor = k.now(), r.purpose(*f)
	return k.handOut(f, k.successor(*f, token, root)), nil
}

// WouldRefresh returns the family of a refresh token that Refresh would accept,
// without using it. Anything else is fs.ErrNotExist.
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

// ByRefresh returns the family of a valid refresh token, without using it.
// Anything else is fs.ErrNotExist.
func (k *Service) ByRefresh(ctx context.Context, token string) (TokenFamily, error) {
	f, err := k.OfRefresh(ctx, token)
	if err == nil && !secrets.Same(f.RefreshHash, secrets.Hash(token)) {
		err = fs.ErrNotExist
	}
	return f, err
}

// OfRefresh returns the active family of a refresh token, the newest or one
// that was exchanged before: revocation means the whole sign-in, and a
// concurrent refresh may have replaced the token.
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

// Live returns the family if neither it nor its grant was revoked; otherwise
// fs.ErrNotExist.
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

// Resume reports whether any client can still get tokens for a user who signed
// in by a provider.
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

// IsActive checks that the family's grant is still in force.
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
