package templates

import "github.com/fedhub/fedhub/templates/locales"

// Choose asks which account of this browser to go on with. It posts flow, to and
// account to /signin/choose, to /signin/forget and to /signout.
type Choose struct {
	Flow     string // id of the flow; empty if no application waits
	To       string // next page of this hub, without a flow
	Client   Client // zero without a flow
	Accounts []ChooseAccount
	Switch   string // path to sign in with another account
}

// A ChooseAccount is one of them.
type ChooseAccount struct {
	Ref      string // names it in the forms
	Person   Person
	SignedIn bool
	Current  bool
}

func (p Choose) look() look { return look{"choose", card, locales.Say("choose.tab"), false} }

// Several reports whether more than one account is signed in.
func (p Choose) Several() bool {
	n := 0
	for _, a := range p.Accounts {
		if a.SignedIn {
			n++
		}
	}
	return n > 1
}

// One reports whether there is nothing to choose from but the account that is signed
// in.
func (p Choose) One() bool { return len(p.Accounts) == 1 && p.Accounts[0].SignedIn }
