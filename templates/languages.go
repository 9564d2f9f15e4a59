package templates

import "github.com/fedhub/fedhub/templates/locales"

// Languages is the menu below a page for people who are not signed in. It
// posts to /language. Without languages there is no menu.
type Languages struct {
	All  []Language
	To   string // path of the page, to come back to
	Over string // the language that the app asked for
}

// A Language is one to choose, by its name in the language itself.
type Language struct {
	Tag     string
	Name    string
	Current bool
}

// administration are the pages that only administrators see, by their template.
// They are English as a whole: a page never mixes two languages.
var administration = map[string]bool{
	"client": true, "clientnew": true, "clientpreset": true, "clients": true, "decisions": true, "delete": true, "home": true, "key": true,
	"keycatalogue": true, "keyidentities": true, "keynew": true, "keys": true, "keytried": true, "map": true, "peer": true, "secret": true,
	"servers": true, "settings": true, "signing": true, "signout1": true, "signouts": true, "simulator": true, "sitenew": true, "sitesetup": true,
	"trace": true, "traces": true, "user": true, "users": true,
}

// spoken are the words of a page: the reader's, or English.
func (f Frame) spoken(dressed look) *locales.Words {
	switch {
	case f.Words == nil, f.Words.Translated() && administration[dressed.file]:
		return locales.English()
	}
	return f.Words
}

// Language is the language that a page is shown in.
func (f Frame) Language(page Page) string { return f.spoken(page.look()).Lang() }
