package templates

import "github.com/fedhub/fedhub/templates/locales"

// AdminClientPreset makes an application of a preset: what must be asked, and
// then the form as the preset fills it. It asks /admin/clients/new for preset,
// url and called, and posts to /admin/clients with the names of ClientForm.
type AdminClientPreset struct {
	Preset string // its key
	Title  string // the application's name
	URL    string // as typed
	Called string // likewise

	URLLabel, URLHint       locales.Text
	CalledLabel, CalledHint locales.Text // without a label it is not asked

	Filled   bool // the form is there
	Hidden   []Pair
	Form     ClientForm
	Mistakes []Mistake
}

func (p AdminClientPreset) look() look {
	return look{"clientpreset", desk, locales.Say("clientpreset.tab", "title", p.Title), len(p.Mistakes) > 0}
}

// There is what to enter at an application, by its own names.
type There struct {
	Name   string // of the application
	Values []Row
	Notes  []locales.Text
}

// Some reports whether there is anything to enter.
func (t There) Some() bool { return len(t.Values) > 0 }
