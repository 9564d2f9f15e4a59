package templates

import "github.com/fedhub/fedhub/templates/locales"

// Invited lets somebody make the account they were invited to. It posts to
// /invite/{Token}.
type Invited struct {
	Token     string
	Flow, To  string // empty: nobody waits
	Email     string
	Name      string
	Password  bool // whether the account may have one
	Shortest  int  // characters of it
	Upstreams []Upstream
	Mistakes  []Mistake
}

func (p Invited) look() look {
	return look{"invited", card, locales.Say("invited.tab"), len(p.Mistakes) > 0}
}

// PasswordHint says what makes a password good enough.
func (p Invited) PasswordHint() locales.Text { return Setup{Shortest: p.Shortest}.PasswordHint() }
