package settings

import (
	"slices"

	"github.com/fedhub/fedhub/internal/forms"
)

// Who may sign in with a password.
const (
	// PasswordsForAll lets everybody who has one.
	PasswordsForAll = "all"
	// PasswordsForAdministrators sends everybody else to an upstream. An
	// administrator's password stays good, for when no upstream is there.
	PasswordsForAdministrators = "administrators"
)

// PasswordsOf is one of the Passwords constants.
func (s Settings) PasswordsOf() string {
	if s.Passwords == "" {
		return PasswordsForAll
	}
	return s.Passwords
}

// OnlyAdministratorsByPassword tells whether a password is no way in for
// anybody else.
func (s Settings) OnlyAdministratorsByPassword() bool {
	return s.Passwords == PasswordsForAdministrators
}

// SignsInByPassword tells whether a password signs this kind of person in.
func (s Settings) SignsInByPassword(admin bool) bool {
	return admin || !s.OnlyAdministratorsByPassword()
}

func (s Settings) passwordProblems() forms.Problems {
	if slices.Contains([]string{PasswordsForAll, PasswordsForAdministrators}, s.PasswordsOf()) {
		return nil
	}
	return forms.New("passwords", "settings.passwords.bad")
}
