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

// giveBackWait bounds the time for revoking tokens at a provider, because a
// user may be waiting and the tokens are no longer stored.
const giveBackWait = 3 * time.Second

// GiveBack revokes tokens at their provider (RFC 7009), if it supports that. A
// failure is noted and stops nothing.
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

// giveBackOf revokes the tokens of a record, unless they are still in use. If
// the key's address was changed, they are not sent, because they would go to
// another provider (AD-10).
func (k *Service) giveBackOf(ctx context.Context, t Token, use federation.Tokens) {
	key, err := k.Upstreams.Get(ctx, t.LoginKey)
	if err != nil || t.Sealed == "" || t.Home != home(key) {
		return
	}
	if tokens, err := k.tokens(t); err == nil && tokens.Refresh != use.Refresh {
		k.GiveBack(ctx, t.LoginKey, tokens)
	}
}

// Untie revokes a user's tokens of one provider after the user signed out there
// too. It does nothing while another browser or an app continues without that
// session: a sign-out must not end the refreshing of their profile.
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
		return err // another session exists, or that is unknown
	}
	apps, err := k.Grants.Resume(ctx, userID, keyID)
	if err != nil || apps {
		return err
	}
	return k.forget(ctx, id)
}

// Disconnect deletes the tokens of an identity that was removed from the user.
// Everything that needed them has ended.
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

// ForgetProvider deletes the tokens of a login key that is deleted. They cannot
// be revoked without the key.
func (k *Service) ForgetProvider(ctx context.Context, keyID string) error {
	return k.forgetAll(ctx, "loginKey", keyID)
}

// ForgetUser deletes the tokens of a user who is deleted.
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

// forget deletes a record and revokes its tokens.
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
