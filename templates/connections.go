package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// Connections lists a user's sign-in methods. Its forms post to
// /account/connections/remove with identity={ID}, /account/connections/undo
// with record={ID}, and /account/connect/{Key}.
type Connections struct {
	Password bool // whether the account has one
	Passkeys int  // number of passkeys that work at this host
	Fresh    bool // whether they signed in just now, which changes require
	Linked   []Connection
	Others   []Upstream // providers that can be connected
	Changes  []LinkChange
}

func (Connections) look() look {
	return look{"connections", desk, locales.Say("connections.tab"), false}
}

// Ways is the number of sign-in methods.
func (p Connections) Ways() int {
	n := len(p.Linked) + p.Passkeys
	if p.Password {
		n++
	}
	return n
}

// A Connection is a provider's identity that signs in to this account.
type Connection struct {
	ID       string
	Provider string
	Icon     string
	Who      string       // their address at the provider, as last reported
	Trust    locales.Text // how much the hub trusts that address
	Since    time.Time
	LastUsed time.Time
	Current  bool // this browser signed in by it
	Off      bool // an administrator disabled the provider
}

// A LinkChange is a recent change of the connections.
type LinkChange struct {
	ID       string
	Provider string
	Unlinked bool
	Moved    bool         // to another issuer
	By       locales.Text // "by you", "by signing in", "by an administrator"
	Made     time.Time
	Until    time.Time // end of the time to undo it
	Undone   time.Time // zero if it was not
	Kept     bool      // only an administrator can undo it
}

// Did describes the change.
func (l LinkChange) Did() locales.Text {
	switch {
	case l.Moved:
		return locales.Say("connections.changes-moved", "provider", l.Provider)
	case l.Unlinked:
		return locales.Say("connections.changes-disconnected", "provider", l.Provider)
	}
	return locales.Say("connections.changes-connected", "provider", l.Provider)
}

// Open reports whether the user can undo it.
func (l LinkChange) Open() bool { return l.Undone.IsZero() && !l.Kept }

// WasntMe undoes a change, from the email about it. It posts to /wasnt-me.
type WasntMe struct {
	Token    string
	Provider string
	Unlinked bool
	Made     time.Time
	Until    time.Time
	Done     bool
	Mailed   bool // a link to a new password was sent
}

func (WasntMe) look() look { return look{"wasntme", card, locales.Say("wasntme.tab"), false} }

// LinkProof is the page of the link in an email that proves an account. It
// posts to /signin/link/proof.
type LinkProof struct {
	Stop     string
	Provider string
	Email    string
	Empties  bool // the account was never verified, so it is emptied first
}

func (p LinkProof) look() look {
	return look{"linkproof", card, locales.Say("linkproof.tab", "provider", p.Provider), false}
}
