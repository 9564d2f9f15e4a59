package ties

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
)

// giveBackWait is how long an upstream may take to take tokens back: somebody
// may be waiting, and nobody has the tokens any more.
const giveBackWait = 3 * time.Second

// GiveBack returns tokens that nobody keeps to the upstream that gave them (RFC
// 7009), if it takes any back. What comes of it is noted and stops nothing.
func (k *Keeper) GiveBack(ctx context.Context, keyID string, tokens federation.Tokens) {
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
		k.Audit.Note(ctx, audit.Event{Kind: audit.UpstreamError, LoginKey: keyID, Reason: "Tokens were not taken back: " + err.Error()})
	}
}

// giveBackOf is GiveBack for those of a tie, unless they are still in use. A key
// that leads elsewhere now would send them to somebody else (AD-10), so they
// stay where they are.
func (k *Keeper) giveBackOf(ctx context.Context, t Tie, use federation.Tokens) {
	key, err := k.Upstreams.Get(ctx, t.LoginKey)
	if err != nil || t.Sealed == "" || t.Home != home(key) {
		return
	}
	if tokens, err := k.tokens(t); err == nil && tokens.Refresh != use.Refresh {
		k.GiveBack(ctx, t.LoginKey, tokens)
	}
}

// Untie ends what one person's upstream gave us: the person signed out there
// too, so nobody looks there again until they come back.
func (k *Keeper) Untie(ctx context.Context, userID, keyID string) error {
	t, err := k.Ties.Take(ctx, tieID(userID, keyID))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("untie: %w", err)
	}
	k.giveBackOf(ctx, t, federation.Tokens{})
	return nil
}
