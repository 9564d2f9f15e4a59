package loginkeys

import (
	"context"
	"strconv"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/texts"
)

// MostCounted bounds each count.
const MostCounted = 10_000

// SignedIn counts what is active for users of a login key: their sessions here,
// and the tokens of their apps and devices.
type SignedIn struct {
	Sessions    int `json:"sessions"`
	Connections int `json:"connections"`
}

// SignedInBy counts them, each up to MostCounted.
func (s *Service) SignedInBy(ctx context.Context, keyID string) (n SignedIn, err error) {
	if n.Sessions, err = s.parts.Sessions.CountProvider(ctx, keyID, MostCounted); err != nil {
		return SignedIn{}, err
	}
	n.Connections, err = s.parts.Grants.CountProvider(ctx, keyID, MostCounted)
	return n, err
}

// endSignedInBy ends them and returns the counts. It can be repeated after a
// failure. Tokens are revoked before the sessions, to count them, and once more
// after: what is issued in a session after it ended is refused
// (sessions.Confirm), and what was issued before is found.
func (s *Service) endSignedInBy(ctx context.Context, by audit.Actor, keyID string) (n SignedIn, err error) {
	ctx = lasting.ToDeadline(ctx)
	defer func() {
		if n != (SignedIn{}) {
			s.parts.Audit.Steps(ctx, by.Did(audit.Event{Kind: audit.SessionsEnded, LoginKey: keyID,
				Detail: map[string]string{"which": "provider", "sessions": strconv.Itoa(n.Sessions), "connections": strconv.Itoa(n.Connections)}}), err)
		}
	}()
	if n.Connections, err = s.parts.Grants.RevokeProvider(ctx, keyID); err != nil {
		return n, err
	}
	if n.Sessions, err = s.endSessionsBy(ctx, keyID); err != nil {
		return n, err
	}
	if err := s.parts.Pending.WithdrawProvider(ctx, keyID); err != nil {
		return n, err
	}
	late, err := s.parts.Grants.RevokeProvider(ctx, keyID)
	n.Connections += late
	return n, err
}

// endSessionsBy ends the sessions of a login key until none is left: a session
// may get a new id while the pages are read.
func (s *Service) endSessionsBy(ctx context.Context, keyID string) (n int, err error) {
	for before := -1; before < n; {
		before = n
		for session, err := range s.parts.Sessions.OfProvider(ctx, keyID) {
			if err != nil {
				return n, err
			}
			if err := s.parts.Logouts.EndBecause(ctx, session, texts.New("signout.provider")); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}
