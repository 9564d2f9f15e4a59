// Package trustedbrowsers keeps the browsers in which a user is not asked for a
// second factor at sign-in. acr and amr do not count the trust: they say what the
// user proved in the session.
package trustedbrowsers

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/secrets"
	"github.com/fedhub/fedhub/internal/texts"
)

// A Browser is a browser that a user trusts.
type Browser struct {
	ID     string `bson:"id"` // names it on pages; no secret
	UserID string `bson:"userId"`
	// SessionGeneration is the user's at the time. The trust ends when it rises,
	// for example with a password change or a sign-out everywhere.
	SessionGeneration int64 `bson:"epoch"`

	// Token is the hash of the token in the browser's cookie, and Before that of
	// the previous one.
	Token  string `bson:"token" secret:"hash"`
	Before string `bson:"before,omitempty" secret:"hash"`

	Agent   string    `bson:"agent,omitempty"`
	Network string    `bson:"network,omitempty"`
	Created time.Time `bson:"created"`
	Used    time.Time `bson:"used"`
	Expires time.Time `bson:"expires"`
}

// Key names the record.
func (b Browser) Key() string { return b.ID }

// ExpiresAt is when the record may be deleted.
func (b Browser) ExpiresAt() time.Time { return b.Expires }

// Most is the number of browsers that a user may trust. One more removes the one
// that was not used for the longest time.
const Most = 20

// racing is how long after a use the previous token counts as that of another
// tab, and not as a stolen one.
const racing = time.Minute

// ErrUntrusted means that a token is not valid.
var ErrUntrusted = errors.New("the browser is not trusted")

// ErrCopied means that two browsers had the token. The trust has ended.
var ErrCopied = texts.Failure("two browsers used the cookie of one trusted browser; the trust has ended", "trusted.copied")

// A Service keeps trusted browsers.
type Service struct {
	Set *store.Collection[Browser]
	Now func() time.Time
}

// From is how a user recognises a browser.
type From struct{ Agent, Network string }

const longestAgent = 300 // bytes

// Trust stores a browser, and returns the name and token for its cookie.
func (s *Service) Trust(ctx context.Context, u users.User, from From, life time.Duration) (name, token string, err error) {
	name, token = secrets.New(), secrets.New()
	now := s.Now()
	b := Browser{
		ID: secrets.HexHash(name), UserID: u.ID, SessionGeneration: u.SessionGeneration, Token: hash(name, token),
		Agent: from.Agent[:min(len(from.Agent), longestAgent)], Network: from.Network, Created: now, Used: now, Expires: now.Add(life),
	}
	if err := s.Set.Insert(ctx, b); err != nil {
		return "", "", err
	}
	all, err := s.all(ctx, u.ID)
	if err != nil || len(all) <= Most {
		return name, token, err
	}
	return name, token, s.delete(ctx, all[len(all)-1].ID)
}

// Use accepts the token of a browser and returns the next one. Of concurrent
// requests one succeeds. An earlier token ends the trust, because two browsers
// have it and one of them stole it; just after a use it may be another tab's, and
// is only refused. life is today's setting, which also limits earlier trust.
func (s *Service) Use(ctx context.Context, u users.User, name, token string, from From, life time.Duration) (Browser, string, error) {
	next, now := secrets.New(), s.Now()
	var b Browser
	stolen := false
	err := s.Set.Update(ctx, secrets.HexHash(name), func(kept *Browser) error {
		stolen = false
		switch {
		case kept.UserID != u.ID:
			return ErrUntrusted
		case !secrets.Same(kept.Token, hash(name, token)):
			stolen = !secrets.Same(kept.Before, hash(name, token)) || now.Sub(kept.Used) > racing
			return ErrUntrusted
		case !kept.good(u, now, life):
			return ErrUntrusted
		}
		kept.Before, kept.Token, kept.Used, kept.Network = kept.Token, hash(name, next), now, from.Network
		kept.Agent = from.Agent[:min(len(from.Agent), longestAgent)]
		b = *kept
		return nil
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Browser{}, "", ErrUntrusted
	case errors.Is(err, ErrUntrusted) && stolen:
		if err := s.delete(ctx, secrets.HexHash(name)); err != nil {
			return Browser{}, "", err
		}
		return Browser{}, "", ErrCopied
	}
	return b, next, err
}

// good reports whether the user still trusts the browser.
func (b Browser) good(u users.User, now time.Time, life time.Duration) bool {
	return b.UserID == u.ID && b.SessionGeneration == u.SessionGeneration && now.Before(b.Expires) && now.Before(b.Created.Add(life))
}

// Of returns the browsers that a user trusts, the last used first.
func (s *Service) Of(ctx context.Context, u users.User) ([]Browser, error) {
	all, err := s.all(ctx, u.ID)
	return slices.DeleteFunc(all, func(b Browser) bool {
		return b.SessionGeneration != u.SessionGeneration || !s.Now().Before(b.Expires)
	}), err
}

func (s *Service) all(ctx context.Context, userID string) ([]Browser, error) {
	all, err := store.Collect(s.Set.EachWhere(ctx, "userId", userID), 0)
	slices.SortStableFunc(all, func(a, b Browser) int { return b.Used.Compare(a.Used) })
	return all, err
}

// Remove ends the trust in one browser of a user; another user's is
// fs.ErrNotExist.
func (s *Service) Remove(ctx context.Context, userID, id string) error {
	b, err := s.Set.Get(ctx, id)
	if err == nil && b.UserID != userID {
		err = fs.ErrNotExist
	}
	if err != nil {
		return err
	}
	return s.delete(ctx, id)
}

// RemoveAll ends the trust in all browsers of a user.
func (s *Service) RemoveAll(ctx context.Context, userID string) error {
	return s.Set.DeleteWhere(ctx, "userId", userID)
}

func (s *Service) delete(ctx context.Context, id string) error {
	if err := s.Set.Delete(ctx, id); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func hash(name, token string) string { return secrets.HexHash("trusted browser " + name + " " + token) }
