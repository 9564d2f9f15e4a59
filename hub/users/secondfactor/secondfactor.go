// Package secondfactor keeps the second factors that a person types: the codes
// of an authenticator app (TOTP, RFC 6238), and recovery codes for the day when
// the app is gone. Passkeys are in hub/users/passkeys.
package secondfactor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/texts"
)

// Factors are what one user can type. It is one record, so that a code that two
// requests bring is counted once.
type Factors struct {
	ID       string   `bson:"id"` // the user's
	App      App      `bson:"app,omitempty"`
	Recovery Recovery `bson:"recovery,omitempty"`

	// Told is when the user was first asked to set up a second factor. The grace
	// period runs from it.
	Told time.Time `bson:"told,omitempty"`
}

// An App is an authenticator app.
type App struct {
	Secret string    `bson:"secret,omitempty" secret:"sealed"`
	Step   int64     `bson:"step,omitempty"` // time step of the last code that was accepted
	Added  time.Time `bson:"added,omitempty"`
	Used   time.Time `bson:"used,omitempty"`
}

// Recovery are the recovery codes that are left.
type Recovery struct {
	Codes []string  `bson:"codes,omitempty" secret:"hash"`
	Made  time.Time `bson:"made,omitempty"`
	Used  time.Time `bson:"used,omitempty"`
}

// Key names the record.
func (f Factors) Key() string { return f.ID }

// HasApp reports whether an authenticator app is set up.
func (f Factors) HasApp() bool { return f.App.Secret != "" }

var (
	// ErrWrongCode is the answer to every wrong code, also to one that was used
	// before.
	ErrWrongCode = texts.Failure("the code is wrong or was used already", "second.wrong")
	// ErrAppRefused is the answer to a code of the app after so many wrong ones in
	// a row that guessing them is no longer slow (NIST SP 800-63B-4 §3.2.2). A
	// recovery code or a passkey still works.
	ErrAppRefused = texts.Failure("too many wrong codes in a row; the authenticator app is not accepted", "second.refused")
)

// A Service keeps second factors.
type Service struct {
	Set    *store.Collection[Factors]
	Box    *seal.Box
	Limits passwords.Limiter // of wrong codes, by user
	Now    func() time.Time
}

// Of returns what a user has set up: the zero Factors for nothing.
func (s *Service) Of(ctx context.Context, userID string) (Factors, error) {
	f, err := s.Set.Get(ctx, userID)
	if errors.Is(err, fs.ErrNotExist) {
		return Factors{ID: userID}, nil
	}
	return f, err
}

// Method is how a code proved its user.
type Method string

// What a code can be. Both are one-time passwords (amr "otp", RFC 8176 §2).
const (
	ByApp      Method = "app"
	ByRecovery Method = "recovery"
)

// AMR is the amr of both.
const AMR = "otp"

// Check accepts a code of the user's app or one of the recovery codes, once.
// Besides the errors above it returns *passwords.Throttled while codes must
// wait. The network is counted as for passwords.
func (s *Service) Check(ctx context.Context, userID, network, code string) (method Method, err error) {
	err = s.Guess(ctx, "second factor "+userID, network, func(doubtful bool) error {
		method, err = s.use(ctx, userID, code, doubtful)
		return err
	})
	return method, err
}

// Guess runs a check of something that can be guessed, and counts it when it is
// ErrWrongCode or ErrAppRefused. The key has blanks, so that it is no email
// address. doubtful reports that very many in a row were wrong.
func (s *Service) Guess(ctx context.Context, key, network string, check func(doubtful bool) error) error {
	attempt, err := s.Limits.Begin(ctx, key, network)
	if err != nil {
		return err
	}
	err = check(attempt.Doubtful())
	after := lasting.Of(ctx)
	switch {
	case err == nil:
		return attempt.Right(after)
	case errors.Is(err, ErrWrongCode), errors.Is(err, ErrAppRefused):
		return errors.Join(err, attempt.Wrong(after))
	}
	return errors.Join(err, attempt.Forgive(after))
}

// GuessMailed is Guess for the code from an email that the first factor of a user
// needs.
func (s *Service) GuessMailed(ctx context.Context, userID, network string, check func() error) error {
	return s.Guess(ctx, "enrolment code "+userID, network, func(bool) error { return check() })
}

// use marks a code as used, in the same write that finds it unused.
func (s *Service) use(ctx context.Context, userID, code string, doubtful bool) (method Method, err error) {
	code = plain(code)
	err = s.Set.Update(ctx, userID, func(f *Factors) error {
		if isAppCode(code) {
			method = ByApp
			return s.useApp(f, code, doubtful)
		}
		method = ByRecovery
		if !f.Recovery.take(userID, code) {
			return ErrWrongCode
		}
		f.Recovery.Used = s.Now()
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrWrongCode
	}
	return method, err
}

func (s *Service) useApp(f *Factors, code string, doubtful bool) error {
	if !f.HasApp() {
		return ErrWrongCode
	}
	secret, err := s.Box.Open(f.App.Secret, names.SecondFactor(f.ID))
	if err != nil {
		return fmt.Errorf("read the secret of an authenticator app: %w", err)
	}
	step, ok := stepOf(string(secret), code, s.Now(), f.App.Step)
	switch {
	case !ok:
		return ErrWrongCode
	case doubtful:
		return ErrAppRefused
	}
	f.App.Step, f.App.Used = step, s.Now()
	return nil
}

// SetApp sets up an app with this secret, in place of another one, if the code
// is of it.
func (s *Service) SetApp(ctx context.Context, userID, secret, code string) error {
	now := s.Now()
	step, ok := stepOf(secret, plain(code), now, 0)
	if !ok {
		return ErrWrongCode
	}
	return s.put(ctx, userID, func(f *Factors) error {
		f.App = App{Secret: s.Box.Seal([]byte(secret), names.SecondFactor(userID)), Step: step, Added: now, Used: now}
		return nil
	})
}

// AdoptApp sets up an app with this secret that its user has already, as of
// another system. If the user has an app here, it is fs.ErrExist.
func (s *Service) AdoptApp(ctx context.Context, userID, secret string) error {
	if !ValidSecret(secret) {
		return ErrSecret
	}
	return s.put(ctx, userID, func(f *Factors) error {
		if f.HasApp() {
			return fs.ErrExist
		}
		f.App = App{Secret: s.Box.Seal([]byte(secret), names.SecondFactor(userID)), Added: s.Now()}
		return nil
	})
}

// NewRecovery replaces the recovery codes and returns the new ones, which are
// not kept in the clear.
func (s *Service) NewRecovery(ctx context.Context, userID string) ([]string, error) {
	codes, hashes := newCodes(userID)
	err := s.put(ctx, userID, func(f *Factors) error {
		f.Recovery = Recovery{Codes: hashes, Made: s.Now()}
		return nil
	})
	return codes, err
}

// RemoveApp removes the app.
func (s *Service) RemoveApp(ctx context.Context, userID string) error {
	return s.put(ctx, userID, func(f *Factors) error {
		f.App = App{}
		return nil
	})
}

// RemoveRecovery removes the recovery codes.
func (s *Service) RemoveRecovery(ctx context.Context, userID string) error {
	return s.put(ctx, userID, func(f *Factors) error {
		f.Recovery = Recovery{}
		return nil
	})
}

// RemoveAll removes everything and lets the grace period begin anew.
func (s *Service) RemoveAll(ctx context.Context, userID string) error {
	err := s.Set.Delete(ctx, userID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Tell notes that the user was asked to set up a second factor, and returns
// when they were first.
func (s *Service) Tell(ctx context.Context, userID string) (since time.Time, err error) {
	err = s.put(ctx, userID, func(f *Factors) error {
		if !f.Told.IsZero() {
			since = f.Told
			return store.ErrUnchanged
		}
		f.Told, since = s.Now(), s.Now()
		return nil
	})
	return since, err
}

// put changes the record of a user, which there may not be yet. It is not
// store.Put, which replaces a record that cannot be read: that would take the
// factor away.
func (s *Service) put(ctx context.Context, userID string, change func(*Factors) error) error {
	for range 50 { // another request may insert or delete it in between
		err := s.Set.Update(ctx, userID, change)
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		fresh := Factors{ID: userID}
		if err := change(&fresh); err != nil {
			return err
		}
		if err = s.Set.Insert(ctx, fresh); !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return fmt.Errorf("change the second factors of a user: %w", fs.ErrExist)
}
