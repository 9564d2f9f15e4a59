package templates

import "github.com/fedhub/fedhub/templates/locales"

// Prove asks a signed-in user to prove their identity again. It posts to
// /signin/prove.
type Prove struct {
	Flow        string
	To          string
	Client      Client // zero without a flow
	Account     Person
	Email       string // of the user
	Other       string // path to sign in with another account
	Alert       Note   // why the last attempt failed
	Password    bool   // whether they have a valid one
	Passkey     Ceremony
	Upstreams   []Upstream
	Silent      string // the provider that they came from, if it does not report the time of the sign-in there
	Mail        bool   // whether the hub can email a link to choose a password
	Sent        bool   // one was sent
	Code        bool   // the form asks for a second factor too
	PasskeyOnly bool   // the second factor is a passkey, and a password alone is not enough
	Action      string // path that the form posts to, if it continues another form
	Carried     []Pair // the values of that form
}

func (p Prove) look() look { return look{"prove", card, locales.Say("prove.tab"), p.Alert.Some()} }

// Target is the address of the form.
func (p Prove) Target() string { return either(p.Action, "/signin/prove") }

// Stuck reports whether the user has no way to prove their identity here.
func (p Prove) Stuck() bool {
	return !p.Password && !p.Passkey.Some() && !p.Mail && len(p.Upstreams) == 0
}
