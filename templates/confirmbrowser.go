package templates

import "github.com/fedhub/fedhub/templates/locales"

// ConfirmBrowser asks for the address to which a link is sent, by which an
// account knows a browser. It posts to /signin/confirm.
type ConfirmBrowser struct {
	Email    string // as typed
	Flow     string // id of the flow; empty when nobody waits for the answer
	To       string // page of this hub to go to then, where there is no flow
	Mistakes []Mistake
}

func (p ConfirmBrowser) look() look {
	return look{"confirmbrowser", card, locales.Say("confirmbrowser.tab"), len(p.Mistakes) > 0}
}

// ConfirmedBrowser is what that link leads to. Its button posts to
// /signin/confirm/{Token}.
type ConfirmedBrowser struct {
	Token string
	Email string
}

func (ConfirmedBrowser) look() look {
	return look{"confirmedbrowser", card, locales.Say("confirmedbrowser.tab"), false}
}
