package templates

import "github.com/fedhub/fedhub/templates/locales"

// Languages is the language menu below a page without a signed-in user. It
// posts to /language. Without languages there is no menu.
type Languages struct {
	All  []Language
	To   string // path of this page
	Over string // the language in the app's request
}

// A Language is one choice, by its name in the language itself.
type Language struct {
	Tag     string
	Name    string
	Current bool
}

// administration lists the templates of administration pages. They are in
// English only: a page never mixes two languages.
var administration = map[string]bool{
	"userfields": true, "audit": true, "auditevent": true,
	"client": true, "clientnew": true, "clientpreset": true, "clients": true, "decisions": true, "group": true, "userimport": true, "userreceipt": true, "groups": true, "delete": true, "home": true, "key": true,
	"keycatalogue": true, "keyidentities": true, "keynew": true, "keys": true, "keytried": true, "map": true, "peer": true, "secret": true,
	"servers": true, "settings": true, "signing": true, "signout1": true, "signouts": true, "simulator": true, "sitenew": true, "sitesetup": true,
	"trace": true, "traces": true, "user": true, "users": true,
}

// spoken are the words of a page: in the user's language, or English.
func (f Frame) spoken(dressed look) *locales.Words {
	switch {
	case f.Words == nil, f.Words.Translated() && administration[dressed.file]:
		return locales.English()
	}
	return f.Words
}

// Language is the language of a page.
func (f Frame) Language(page Page) string { return f.spoken(page.look()).Lang() }
