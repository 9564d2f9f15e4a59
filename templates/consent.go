package templates

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/templates/locales"
)

// A Scope is one permission of a client, in words.
type Scope struct {
	Text   locales.Text
	Detail locales.Text
	New    bool // not among the earlier permissions
}

// ScopeInWords describes a scope. A scope that this hub does not define belongs
// to some app, so its name is shown unchanged.
func ScopeInWords(name string) Scope {
	words := map[string]Scope{
		"openid":         {Text: locales.Say("consent.know-that-it-is-you"), Detail: locales.Say("consent.an-identifier-that-stays-the")},
		"profile":        {Text: locales.Say("consent.see-your-profile"), Detail: locales.Say("consent.your-name-picture-and-language")},
		"email":          {Text: locales.Say("consent.see-your-email-address")},
		"phone":          {Text: locales.Say("consent.see-your-phone-number")},
		"address":        {Text: locales.Say("consent.see-your-postal-address")},
		"roles":          {Text: locales.Say("consent.see-your-roles"), Detail: locales.Say("consent.what-you-are-allowed-to")},
		"groups":         {Text: locales.Say("consent.see-your-groups"), Detail: locales.Say("consent.groups-that-you-belong-to")},
		"sessions":       {Text: locales.Say("consent.see-where-you-are-signed"), Detail: locales.Say("consent.your-browsers-and-their-addresses")},
		"offline_access": {Text: locales.Say("consent.stay-connected"), Detail: locales.Say("consent.keep-this-access-while-you")},
	}
	if known, ok := words[name]; ok {
		return known
	}
	return Scope{Text: locales.Say("consent.use", "name", name), Detail: locales.Say("consent.a-permission-that-this-app")}
}

// ClaimInWords describes a single claim that is requested on its own (OIDC Core
// §5.5).
func ClaimInWords(name string) Scope {
	switch name { // claims that do not fit the sentence "See your …"
	case "email_verified":
		return Scope{Text: locales.Say("consent.see-whether-your-email-address")}
	case "phone_number_verified":
		return Scope{Text: locales.Say("consent.see-whether-your-phone-number")}
	case "updated_at":
		return Scope{Text: locales.Say("consent.see-when-your-profile-last")}
	}
	words := map[string]locales.Text{
		"email": locales.Say("consent.email"), "phone_number": locales.Say("consent.phone-number"), "address": locales.Say("consent.address"), "name": locales.Say("consent.name"),
		"given_name": locales.Say("consent.given-name"), "family_name": locales.Say("consent.family-name"), "middle_name": locales.Say("consent.middle-name"), "nickname": locales.Say("consent.nickname"),
		"preferred_username": locales.Say("consent.preferred-username"), "profile": locales.Say("consent.profile"), "picture": locales.Say("consent.picture"), "website": locales.Say("consent.website"),
		"gender": locales.Say("consent.gender"), "birthdate": locales.Say("consent.birthdate"), "zoneinfo": locales.Say("consent.zoneinfo"), "locale": locales.Say("consent.locale"), "roles": locales.Say("consent.roles"), "groups": locales.Say("consent.groups"),
	}
	text, ok := words[name]
	if !ok {
		text = locales.Say("consent.see-your", "name", name)
	}
	return Scope{Text: text}
}

// FieldInWords describes a user field that administrators defined, by its label.
func FieldInWords(label string) Scope {
	return Scope{Text: locales.Say("consent.see-your", "name", label)}
}

// MembershipInWords describes a claim that says which of these groups the user is
// in.
func MembershipInWords(groups []string) Scope {
	if len(groups) == 1 {
		return Scope{Text: locales.Say("consent.see-whether-in-group", "group", groups[0])}
	}
	return Scope{Text: locales.Say("consent.see-which-groups", "groups", strings.Join(groups, ", "))}
}

// An API is a resource server that a client wants tokens for (RFC 8707).
type API struct {
	Name       string
	Identifier string // its address
}

// Shown is the name with the address.
func (a API) Shown() string {
	if a.Name == "" || a.Name == a.Identifier {
		return a.Identifier
	}
	return a.Name + " (" + a.Identifier + ")"
}

// InWords describes the access to the API.
func (a API) InWords() Scope {
	return Scope{Text: locales.Say("consent.act-for-you-at", "address", a.Shown()), Detail: locales.Say("consent.a-service-that-this-app")}
}

// ScopeInWords describes a scope of the API, in the words of its administrator.
func (a API) ScopeInWords(name, text string) Scope {
	if text == "" {
		return Scope{Text: locales.Say("consent.use", "name", name), Detail: locales.Stored(a.Shown())}
	}
	return Scope{Text: locales.Stored(text), Detail: locales.Stored(a.Shown())}
}

// A Detail is one authorization detail in words (RFC 9396): the API's name for
// it, and each member as it was sent.
type Detail struct {
	Type string
	Rows []Pair
}

// Consent asks whether a client may have the requested permissions. It posts to
// /consent with decision=allow or decision=cancel.
type Consent struct {
	Flow    string
	Client  Client
	Account Person
	Switch  string // path to sign in as another user
	Scopes  []Scope
	Details []Detail
	Origin  string // origin of the redirect URI, like "https://payroll.example.org"
	// Unverified is the host of an app that registered itself and asks for an API;
	// empty for others.
	Unverified string
}

func (p Consent) look() look {
	return look{"consent", card, locales.Say("consent.tab", "shown", p.Client.Shown()), false}
}

// Continue returns to a client with a page instead of a redirect: a form's
// Content-Security-Policy also applies to the redirects after it, and these may
// end in an app on the device.
type Continue struct {
	Client string
	URL    string       // the whole response, to a registered redirect URI
	Ask    locales.Text // host of the URL, if the user decides whether to continue

	// The error for the client, if there is one.
	Code, Description string
	// Values, if there are any, are sent as a form (OAuth 2.0 Form Post
	// Response Mode); the page needs a Content-Security-Policy that allows it.
	Values []Pair
}

func (p Continue) look() look {
	return look{"continue", card, locales.Say("continue.tab", "client", p.Client), false}
}

// Target is the address of the client. html/template would refuse the private
// schemes of apps on a device (RFC 8252 §7.1), so this is the one place where a
// page marks a value as safe. Schemes that run or read something in the browser
// are still refused.
func (p Continue) Target() (template.URL, error) {
	parsed, err := url.Parse(p.URL)
	if err != nil {
		return "", fmt.Errorf("continue: %w", err)
	}
	harmful := []string{"", "javascript", "data", "vbscript", "file", "blob", "filesystem", "about", "view-source", "ws", "wss"}
	if slices.Contains(harmful, parsed.Scheme) {
		return "", fmt.Errorf("continue: no page leads to the scheme %q", parsed.Scheme)
	}
	return template.URL(p.URL), nil
}

// attribute is an address as the value of an attribute, unchanged.
// html/template escapes ( ) and ', and then the response would go to another
// address than the registered one.
func attribute(name, address string) (template.HTMLAttr, error) {
	target, err := Continue{URL: address}.Target()
	return template.HTMLAttr(name + `="` + template.HTMLEscapeString(string(target)) + `"`), err
}

// Link and Action are the addresses of the page's link or form.
func (p Continue) Link() (template.HTMLAttr, error)   { return attribute("href", p.URL) }
func (p Continue) Action() (template.HTMLAttr, error) { return attribute("action", p.URL) }

// Action is the address of the form.
func (p FormPost) Action() (template.HTMLAttr, error) { return attribute("action", p.URL) }

// Link is the address of the link.
func (p SigningOut) Link() (template.HTMLAttr, error) { return attribute("href", p.URL) }

// Target is the address of the client.
func (p SigningOut) Target() (template.URL, error) { return Continue{URL: p.URL}.Target() }

// FormPost sends the response as a form that submits itself (OAuth 2.0 Form
// Post Response Mode). The page needs Frame.Nonce, and a
// Content-Security-Policy that allows the nonce and the form's address.
type FormPost struct {
	Client string
	URL    string // http or https
	Values []Pair
}

func (p FormPost) look() look {
	return look{"formpost", card, locales.Say("formpost.tab", "client", p.Client), false}
}
