package sessions

import (
	"context"
	"errors"

	"github.com/fedhub/fedhub/hub/users/passwords"
)

// mostProofs is how many wrong passwords end a session that asks for the
// current one. They count per session: a stranger who knows the account's
// address cannot keep its owner from changing the password, and one who finds
// an open browser cannot guess it there.
const mostProofs = 5

var (
	// ErrProofs refuses a password check while the allowed number of checks is
	// already in progress in this session.
	ErrProofs = errors.New("too many passwords are being checked in this session")
	// ErrGuessed refuses a password check in a session that wrong passwords
	// have ended although its record still exists. The caller must end the
	// session again.
	ErrGuessed = errors.New("too many wrong passwords were tried in this session")
)

// BeginProof counts a password before it is checked. The caller then calls
// exactly one of the three methods below. If it does not, because the process
// died, the check counts as over after a minute.
func (k *Service) BeginProof(ctx context.Context, s Session) (passwords.Look, error) {
	look := passwords.NewLook(k.Now())
	return look, k.Sessions.Update(ctx, s.ID, func(s *Session) error {
		switch {
		case s.Wrong >= mostProofs:
			return ErrGuessed
		case !s.Looking.Admit(look) || s.Wrong+len(s.Looking) > mostProofs: // all checks in progress may fail
			return ErrProofs
		}
		return nil
	})
}

// WrongProof counts a wrong password. over reports that it was the last one:
// the caller must end the session.
func (k *Service) WrongProof(ctx context.Context, s Session, look passwords.Look) (over bool, err error) {
	err = k.endProof(ctx, s, look, func(s *Session) {
		s.Wrong++
		over = s.Wrong >= mostProofs
	})
	return over, err
}

// RightProof resets the count after a right password.
func (k *Service) RightProof(ctx context.Context, s Session, look passwords.Look) error {
	return k.endProof(ctx, s, look, func(s *Session) { s.Wrong = 0 })
}

// ForgiveProof takes back a password that was never checked.
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
