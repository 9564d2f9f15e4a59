package templates

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/templates/locales"
)

// A Client is the app that the user signs in to, as far as the hub knows it.
type Client struct {
	Name         string // as registered here
	Host         string // of its address, like "payroll.example.org"
	SelfDeclared bool   // the name is unverified: pages show only the host
	Server       bool   // it is another hub, which passes the data on to its apps
	For          string // that hub's name for the requesting app; empty if it does not send one
	Logo         string // https address of an image, or empty; the page's policy must allow it
	Terms        string // https address, or empty
	Policy       string // https address, or empty
}

// Shown is the verified name: a name from the client itself could be false. A
// hub is shown with its host, because it is between the user and the app.
func (c Client) Shown() string {
	switch {
	case c.SelfDeclared:
		return c.Host
	case c.Server && c.Name != "" && c.Name != c.Host:
		return c.Name + " (" + c.Host + ")"
	}
	return either(c.Name, c.Host)
}

// An Upstream is the button of a sign-in provider. It posts to
// /signin/with/{Key}.
type Upstream struct {
	Key  string
	Name string
	Icon string // "peer" or "openid"; without one the first letter is shown
	Last bool   // this browser last signed in by it
}

// SignIn is the sign-in page. It posts to /signin.
type SignIn struct {
	Flow      string // id of the flow; empty if no application waits
	To        string // next page of this hub, without a flow
	Client    Client // zero without a flow
	Email     string // as typed before, or from the client's login_hint
	Alert     Note   // why the last attempt failed; zero on first view
	Mistakes  []Mistake
	Names     bool // whether a user name works in place of the email
	Phones    bool // whether a phone number does
	Password  bool // whether passwords are asked for
	Passkey   Ceremony
	OnlyAdmin bool    // whether passwords work for administrators only
	ByEmail   string  // path of the page that emails a sign-in code; empty: none
	Account   *Person // set if the signed-in user is asked to sign in again
	Other     string  // path to sign in with another account, then
	Stay      Stay
	Forgot    string // path of the page that emails a link to choose a password
	SignUp    string // path of the page that creates an account; empty if sign-up is off
	Upstreams []Upstream

	EmailFirst bool       // the page asks for the address only, because it may belong to a provider
	Local      string     // path of the page with the password, for any address
	More       []Upstream // folded providers
	Query      string     // search among them
}

// Search filters the folded providers by the words of the query in their names.
func (p *SignIn) Search(query string) {
	query = strings.ToLower(strings.TrimSpace(query))
	p.Query = query
	if query != "" {
		p.More = slices.DeleteFunc(p.More, func(u Upstream) bool { return !strings.Contains(strings.ToLower(u.Name), query) })
	}
}

// Many reports whether there are enough for a search.
func (p SignIn) Many() bool { return len(p.More) > 12 || p.Query != "" }

func (p SignIn) look() look {
	return look{"signin", card, locales.Say("signin.tab"), p.Wrong()}
}

// Wrong reports whether the last attempt failed.
func (p SignIn) Wrong() bool { return p.Alert.Some() || len(p.Mistakes) > 0 }

// Ready reports whether there is any way to sign in.
func (p SignIn) Ready() bool {
	return p.Account != nil || p.Password || p.OnlyAdmin || len(p.Upstreams) > 0
}

// FocusEmail and FocusPassword choose the first field to type in, unless a
// message comes first.
func (p SignIn) FocusEmail() bool { return !p.Wrong() && p.Email == "" }

// Label is that of the field of the address.
func (p SignIn) Label() locales.Text {
	switch {
	case p.Names && p.Phones:
		return locales.Say("signin.email-name-or-phone-label")
	case p.Names:
		return locales.Say("signin.email-or-name-label")
	case p.Phones:
		return locales.Say("signin.email-or-phone-label")
	}
	return locales.Say("signin.email-label")
}

// Kind is the type of that field: browsers refuse other texts in one of type
// email.
func (p SignIn) Kind() string {
	if p.Names || p.Phones {
		return "text"
	}
	return "email"
}

// Fills is the autocomplete value of the address field. It can offer passkeys
// too (HTML §4.10.18.7.1, "webauthn").
func (p SignIn) Fills() string {
	if p.Passkey.Some() {
		return "username webauthn"
	}
	return "username"
}

// FocusPassword is true if the address is known already.
func (p SignIn) FocusPassword() bool { return !p.Wrong() && p.Email != "" && !p.EmailFirst }

// Link asks a user of a provider to prove that they own the account with the
// same address. It posts to /signin/link.
type Link struct {
	Stop      string // id of the provider's stored answer
	Flow      string
	To        string
	Client    Client // zero without a flow
	Provider  string // the provider to connect
	Email     string // of the account that exists here
	Alert     Note
	Mistakes  []Mistake
	Password  bool       // whether the account has a password
	Mail      bool       // whether an email can prove it
	Sent      bool       // one was sent
	Upstreams []Upstream // providers that may be connected already, and so prove it
	Cancel    string     // path to go back to
}

func (p Link) look() look {
	return look{"link", card, locales.Say("link.tab", "provider", p.Provider), p.Wrong()}
}

// Wrong reports whether the last attempt failed.
func (p Link) Wrong() bool { return p.Alert.Some() || len(p.Mistakes) > 0 }

// SignOut asks before signing out. It posts to /signout.
type SignOut struct {
	Stop   string   // id of the stored next step
	Client string   // that requested it; empty if the user did
	Apps   []string // apps that are signed out too
	Stay   string   // path to stay signed in

	Account Person // the user who is signed out
	Ref     string // names the account in the form
	Several bool   // other accounts are signed in too

	// The mistake in an app's request, which then has no redirect.
	Code        string
	Description string
}

func (SignOut) look() look { return look{"signout", card, locales.Say("signout.tab"), false} }

// SignedOut is the last page of a sign-out without a redirect.
type SignedOut struct {
	Back    Action    // to the requesting client, if its address is registered
	Told    []ToldApp // apps that confirmed
	Waiting []ToldApp // apps without an answer so far; the hub retries
	Again   string    // path of this page, to reload
	There   []Action  // to the pages that end the session at the provider
	Others  bool      // other accounts are still signed in
}

// A ToldApp is an app that is notified of a sign-out.
type ToldApp struct{ Name string }

// Heard is the number of notified apps, in words.
func (p SignedOut) Heard() locales.Text { return locales.Say("signedout.heard", "count", len(p.Told)) }

// Silent is the number of apps without an answer, in words.
func (p SignedOut) Silent() locales.Text {
	return locales.Say("signedout.silent", "count", len(p.Waiting))
}

func (SignedOut) look() look { return look{"signedout", card, locales.Say("signedout.tab"), false} }

// SigningOut loads pages of apps to end their sessions in this browser (OIDC
// Front-Channel Logout §3), and continues. It needs a Content-Security-Policy
// that allows the frames.
type SigningOut struct {
	Frames []string // addresses, http or https
	Client string   // where the browser goes next; empty: to none
	URL    string   // its address
	Next   string   // path of the next page of this hub, without a client

	Patience int // seconds after which the browser continues in any case
}

func (SigningOut) look() look { return look{"signingout", card, locales.Say("signingout.tab"), false} }

// Setup creates the first administrator. It posts to /setup.
type Setup struct {
	Token    string // from the setup link, unless it is in a cookie
	Email    string
	Name     string
	Shortest int // minimum number of characters of a password
	Mistakes []Mistake
}

func (p Setup) look() look {
	return look{"setup", card, locales.Say("setup.tab"), len(p.Mistakes) > 0}
}

// PasswordHint describes the rules for passwords.
func (p Setup) PasswordHint() locales.Text {
	if p.Shortest == 0 {
		return locales.Say("setup.password-hint")
	}
	return locales.Say("setup.password-hint-shortest", "count", p.Shortest)
}

// A Stay is the question whether the user wants to stay signed in after the browser
// was closed.
type Stay struct {
	Asked bool
	On    bool // the box is ticked
}
