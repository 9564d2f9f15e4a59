package templates

import (
	"net/url"
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminDecisions lists linked and unlinked identities. Its buttons post to
// /admin/account-links/undo with record={ID}.
type AdminDecisions struct {
	User      string // id of the one user in the list; empty: all users
	Decisions []Decision
	Keys      []Option // login keys for linking in advance: id and name
	Form      LinkBeforehand
	Mistakes  []Mistake
	Next      string // id after which the older ones start; empty: there are none
}

func (p AdminDecisions) look() look {
	return look{"decisions", desk, locales.Say("decisions.tab"), len(p.Mistakes) > 0}
}

// LinkBeforehand is the form to link an identity before its first sign-in. It
// posts to /admin/account-links/link.
type LinkBeforehand struct {
	Account string // account: an address
	Key     string // key
	Issuer  string // issuer; empty: the key's
	Subject string // subject
}

// A Decision is one change of a user's identities.
type Decision struct {
	ID       string
	UserID   string
	User     locales.Text // as shown
	Key      string       // id of the login key
	Provider string
	Unlinked bool
	Moved    bool // to another issuer of the same provider
	Emptied  bool
	Row      string       // of the table; empty for an unlink
	Rule     locales.Text // its title
	Reason   locales.Text
	Policy   locales.Text // at the time
	Made     time.Time
	Until    time.Time // end of the time to undo it
	Undone   time.Time // zero if it was not
	UndoneBy string
}

// Open reports whether it can be undone.
func (d Decision) Open() bool { return d.Undone.IsZero() }

// Undo is the text of the button that undoes it.
func (d Decision) Undo() locales.Text {
	id := "decisions.undo-linked-label"
	switch {
	case d.Moved:
		id = "decisions.undo-moved-label"
	case d.Unlinked:
		id = "decisions.undo-unlinked-label"
	}
	return locales.Say(id, "user", d.User, "provider", d.Provider)
}

// Of is the page of this user's links.
func (d Decision) Of() string {
	return "/admin/account-links?" + url.Values{"user": {d.UserID}}.Encode()
}
