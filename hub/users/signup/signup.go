// Package signup lets people create an account themselves: they prove an
// address with a link by email, choose a password, and may have to wait for an
// administrator's approval.
//
// Who may do that is a setting (settings.Settings.SignUp). Nothing that a
// stranger can see depends on whether an address has an account.
package signup

import (
	"context"
	"errors"
	"io/fs"

	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/lasting"
)

// ErrClosed means that sign-up is off, or not for this address.
var ErrClosed = errors.New("sign-up is off, or this address may not sign up")

// A Service creates accounts.
type Service struct {
	Users     *users.Service
	MailLinks *maillinks.Service
	Settings  *settings.Service
}

// Offered returns ErrClosed unless people may sign up, and else the domains of
// addresses that may; none: all may.
func (s *Service) Offered(ctx context.Context) (domains []string, err error) {
	now, err := s.Settings.Current(ctx)
	switch {
	case err != nil:
		return nil, err
	case !s.Settings.OffersSignUp(now):
		return nil, ErrClosed
	case now.SignUpOf() == settings.SignUpByDomain:
		return now.SignUpDomains, nil
	}
	return nil, nil
}

// Ask emails the next step to an address. Only an address that cannot be one is
// an error: emailaddr.ErrInvalid.
func (s *Service) Ask(ctx context.Context, r maillinks.SignUpRequest) error {
	if _, err := s.Offered(ctx); err != nil {
		return err
	}
	allowed, err := s.allowed(ctx, r.Email)
	if err != nil {
		return err
	}
	return s.MailLinks.AskToSignUp(ctx, r, allowed)
}

func (s *Service) allowed(ctx context.Context, email string) (bool, error) {
	key, err := emailaddr.Canonical(email)
	if err != nil {
		return false, err
	}
	now, err := s.Settings.Current(ctx)
	return err == nil && s.Settings.MaySignUp(now, key), err
}

// Asked returns what was asked for with a link: maillinks.ErrLink if it does not
// work, ErrClosed if the address may not sign up any more.
func (s *Service) Asked(ctx context.Context, token string) (maillinks.SignUpRequest, error) {
	r, err := s.MailLinks.SignsUp(ctx, token)
	if err != nil {
		return maillinks.SignUpRequest{}, err
	}
	allowed, err := s.allowed(ctx, r.Email)
	if err == nil && !allowed {
		err = ErrClosed
	}
	return r, err
}

// Create uses a link to create the account of its address. Only one of several
// concurrent calls succeeds. Mistakes are forms.Problems and do not use the
// link up; a taken user name is one. fs.ErrExist means that the address has an account meanwhile.
func (s *Service) Create(ctx context.Context, token, name, userName, password string) (users.User, error) {
	r, err := s.Asked(ctx, token)
	if err != nil {
		return users.User{}, err
	}
	now, err := s.Settings.Current(ctx)
	if err != nil {
		return users.User{}, err
	}
	if !now.UserNameSignIn {
		userName = ""
	}
	if taken, err := s.taken(ctx, userName); err != nil {
		return users.User{}, err
	} else if taken {
		return users.User{}, errTaken()
	}
	var giveBack func(context.Context) error
	n := users.NewUser{Email: r.Email, EmailVerified: true, Profile: users.Profile{Name: name}, SignInName: userName, Password: password}
	user, err := s.Users.SignUp(ctx, n, now.SignUpApproval, func(ctx context.Context) error {
		back, err := s.MailLinks.TakeSignUp(ctx, token)
		if err == nil {
			giveBack = back
		}
		return err
	})
	if err != nil {
		// Somebody else may have taken the user name meanwhile.
		taken, terr := s.taken(lasting.Of(ctx), userName)
		mine := errors.Is(err, fs.ErrExist) && taken && terr == nil
		if giveBack != nil && (mine || !errors.Is(err, fs.ErrExist)) {
			err = errors.Join(err, giveBack(ctx))
		}
		if mine {
			return users.User{}, errTaken()
		}
		return users.User{}, err
	}
	return user, s.Users.CloseInvitation(ctx, user)
}

func errTaken() error { return forms.New("sign_in_name", "user.sign_in_name.taken") }

// taken reports whether a user has this user name.
func (s *Service) taken(ctx context.Context, userName string) (bool, error) {
	if userName == "" {
		return false, nil
	}
	owner, err := s.Users.SignInNameOwner(ctx, userName)
	return owner != "", err
}
