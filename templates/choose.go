package templates

import "github.com/fedhub/fedhub/templates/locales"

// Choose asks a signed-in user whether to continue with this account. It posts
// to /signin/choose.
type Choose struct {
	Flow    string
	Client  Client
	Account Person
	Switch  string // path to sign in as another user
}

func (p Choose) look() look { return look{"choose", card, locales.Say("choose.tab"), false} }
