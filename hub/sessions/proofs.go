package sessions

import (
	"context"
	"errors"
)

// mostProofs is how many wrong passwords end a session that asks for the
// current one. They count for the session: who knows an account's address
// cannot keep its owner from changing the password, and who found a browser
// open cannot guess it there.
const mostProofs = 5

// ErrProofs refuses to look at a password: as many as may be wrong are being
// looked at in this session.
var ErrProofs = errors.New("too many passwords are being tried in this session")

// BeginProof counts a password before it is looked at. Whoever began it says
// how it went, by exactly one of the three below.
func (k *Service) BeginProof(ctx context.Context, s Session) error {
	return k.Sessions.Update(ctx, s.ID, func(s *Session) error {
		if s.Proofs >= mostProofs {
			return ErrProofs
		}
		s.Proofs++
		return nil
	})
}

// WrongProof counts a wrong one. over says that it was the last: the session is
// to be ended.
func (k *Service) WrongProof(ctx context.Context, s Session) (over bool, err error) {
	err = k.Sessions.Update(ctx, s.ID, func(s *Session) error {
		s.Wrong++
		over = s.Wrong >= mostProofs
		return nil
	})
	return over, err
}

// RightProof forgets the wrong ones before it.
func (k *Service) RightProof(ctx context.Context, s Session) error {
	return k.Sessions.Update(ctx, s.ID, func(s *Session) error {
		s.Proofs, s.Wrong = 0, 0
		return nil
	})
}

// ForgiveProof takes back one that was never looked at.
func (k *Service) ForgiveProof(ctx context.Context, s Session) error {
	return k.Sessions.Update(ctx, s.ID, func(s *Session) error {
		s.Proofs = max(0, s.Proofs-1)
		return nil
	})
}
