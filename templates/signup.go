package templates

import (
	"strings"

	"github.com/fedhub/fedhub/templates/locales"
)

// SignUp asks for the address of a new account. It posts to /signup.
type SignUp struct {
	Flow     string   // id of the flow; empty if no application waits
	To       string   // next page of this hub, without a flow
	Client   Client   // zero without a flow
	Email    string   // as typed
	Domains  []string // of addresses that may sign up; empty: all may
	Back     string   // path of the sign-in page
	Mistakes []Mistake
}

func (p SignUp) look() look {
	return look{"signup", card, locales.Say("signup.tab"), len(p.Mistakes) > 0}
}

// mostDomains bounds the domains in the hint.
const mostDomains = 5

// Hint names the domains, unless there are too many.
func (p SignUp) Hint() locales.Text {
	if len(p.Domains) == 0 || len(p.Domains) > mostDomains {
		return locales.Text{}
	}
	return locales.Say("signup.email-hint", "domains", strings.Join(p.Domains, ", "))
}

// SignUpForm asks for the name and the password of a new account. It posts to
// /signup/{Token}.
type SignUpForm struct {
	Token    string
	Email    string // address that received the link
	Name     string // as typed
	Names    bool   // whether a user name can be chosen
	UserName string // as typed; sign_in_name
	Shortest int    // minimum number of characters of a password
	Mistakes []Mistake
}

func (p SignUpForm) look() look {
	return look{"signupform", card, locales.Say("signup.form-tab"), len(p.Mistakes) > 0}
}

// PasswordHint describes the rules for passwords.
func (p SignUpForm) PasswordHint() locales.Text { return Setup{Shortest: p.Shortest}.PasswordHint() }
