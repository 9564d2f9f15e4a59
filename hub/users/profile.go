package users

import (
	"context"
	"strings"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/tidy"
)

// A Profile is what a user tells the apps they allow: the standard claims of
// OIDC Core §5.1 that they can set themselves. Empty means unset. Its stored
// names are those of fields of a User.
type Profile struct {
	Name       string  `bson:"name"`
	GivenName  string  `bson:"givenName,omitempty"`
	FamilyName string  `bson:"familyName,omitempty"`
	MiddleName string  `bson:"middleName,omitempty"`
	Nickname   string  `bson:"nickname,omitempty"`
	Username   string  `bson:"username,omitempty"`  // preferred_username; not unique (OIDC Core §5.7)
	ProfileURL string  `bson:"profile,omitempty"`   // https URL of a page about them
	Picture    string  `bson:"picture,omitempty"`   // https URL
	Website    string  `bson:"website,omitempty"`   // https URL
	Gender     string  `bson:"gender,omitempty"`    // in the user's own words
	Birthdate  string  `bson:"birthdate,omitempty"` // YYYY-MM-DD, 0000-MM-DD or YYYY
	Zoneinfo   string  `bson:"zoneinfo,omitempty"`  // like Europe/London
	Locale     string  `bson:"locale,omitempty"`    // BCP 47
	Phone      string  `bson:"phone,omitempty"`     // E.164
	Address    Address `bson:"address,omitempty"`
}

// An Address is a postal address, in the parts of OIDC Core §5.1.1.
type Address struct {
	Street     string `bson:"street,omitempty" json:"street_address"` // may have several lines
	Locality   string `bson:"locality,omitempty" json:"locality"`
	Region     string `bson:"region,omitempty" json:"region"`
	PostalCode string `bson:"postalCode,omitempty" json:"postal_code"`
	Country    string `bson:"country,omitempty" json:"country"`
}

// IsZero reports whether no part of the address is known.
func (a Address) IsZero() bool { return a == Address{} }

// Formatted is the whole address, one part per line (OIDC Core §5.1.1); empty
// if nothing is known.
func (a Address) Formatted() string {
	var lines []string
	for _, line := range []string{a.Street, strings.TrimSpace(a.PostalCode + " " + a.Locality), a.Region, a.Country} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// show sets the user's profile. A changed phone number is unverified.
func (u *User) show(p Profile) {
	if p.Phone != u.Phone {
		u.PhoneVerified = false
	}
	u.Profile = p
	if u.Name == "" {
		u.Name = u.Email
	}
}

// Describe takes over the profile that a provider reports, where it has usable
// values.
func (u *User) Describe(said Profile) {
	phone, ours := u.Phone, u.rules()
	for i, rule := range said.rules() {
		if kept := rule.clean(*rule.value); kept != "" {
			*ours[i].value = kept
		}
	}
	u.PhoneVerified = u.PhoneVerified && u.Phone == phone
}

// SetProfile changes a user's profile. Mistakes are forms.Problems, by the
// names of the claims.
func (k *Service) SetProfile(ctx context.Context, id string, p Profile) (User, error) {
	p, problems := p.clean()
	if err := problems.Err(); err != nil {
		return User{}, err
	}
	return k.Change(ctx, id, func(u *User) error {
		before := u.Profile
		u.show(p)
		if u.Profile == before {
			return store.ErrUnchanged
		}
		return nil
	})
}

// SetClaim sets one claim by its name (those of an address are not nested); ok
// is false if a profile has no such claim.
func (p *Profile) SetClaim(claim, value string) (ok bool) {
	for _, rule := range p.rules() {
		if rule.claim == claim {
			*rule.value = value
			return true
		}
	}
	return false
}

// Said returns every claim that has a value, by its name.
func (p Profile) Said() map[string]string {
	said := map[string]string{}
	for _, rule := range p.rules() {
		if *rule.value != "" {
			said[rule.claim] = *rule.value
		}
	}
	return said
}

// profile is the profile of a new user. An invalid picture or locale is left
// out.
func (n NewUser) profile() Profile {
	p := n.Profile
	p.Picture, p.Locale = tidy.Link(p.Picture), tidy.Locale(p.Locale)
	return p
}
