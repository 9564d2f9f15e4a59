package grants

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

// end marks a family as revoked. It no longer counts for its provider.
func (f *TokenFamily) end(now time.Time, why string) { f.Revoked, f.Why, f.LoginKey = now, why, "" }

// Revoke ends a family. It is no error if the family is gone.
func (k *Service) Revoke(ctx context.Context, id, why string) error {
	err := k.families.Update(ctx, id, func(f *TokenFamily) error {
		if !f.Revoked.IsZero() {
			return store.ErrUnchanged
		}
		f.end(k.now(), why)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// RevokeSession revokes what came from a session that ended, except what was
// granted offline_access.
func (k *Service) RevokeSession(ctx context.Context, sid string) error {
	_, err := k.revokeAll(ctx, k.families.EachWhere(ctx, "sid", sid), "session.ended", func(f TokenFamily) bool { return !f.Offline() })
	return err
}

// RevokeProvider revokes everything issued to users who signed in by a
// provider, on all devices, and returns how much that was.
func (k *Service) RevokeProvider(ctx context.Context, loginKey string) (int, error) {
	return k.revokeAll(ctx, k.families.EachWhere(ctx, "loginKey", loginKey), "provider.ended", func(TokenFamily) bool { return true })
}

// RevokeProviderOf is RevokeProvider for one user.
func (k *Service) RevokeProviderOf(ctx context.Context, userID, loginKey string) error {
	_, err := k.revokeAll(ctx, k.families.EachWhere(ctx, "userId", userID), "provider.ended", func(f TokenFamily) bool { return f.LoginKey == loginKey })
	return err
}

// CountProvider counts what RevokeProvider would revoke, up to most.
func (k *Service) CountProvider(ctx context.Context, loginKey string, most int) (int, error) {
	return k.families.CountWhere(ctx, "loginKey", loginKey, most)
}

func (k *Service) revokeAll(ctx context.Context, all iter.Seq2[TokenFamily, error], why string, which func(TokenFamily) bool) (n int, err error) {
	for f, err := range all {
		if err != nil {
			return n, err
		}
		if !f.Revoked.IsZero() || !which(f) {
			continue
		}
		if err := k.Revoke(ctx, f.ID, why); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
