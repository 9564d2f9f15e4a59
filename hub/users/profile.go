package users

import (
	"context"
	"strings"

	"github.com/fedhub/fedhub/hub/store"
)

// A Profile is what a person shows of themself to the apps they allow: the
// standard claims of OIDC Core §5.1 that are theirs to say. Empty means that
// nothing is said.
type Profile struct {
	Name, GivenName, FamilyName, MiddleName string
	Nickname                                string
	Username                                string
	Profile, Picture, Website               string
	Gender                                  string
	Birthdate                               string
	Zoneinfo                                string
	Locale                                  string
	Phone                                   string
	Address                                 Address
}

// An Address is a postal address, in the parts of OIDC Core §5.1.1.
type Address struct {
	Street     string `bson:"street,omitempty" json:"street_address"` // may have several lines
	Locality   string `bson:"locality,omitempty" json:"locality"`
	Region     string `bson:"region,omitempty" json:"region"`
	PostalCode string `bson:"postalCode,omitempty" json:"postal_code"`
	Country    string `bson:"country,omitempty" json:"country"`
}

// IsZero reports whether nothing of the address is known.
func (a Address) IsZero() bool { return a == Address{} }

// Formatted is the whole address as on an envelope, one part to a line (OIDC
// Core §5.1.1); empty when nothing is known.
func (a Address) Formatted() string {
	var lines []string
	for _, line := range []string{a.Street, strings.TrimSpace(a.PostalCode + " " + a.Locality), a.Region, a.Country} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// Profile is what the user shows.
func (u User) Profile() Profile {
	return Profile{
		Name: u.Name, GivenName: u.GivenName, FamilyName: u.FamilyName, MiddleName: u.MiddleName,
		Nickname: u.Nickname, Username: u.Username,
		Profile: u.ProfileURL, Picture: u.Picture, Website: u.Website,
		Gender: u.Gender, Birthdate: u.Birthdate, Zoneinfo: u.Zoneinfo, Locale: u.Locale,
		Phone: u.Phone, Address: u.Address,
	}
}

// show gives the user a face. A telephone number that changed is nobody's
// until it is proved anew.
func (u *User) show(f Profile) {
	if f.Phone != u.Phone {
		u.PhoneVerified = false
	}
	u.Name, u.GivenName, u.FamilyName, u.MiddleName = f.Name, f.GivenName, f.FamilyName, f.MiddleName
	u.Nickname, u.Username = f.Nickname, f.Username
	u.ProfileURL, u.Picture, u.Website = f.Profile, f.Picture, f.Website
	u.Gender, u.Birthdate, u.Zoneinfo, u.Locale = f.Gender, f.Birthdate, f.Zoneinfo, f.Locale
	u.Phone, u.Address = f.Phone, f.Address
	if u.Name == "" {
		u.Name = u.Email
	}
}

// Describe takes over what an upstream says of a person, where it says anything
// that can be kept.
func (u *User) Describe(said Profile) {
	for _, field := range []struct {
		to   *string
		from string
	}{
		{&u.Name, tidyName(said.Name)},
		{&u.GivenName, tidyName(said.GivenName)},
		{&u.FamilyName, tidyName(said.FamilyName)},
		{&u.Picture, tidyPicture(said.Picture)},
		{&u.Locale, tidyLocale(said.Locale)},
	} {
		if field.from != "" {
			*field.to = field.from
		}
	}
}

// SetFace changes what a user shows. Mistakes are forms.Problems, by the names of
// the claims.
func (k *Service) SetFace(ctx context.Context, id string, f Profile) (User, error) {
	f, problems := f.clean()
	if err := problems.Err(); err != nil {
		return User{}, err
	}
	return k.Change(ctx, id, func(u *User) error {
		before := u.Profile()
		u.show(f)
		if u.Profile() == before {
			return store.ErrUnchanged
		}
		return nil
	})
}

// SetClaim sets one claim by its name (those of an address are not nested); ok is
// false if a face has no such claim.
func (f *Profile) SetClaim(claim, value string) (ok bool) {
	for _, rule := range f.rules() {
		if rule.claim == claim {
			*rule.value = value
			return true
		}
	}
	return false
}

// Said is every claim that has a value, by its name.
func (f Profile) Said() map[string]string {
	said := map[string]string{}
	for _, rule := range f.rules() {
		if *rule.value != "" {
			said[rule.claim] = *rule.value
		}
	}
	return said
}

// Show gives a new person a face.
func (n *NewUser) Show(f Profile) {
	n.Name, n.GivenName, n.FamilyName, n.MiddleName = f.Name, f.GivenName, f.FamilyName, f.MiddleName
	n.Nickname, n.Username = f.Nickname, f.Username
	n.Profile, n.Picture, n.Website = f.Profile, f.Picture, f.Website
	n.Gender, n.Birthdate, n.Zoneinfo, n.Locale = f.Gender, f.Birthdate, f.Zoneinfo, f.Locale
	n.Phone, n.Address = f.Phone, f.Address
}

// face is what a new person shows.
func (n NewUser) face() Profile {
	return Profile{
		Name: n.Name, GivenName: n.GivenName, FamilyName: n.FamilyName, MiddleName: n.MiddleName,
		Nickname: n.Nickname, Username: n.Username,
		Profile: n.Profile, Picture: tidyPicture(n.Picture), Website: n.Website,
		Gender: n.Gender, Birthdate: n.Birthdate, Zoneinfo: n.Zoneinfo, Locale: tidyLocale(n.Locale),
		Phone: n.Phone, Address: n.Address,
	}
}
