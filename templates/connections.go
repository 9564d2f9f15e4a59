package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// Connections is what signs a person in. Its forms post to
// /account/connections/remove with identity={ID}, /account/connections/undo
// with record={ID}, and /account/connect/{Key}.
type Connections struct {
	Password bool // whether the account has one
	Passkeys int  // how many it has that work here
	Fresh    bool // whether they signed in just now, as changes need
	Linked   []Connection
	Others   []Upstream // that could be connected
	Changes  []LinkChange
}

func (Connections) look() look {
	return look{"connections", desk, locales.Say("connections.tab"), false}
}

// Ways is how many ways in there are.
func (p Connections) Ways() int {
	n := len(p.Linked) + p.Passkeys
	if p.Password {
		n++
	}
	return n
}

// A Connection is an identity elsewhere that signs in to this account.
type Connection struct {
	ID       string
	Provider string
	Icon     string
	Who      string       // their address there, as it was last said
	Trust    locales.Text // how much the hub relies on that
	Since    time.Time
	LastUsed time.Time
	Current  bool // this browser came in that way
	Off      bool // an administrator has switched the upstream off
}

// A LinkChange is something connected or disconnected of late.
type LinkChange struct {
	ID       string
	Provider string
	Unlinked bool
	Moved    bool         // to another issuer
	By       locales.Text // "by you", "by signing in", "by an administrator"
	Made     time.Time
	Until    time.Time // it can be undone
	Undone   time.Time // zero if it was not
	Kept     bool      // only an administrator can undo it
}

// Did says what happened to the provider.
func (l LinkChange) Did() locales.Text {
	switch {
	case l.Moved:
		return locales.Say("connections.changes-moved", "provider", l.Provider)
	case l.Unlinked:
		return locales.Say("connections.changes-disconnected", "provider", l.Provider)
	}
	return locales.Say("connections.changes-connected", "provider", l.Provider)
}

// Open tells whether the person can undo it.
func (l LinkChange) Open() bool { return l.Undone.IsZero() && !l.Kept }

// WasntMe takes back what an email told of. It posts to /wasnt-me.
type WasntMe struct {
	Token    string
	Provider string
	Unlinked bool
	Made     time.Time
	Until    time.Time
	Done     bool
	Mailed   bool // a link to a new password
}

func (WasntMe) look() look { return look{"wasntme", card, locales.Say("wasntme.tab"), false} }

// LinkProof is where the link in an email leads that proves an account. It
// posts to /signin/link/proof.
type LinkProof struct {
	Stop     string
	Provider string
	Email    string
	Empties  bool // the account was never proved, so it is emptied first
}

func (p LinkProof) look() look {
	return look{"linkproof", card, locales.Say("linkproof.tab", "provider", p.Provider), false}
}
