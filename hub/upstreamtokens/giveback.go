package upstreamtokens

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/texts"
)

// giveBackWait is how long an upstream may take to take tokens back: somebody
// may be waiting, and nobody has the tokens any more.
const giveBackWait = 3 * time.Second

// GiveBack returns tokens that nobody keeps to the upstream that gave them (RFC
// 7009), if it takes any back. What comes of it is noted and stops nothing.
func (k *Service) GiveBack(ctx context.Context, keyID string, tokens federation.Tokens) {
	if tokens.Refresh == "" {
		return
	}
	connector, _, err := k.Upstreams.OpenAny(ctx, keyID)
	revoker, able := connector.(federation.Revoker)
	if err != nil || !able {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBackWait)
	defer cancel()
	if err := revoker.Revoke(ctx, tokens); err != nil {
		k.Audit.Note(ctx, audit.Event{Kind: audit.UpstreamError, LoginKey: keyID, Why: texts.New("upstream.tokens", "cause", err)})
	}
}

// giveBackOf is GiveBack for those of a tie, unless they are still in use. A key
// that leads elsewhere now would send them to somebody else (AD-10), so they
// stay where they are.
func (k *Service) giveBackOf(ctx context.Context, t Token, use federation.Tokens) {
	key, err := k.Upstreams.Get(ctx, t.LoginKey)
	if err != nil || t.Sealed == "" || t.Home != home(key) {
		return
	}
	if tokens, err := k.tokens(t); err == nil && tokens.Refresh != use.Refresh {
		k.GiveBack(ctx, t.LoginKey, tokens)
	}
}

// Untie gives back what one person's upstream gave us, for the person signed out
// there too. While another browser or an app goes on without them the tie stays:
// nobody may get rid of the look at them by signing out.
func (k *Service) Untie(ctx context.Context, userID, keyID string) error {
	id := tieID(userID, keyID)
	t, err := k.Ties.Get(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("end the use of a provider's tokens: %w", err)
	}
	for _, err := range k.Sessions.FromUpstream(ctx, keyID, "", t.Subject) {
		return err // a browser, or we cannot tell
	}
	apps, err := k.Grants.Resume(ctx, userID, keyID)
	if err != nil || apps {
		return err
	}
	return k.forget(ctx, id)
}

// Disconnect forgets what came with an identity that the person has no more. What
// hung on it has ended, so nobody needs to look there.
func (k *Service) Disconnect(ctx context.Context, i linking.Identity) error {
	id := tieID(i.UserID, i.LoginKey)
	switch t, err := k.Ties.Get(ctx, id); {
	case errors.Is(err, fs.ErrNotExist), err == nil && t.Subject != i.Subject:
		return nil
	case err != nil:
		return fmt.Errorf("disconnect a provider: %w", err)
	}
	return k.forget(ctx, id)
}

// ForgetProvider forgets what came with a login key that goes away. Nobody is
// left to give it back through.
func (k *Service) ForgetProvider(ctx context.Context, keyID string) error {
	return k.forgetAll(ctx, "loginKey", keyID)
}

// ForgetUser forgets what came with a person who goes away.
func (k *Service) ForgetUser(ctx context.Context, userID string) error {
	return k.forgetAll(ctx, "userId", userID)
}

func (k *Service) forgetAll(ctx context.Context, field, value string) error {
	for t, err := range k.Ties.EachWhere(ctx, field, value) {
		if err == nil {
			err = k.Ties.Delete(ctx, t.ID)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("delete providers' tokens: %w", err)
		}
	}
	return nil
}

// forget ends a tie, and gives its tokens back.
func (k *Service) forget(ctx context.Context, id string) error {
	t, err := k.Ties.Take(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("delete a provider's tokens: %w", err)
	}
	k.giveBackOf(ctx, t, federation.Tokens{})
	return nil
}
