package operator

import (
	"context"
	"strconv"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/texts"
)

// SignedIn is how much goes on of people who came by a login key: their
// sessions here, and what their apps and devices were issued.
type SignedIn struct {
	Sessions    int `json:"sessions"`
	Connections int `json:"connections"`
}

// SignedInBy counts it, each up to MostRecords.
func (s *Service) SignedInBy(ctx context.Context, keyID string) (n SignedIn, err error) {
	if n.Sessions, err = s.parts.Sessions.CountProvider(ctx, keyID, MostRecords); err != nil {
		return SignedIn{}, err
	}
	n.Connections, err = s.parts.Grants.CountProvider(ctx, keyID, MostRecords)
	return n, err
}

// endSignedInBy ends it, and says how much that was. It can be repeated when it
// failed half-way. What was issued goes first, for it is counted, and once
// more: whatever is written down in a session after the session has gone is
// refused (sessions.Confirm), and what was before is found.
func (s *Service) endSignedInBy(ctx context.Context, by audit.Actor, keyID string) (n SignedIn, err error) {
	ctx = lasting.ToDeadline(ctx)
	defer func() {
		if n != (SignedIn{}) {
			s.record(ctx, by, audit.Event{Kind: audit.SessionsEnded, LoginKey: keyID,
				Detail: map[string]string{"which": "provider", "sessions": strconv.Itoa(n.Sessions), "connections": strconv.Itoa(n.Connections)}}, err)
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

// endSessionsBy ends the sessions of a login key until there are none: one may
// be renewed under another id, before or behind the page that is read.
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
