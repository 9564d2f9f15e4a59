package templates

import "github.com/fedhub/fedhub/templates/locales"

// AdminClientPreset makes an application from a preset: first its questions, then
// the form with the preset's values. It requests /admin/clients/new with preset,
// url and called, and posts to /admin/clients with the names of ClientForm.
type AdminClientPreset struct {
	Preset string // its key
	Title  string // the application's name
	URL    string // as typed
	Called string // likewise

	URLLabel, URLHint       locales.Text
	CalledLabel, CalledHint locales.Text // without a label it is not asked

	Filled   bool // the form is shown
	Hidden   []Pair
	Form     ClientForm
	Mistakes []Mistake
}

func (p AdminClientPreset) look() look {
	return look{"clientpreset", desk, locales.Say("clientpreset.tab", "title", p.Title), len(p.Mistakes) > 0}
}

// There has the values to enter at an application, by the application's own names.
type There struct {
	Name   string // of the application
	Values []Row
	Notes  []locales.Text
}

// Some reports whether there are any values.
func (t There) Some() bool { return len(t.Values) > 0 }
