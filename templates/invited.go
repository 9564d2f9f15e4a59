package templates

import "github.com/fedhub/fedhub/templates/locales"

// Invited lets an invited user create their account. It posts to
// /invite/{Token}.
type Invited struct {
	Token     string
	Flow, To  string // empty: no application waits
	Email     string
	Name      string
	Password  bool // whether the account may have one
	Shortest  int  // minimum number of characters
	Upstreams []Upstream
	Mistakes  []Mistake
}

func (p Invited) look() look {
	return look{"invited", card, locales.Say("invited.tab"), len(p.Mistakes) > 0}
}

// PasswordHint describes the rules for passwords.
func (p Invited) PasswordHint() locales.Text { return Setup{Shortest: p.Shortest}.PasswordHint() }
