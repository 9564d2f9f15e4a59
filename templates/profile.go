package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// Profile is the form of a user's profile. It posts to /account/profile; its
// fields have the names of the claims of OIDC Core §5.1.
type Profile struct {
	Form     ProfileForm
	Picture  string // name of the uploaded one, below /picture/; empty for none
	Locales  []Option
	Zones    []Option
	Username string      // the administrators' name for them; users cannot change it
	From     string      // provider that sets some of it at each sign-in; empty for none
	Fields   []UserField // that administrators defined; they post to /account/profile/fields
	Editable bool        // the user changes some of them
	Mistakes []Mistake
}

func (p Profile) look() look {
	return look{"profile", desk, locales.Say("profile.tab"), len(p.Mistakes) > 0}
}

// Dated is the kind of the field for a birth date: a date picker, unless the
// user omits the year or everything but the year, which a picker cannot hold.
func (p Profile) Dated() string {
	if typed := p.Form.Birthdate; typed == "" || len(typed) == len(time.DateOnly) && typed[:4] != "0000" {
		return "date"
	}
	return "text"
}

// A ProfileForm is a user's profile, as typed.
type ProfileForm struct {
	Name          string
	GivenName     string
	MiddleName    string
	FamilyName    string
	Nickname      string
	Gender        string
	Birthdate     string
	Picture       string
	Page          string // profile
	Website       string
	Locale        string
	Zoneinfo      string
	Phone         string // phone_number
	PhoneVerified bool
	Street        string // street_address, may have several lines
	Locality      string
	Region        string
	PostalCode    string
	Country       string
}
