package settings

import (
	"slices"

	"github.com/fedhub/fedhub/internal/forms"
)

// Who may sign in with a password.
const (
	// PasswordsForAll allows all users.
	PasswordsForAll = "all"
	// PasswordsForAdministrators sends all others to a provider. Administrators
	// keep their passwords for the case that no provider is available.
	PasswordsForAdministrators = "administrators"
)

// PasswordsOf is one of the Passwords constants.
func (s Settings) PasswordsOf() string {
	if s.Passwords == "" {
		return PasswordsForAll
	}
	return s.Passwords
}

// OnlyAdministratorsByPassword reports whether only administrators can use a
// password.
func (s Settings) OnlyAdministratorsByPassword() bool {
	return s.Passwords == PasswordsForAdministrators
}

// SignsInByPassword reports whether this kind of user can use a password.
func (s Settings) SignsInByPassword(admin bool) bool {
	return admin || !s.OnlyAdministratorsByPassword()
}

// SignsInByEmail reports whether this kind of user can use a code by email.
func (s Settings) SignsInByEmail(admin bool) bool { return s.EmailSignIn && s.SignsInByPassword(admin) }

func (s Settings) passwordProblems() forms.Problems {
	if slices.Contains([]string{PasswordsForAll, PasswordsForAdministrators}, s.PasswordsOf()) {
		return nil
	}
	return forms.New("passwords", "settings.passwords.bad")
}
