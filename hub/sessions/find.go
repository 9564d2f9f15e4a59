package sessions

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"slices"

	"github.com/fedhub/fedhub/hub/users"
)

// IsActive reports whether the session with this public name exists, and counts
// as use of it: an app that refreshes is in use.
func (k *Service) IsActive(ctx context.Context, sid string) (bool, error) {
	s, err := k.Sessions.By(ctx, "sid", sid)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	k.Touch(ctx, s)
	return true, nil
}

// Exists is IsActive, but does not count as use.
func (k *Service) Exists(ctx context.Context, sid string) (bool, error) {
	_, err := k.Sessions.By(ctx, "sid", sid)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// CountProvider counts the sessions of users who signed in by a provider, up to
// most.
func (k *Service) CountProvider(ctx context.Context, loginKey string, most int) (int, error) {
	return k.Sessions.CountWhere(ctx, "loginKey", loginKey, most)
}

// OfProvider visits them.
func (k *Service) OfProvider(ctx context.Context, loginKey string) iter.Seq2[Session, error] {
	return k.Sessions.EachWhere(ctx, "loginKey", loginKey)
}

// EachOf visits every session of a user, including expired ones that are not
// deleted yet.
func (k *Service) EachOf(ctx context.Context, userID string) iter.Seq2[Session, error] {
	return k.Sessions.EachWhere(ctx, "userId", userID)
}

// Of lists a user's sessions, the one seen last first, at most MostListed.
func (k *Service) Of(ctx context.Context, u users.User) ([]Session, error) {
	var all []Session
	for s, err := range k.EachOf(ctx, u.ID) {
		switch {
		case err != nil:
			return nil, err
		case s.SessionGeneration != u.SessionGeneration:
			continue // expired, not deleted yet
		}
		if all = append(all, s); len(all) == MostListed {
			break
		}
	}
	slices.SortStableFunc(all, func(a, b Session) int { return b.Seen.Compare(a.Seen) })
	return all, nil
}

// One returns the session with this public name if it belongs to the user; any
// other is fs.ErrNotExist.
func (k *Service) One(ctx context.Context, userID, sid string) (Session, error) {
	s, err := k.Sessions.By(ctx, "sid", sid)
	if err == nil && s.UserID != userID {
		err = fs.ErrNotExist
	}
	return s, err
}

// FromUpstream visits the sessions that a logout token names: those of the
// provider's session sid or, without one, all of the provider's subject.
func (k *Service) FromUpstream(ctx context.Context, key, sid, subject string) iter.Seq2[Session, error] {
	field, value := "upstreamSid", upstream(key, sid)
	if sid == "" {
		field, value = "upstreamSub", upstream(key, subject)
	}
	return func(yield func(Session, error) bool) {
		for s, err := range k.Sessions.EachWhere(ctx, field, value) {
			// A token with sid and sub must match both.
			if err == nil && subject != "" && s.UpstreamSub != upstream(key, subject) {
				continue
			}
			if !yield(s, err) {
				return
			}
		}
	}
}
