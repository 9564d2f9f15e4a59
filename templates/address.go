package templates

import "github.com/fedhub/fedhub/templates/locales"

// Told shows one message and a link.
type Told struct {
	Title  locales.Text
	Text   locales.Text
	Action Action // may be zero
}

func (p Told) look() look { return look{"told", card, p.Title, false} }

// Email is the form to change the email address. It posts to /account/email.
type Email struct {
	Current  string
	Email    string // as typed
	Mistakes []Mistake
}

func (p Email) look() look { return look{"email", card, locales.Say("email.tab"), len(p.Mistakes) > 0} }

// VerifyEmail is the page of the link in an email. Its button posts to
// /account/verify/{Token}.
type VerifyEmail struct {
	Token string
	Email string
}

func (VerifyEmail) look() look { return look{"verify", card, locales.Say("verify.tab"), false} }

// ChangePassword is a form. It posts to /account/password.
type ChangePassword struct {
	Email    string // for password managers
	Has      bool   // there is a password to change
	Shortest int
	Alert    Note
	Mistakes []Mistake
}

func (p ChangePassword) look() look {
	return look{"password", card, locales.Say("password.tab"), len(p.Mistakes) > 0 || p.Alert.Some()}
}

// PasswordHint describes the rules for passwords.
func (p ChangePassword) PasswordHint() locales.Text {
	return Setup{Shortest: p.Shortest}.PasswordHint()
}

// Forgot asks for the address of the account with the forgotten password. It
// posts to /password/forgot.
type Forgot struct {
	Mail     bool // whether the hub sends emails; if not, the page names the administrator
	Email    string
	Flow     string // id of the flow; empty if no application waits
	To       string // next page of this hub, without a flow
	Cancel   string // path to go back to
	Mistakes []Mistake
}

func (p Forgot) look() look {
	return look{"forgot", card, locales.Say("forgot.tab"), len(p.Mistakes) > 0}
}

// ResetPassword is the page of the link in an email. It posts to
// /password/reset/{Token}.
type ResetPassword struct {
	Token    string
	Email    string
	Shortest int
	Mistakes []Mistake
}

func (p ResetPassword) look() look {
	return look{"reset", card, locales.Say("reset.tab"), len(p.Mistakes) > 0}
}

// PasswordHint describes the rules for passwords.
func (p ResetPassword) PasswordHint() locales.Text { return Setup{Shortest: p.Shortest}.PasswordHint() }
