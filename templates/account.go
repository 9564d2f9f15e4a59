package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// Account is a user's own page.
type Account struct {
	Name     string
	Username string // empty if none
	Email    string
	Verified bool // whether the email address is verified
	Mail     bool // whether the hub sends emails

	Due         time.Time // of the account's deletion; zero if none was requested
	HasPassword bool
	Passkeys    int // that work here
	Roles       []string
	Groups      []string // names
	Apps        []AccountApp
	TokenLife   time.Duration // how long an app's last token can outlive its removal
	Logins      []AccountLogin
	Sessions    []AccountSession // this browser's first
}

func (Account) look() look { return look{"account", desk, locales.Say("account.tab"), false} }

// An AccountApp is a client that the user allowed. Its button posts to
// /account/apps/remove with client={ID}.
type AccountApp struct {
	ID       string
	Client   Client
	Scopes   []Scope
	Since    time.Time
	LastUsed time.Time // zero if never
	Open     string    // path or address that starts a sign-in to it; empty if there is none
}

// An AccountLogin is a provider's identity that signs in to this account.
type AccountLogin struct {
	Provider string
	Icon     string // as in Upstream
	Who      string // their name or address at the provider
	Since    time.Time
}

// An AccountSession is one browser that is signed in as this user. Its button
// posts to /account/sessions/end with session={ID}.
type AccountSession struct {
	ID      string
	Current bool
	Device  locales.Text // like "Firefox on Linux"; zero if unknown
	Method  locales.Text // how they signed in; zero if unknown
	IP      string
	Apps    []string // names of the apps that were signed in to
	Started time.Time
	Seen    time.Time
}

// Others is how many other browsers are signed in.
func (p Account) Others() int {
	n := 0
	for _, s := range p.Sessions {
		if !s.Current {
			n++
		}
	}
	return n
}
