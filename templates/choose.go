package templates

import "github.com/fedhub/fedhub/templates/locales"

// Choose asks someone who is signed in whether to go on as who they are. It
// posts to /signin/choose.
type Choose struct {
	Flow    string
	Client  Client
	Account Person
	Switch  string // path that signs in as somebody else
}

func (p Choose) look() look { return look{"choose", card, locales.Say("choose.tab"), false} }
