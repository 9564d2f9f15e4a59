package sessions

import (
	"context"
	"errors"

	"github.com/fedhub/fedhub/hub/users/passwords"
)

// mostProofs is how many wrong passwords end a session that asks for the
// current one. They count for the session: who knows an account's address
// cannot keep its owner from changing the password, and who found a browser
// open cannot guess it there.
const mostProofs = 5

var (
	// ErrProofs refuses to look at a password: as many as may be wrong are being
	// looked at in this session.
	ErrProofs = errors.New("too many passwords are being tried in this session")
	// ErrGuessed refuses to look at a password in a session that wrong ones have
	// ended, but for its record: whoever gets it ends the session again.
	ErrGuessed = errors.New("too many wrong passwords were tried in this session")
)

// BeginProof counts a password before it is looked at. Whoever began it says
// how it went, by exactly one of the three below; where nobody does, because the
// process died, the look counts as over after a minute.
func (k *Service) BeginProof(ctx context.Context, s Session) (passwords.Look, error) {
	look := passwords.NewLook(k.Now())
	return look, k.Sessions.Update(ctx, s.ID, func(s *Session) error {
		switch {
		case s.Wrong >= mostProofs:
			return ErrGuessed
		case !s.Looking.Admit(look) || s.Wrong+len(s.Looking) > mostProofs: // those that are looked at may all be wrong
			return ErrProofs
		}
		return nil
	})
}

// WrongProof counts a wrong one. over says that it was the last: the session is
// to be ended.
func (k *Service) WrongProof(ctx context.Context, s Session, look passwords.Look) (over bool, err error) {
	err = k.endProof(ctx, s, look, func(s *Session) {
		s.Wrong++
		over = s.Wrong >= mostProofs
	})
	return over, err
}

// RightProof forgets the wrong ones before it.
func (k *Service) RightProof(ctx context.Context, s Session, look passwords.Look) error {
	return k.endProof(ctx, s, look, func(s *Session) { s.Wrong = 0 })
}

// ForgiveProof takes back one that was never looked at.
func (k *Service) ForgiveProof(ctx context.Context, s Session, look passwords.Look) error {
	return k.endProof(ctx, s, look, func(*Session) {})
}

func (k *Service) endProof(ctx context.Context, s Session, look passwords.Look, change func(*Session)) error {
	return k.Sessions.Update(ctx, s.ID, func(s *Session) error {
		s.Looking.End(look)
		change(s)
		return nil
	})
}
