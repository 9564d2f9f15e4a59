package templates

import "github.com/fedhub/fedhub/templates/locales"

// ConfirmBrowser asks for the address that receives a link; the link makes this
// browser known to the account. It posts to /signin/confirm.
type ConfirmBrowser struct {
	Email    string // as typed
	Flow     string // id of the flow; empty if no application waits
	To       string // next page of this hub, without a flow
	Cancel   string // path to go back to
	Mistakes []Mistake
}

func (p ConfirmBrowser) look() look {
	return look{"confirmbrowser", card, locales.Say("confirmbrowser.tab"), len(p.Mistakes) > 0}
}

// ConfirmedBrowser is the page of that link. Its button posts to
// /signin/confirm/{Token}.
type ConfirmedBrowser struct {
	Token string
	Email string
}

func (ConfirmedBrowser) look() look {
	return look{"confirmedbrowser", card, locales.Say("confirmedbrowser.tab"), false}
}
