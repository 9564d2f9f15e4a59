package templates

import (
	"strings"

	"github.com/fedhub/fedhub/templates/locales"
)

// SignUp asks for the address of a new account. It posts to /signup.
type SignUp struct {
	Flow     string   // id of the flow; empty when nobody waits for the answer
	To       string   // page of this hub to go to then, where there is no flow
	Client   Client   // zero without a flow
	Email    string   // as typed
	Domains  []string // of addresses that may sign up; none: all may
	Back     string   // path of the sign-in page
	Mistakes []Mistake
}

func (p SignUp) look() look {
	return look{"signup", card, locales.Say("signup.tab"), len(p.Mistakes) > 0}
}

// mostDomains is how many domains the hint names.
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
	Email    string // that the link was sent to
	Name     string // as typed
	Shortest int    // characters of a password
	Mistakes []Mistake
}

func (p SignUpForm) look() look {
	return look{"signupform", card, locales.Say("signup.form-tab"), len(p.Mistakes) > 0}
}

// PasswordHint says what makes a password good enough.
func (p SignUpForm) PasswordHint() locales.Text { return Setup{Shortest: p.Shortest}.PasswordHint() }
