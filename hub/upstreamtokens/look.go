package upstreamtokens

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/texts"
)

// Look refreshes a user's profile from the provider if it is due. Without
// tokens nothing happens. The error is ErrEnded, ErrSilent, or our own.
func (k *Service) Look(ctx context.Context, userID, keyID string) error {
	id := tieID(userID, keyID)
	t, err := k.Ties.Get(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("check a provider's tokens: %w", err)
	}
	connector, key, err := k.Upstreams.Open(ctx, keyID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // an administrator disabled the key and decided about its users
	}
	if err != nil {
		return err
	}
	refresher, ok := connector.(federation.Refresher)
	if !ok {
		return nil
	}
	// The caller may go away, but the answer with its new token must be stored.
	ctx = lasting.ToDeadline(ctx)
	mine := false
	if t.Home == home(key) {
		if mine, err = k.claim(ctx, &t); err != nil {
			return err
		}
	}
	if mine {
		if err := k.ask(ctx, &t, key, refresher); err != nil {
			return err
		}
	}
	switch {
	case t.Ended:
		return ErrEnded
	case k.Now().Sub(t.Looked) > Patience:
		return ErrSilent
	}
	return nil
}

// claim stores that the provider is asked now, and reports whether this process
// asks.
func (k *Service) claim(ctx context.Context, t *Token) (mine bool, err error) {
	err = k.Ties.Update(ctx, t.ID, func(now *Token) error {
		*t = *now
		mine = !now.Ended && k.Now().Sub(now.Tried) >= every
		if !mine {
			return store.ErrUnchanged
		}
		now.Tried = k.Now()
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("reserve a provider's tokens: %w", err)
	}
	return mine, nil
}

// ask refreshes the profile and stores the result.
func (k *Service) ask(ctx context.Context, t *Token, key federation.LoginKey, refresher federation.Refresher) error {
	tokens, err := k.tokens(*t)
	if err != nil {
		return err
	}
	identity, err := refresher.Refresh(ctx, tokens)
	ctx = lasting.Of(ctx) // the result is stored, however late it is
	var refusal *federation.Refusal
	var fault *federation.Fault
	switch {
	case err == nil:
		return k.arrived(ctx, t, key, identity)
	case errors.As(err, &refusal) && (refusal.Disabled || refusal.Code == "invalid_grant" && !t.Unsure):
		if refusal.Disabled {
			k.GiveBack(ctx, key.ID, tokens) // otherwise the site would still accept them
		}
		return k.end(ctx, t, err)
	case errors.As(err, &refusal), errors.As(err, &fault):
		// No answer, or a refusal of the hub and not of the user. The last
		// answer counts for a while.
		k.Audit.Note(ctx, audit.Event{Kind: audit.UpstreamError, Target: t.UserID, LoginKey: key.ID, Why: texts.Of(err)})
		return k.change(ctx, t, func(now *Token) { now.Unsure = fault != nil || now.Unsure })
	}
	return err
}

// arrived stores the new tokens first, because the old ones may be used up. Old
// tokens that are not are revoked.
func (k *Service) arrived(ctx context.Context, t *Token, key federation.LoginKey, i federation.Identity) error {
	if i.Subject != t.Subject {
		return k.end(ctx, t, texts.Failure("the provider answered with another user", "upstream.other"))
	}
	sealed, err := k.seal(t.ID, i.Tokens)
	if err != nil {
		return err
	}
	before := *t
	err = k.change(ctx, t, func(now *Token) {
		now.Sealed, now.Unsure, now.Expires = sealed, false, k.Now().Add(keep)
		if i.Unconfirmed == nil {
			now.Looked = k.Now()
		}
	})
	if err != nil {
		return err
	}
	if i.Unconfirmed != nil {
		// The provider answers, but not whether the user may still sign in:
		// that counts as no answer.
		k.Audit.Note(ctx, audit.Event{Kind: audit.UpstreamError, Target: t.UserID, LoginKey: key.ID, Why: texts.Of(i.Unconfirmed)})
	}
	if t.Sealed == sealed {
		k.giveBackOf(ctx, before, i.Tokens)
	} else { // a concurrent sign-in brought others
		k.GiveBack(ctx, key.ID, i.Tokens)
	}
	err = k.Review(ctx, t.UserID, i, key)
	if errors.Is(err, fs.ErrNotExist) {
		return k.end(ctx, t, texts.Failure("the account was disconnected", "upstream.disconnected"))
	}
	return err
}

// end ends what the user has here by this provider: sessions, what was issued
// in them, and everything that refreshes from it.
func (k *Service) end(ctx context.Context, t *Token, why error) error {
	if err := k.change(ctx, t, func(now *Token) { now.Ended, now.Sealed = true, "" }); err != nil {
		return err
	}
	for s, err := range k.Sessions.FromUpstream(ctx, t.LoginKey, "", t.Subject) {
		if err != nil {
			return err
		}
		if err := k.End(ctx, s); err != nil {
			return err
		}
	}
	// Also offline grants and devices, which depend on no session.
	if err := k.Grants.RevokeProviderOf(ctx, t.UserID, t.LoginKey); err != nil {
		return err
	}
	k.Audit.Record(ctx, audit.Event{Kind: audit.UpstreamEnded, Target: t.UserID, LoginKey: t.LoginKey, Why: texts.Of(why)})
	return nil
}

// change edits the record unless a concurrent sign-in replaced it.
func (k *Service) change(ctx context.Context, t *Token, edit func(*Token)) error {
	after := *t
	err := k.Ties.Update(ctx, t.ID, func(now *Token) error {
		if now.Sealed != t.Sealed {
			after = *now
			return store.ErrUnchanged
		}
		edit(now)
		after = *now
		return nil
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("store the result of a profile refresh: %w", err)
	}
	*t = after
	return nil
}
