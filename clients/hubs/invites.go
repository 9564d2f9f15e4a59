package hubs

import (
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

// An Invite approves one hub in advance. Its code is shown once; only a hash is
// stored.
type Invite struct {
	ID        string    `bson:"id"`   // SHA-256 of the code, hex
	Hint      string    `bson:"hint"` // the last four characters of the code
	Created   time.Time `bson:"created"`
	CreatedBy string    `bson:"created_by"`
	Expires   time.Time `bson:"expires"`
}

// Key returns the id the invite is stored under.
func (i Invite) Key() string { return i.ID }

// ExpiresAt returns the time after which the invite is gone.
func (i Invite) ExpiresAt() time.Time { return i.Expires }

// An InviteStore keeps invites. Take reads and deletes in one step: one of
// several concurrent callers gets the invite, the others fs.ErrNotExist.
type InviteStore interface {
	Insert(ctx context.Context, i Invite) error
	Take(ctx context.Context, id string) (Invite, error)
	Delete(ctx context.Context, id string) error
	All(ctx context.Context) ([]Invite, error)
}

// InviteLife is the default lifetime of an invite.
const InviteLife = 7 * 24 * time.Hour

// Invites makes and redeems invite codes.
type Invites struct {
	store InviteStore
	now   func() time.Time
}

// NewInvites returns the service for invites; now is time.Now if nil.
func NewInvites(store InviteStore, now func() time.Time) *Invites {
	if now == nil {
		now = time.Now
	}
	return &Invites{store: store, now: now}
}

// New makes an invite and returns its code, which cannot be shown again. by is
// its creator. It expires after life, InviteLife if zero.
func (i *Invites) New(ctx context.Context, by string, life time.Duration) (code string, _ Invite, _ error) {
	if life <= 0 {
		life = InviteLife
	}
	code = names.InvitePrefix + strings.ToLower(rand.Text()) // 130 bits, letters and digits, because users copy it
	now := i.now().UTC().Truncate(time.Millisecond)
	invite := Invite{ID: secrets.HexHash(code), Hint: code[len(code)-4:], Created: now, CreatedBy: by, Expires: now.Add(life)}
	if err := i.store.Insert(ctx, invite); err != nil {
		return "", Invite{}, fmt.Errorf("keep invite: %w", err)
	}
	return code, invite, nil
}

// Redeem uses an invite. An unknown, used or expired code is fs.ErrNotExist.
func (i *Invites) Redeem(ctx context.Context, code string) (Invite, error) {
	code = strings.TrimSpace(code)
	if !strings.HasPrefix(code, names.InvitePrefix) || len(code) > 100 {
		return Invite{}, fmt.Errorf("redeem invite: %w", fs.ErrNotExist)
	}
	invite, err := i.store.Take(ctx, secrets.HexHash(code))
	if err != nil {
		return Invite{}, fmt.Errorf("redeem invite: %w", err)
	}
	if !i.now().Before(invite.Expires) {
		return Invite{}, fmt.Errorf("redeem invite: it has expired: %w", fs.ErrNotExist)
	}
	return invite, nil
}

// All returns the unused invites.
func (i *Invites) All(ctx context.Context) ([]Invite, error) { return i.store.All(ctx) }

// Delete revokes an invite.
func (i *Invites) Delete(ctx context.Context, id string) error {
	if err := i.store.Delete(ctx, id); err != nil {
		return fmt.Errorf("withdraw invite: %w", err)
	}
	return nil
}
