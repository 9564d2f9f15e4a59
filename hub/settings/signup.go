package settings

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/forms"
)

// Who may create an account with a password.
const (
	// SignUpOff lets only administrators add users; invitations do not work.
	SignUpOff = "off"
	// SignUpByInvitation lets users in whom an administrator invited.
	SignUpByInvitation = "invitation"
	// SignUpByDomain also lets in addresses of the SignUpDomains.
	SignUpByDomain = "domain"
	// SignUpOpen lets in every address.
	SignUpOpen = "open"
)

// SignUpOf is one of the SignUp constants.
func (s Settings) SignUpOf() string {
	if s.SignUp == "" {
		return SignUpByInvitation
	}
	return s.SignUp
}

// Invites reports whether invitations work.
func (s Settings) Invites() bool { return s.SignUpOf() != SignUpOff }

// offersSignUp reports whether people may sign up without an invitation. They
// choose a password, so passwords must be for everyone.
func (s Settings) offersSignUp() bool {
	return (s.SignUpOf() == SignUpByDomain || s.SignUpOf() == SignUpOpen) && !s.OnlyAdministratorsByPassword()
}

// OffersSignUp reports whether people may sign up without an invitation: with a
// link by email, so only while the hub sends emails.
func (k *Service) OffersSignUp(s Settings) bool { return s.offersSignUp() && k.delivers() }

// MaySignUp reports whether the owner of a canonical address may sign up.
func (k *Service) MaySignUp(s Settings, emailKey string) bool {
	_, domain, _ := strings.Cut(emailKey, "@")
	return k.OffersSignUp(s) && (s.SignUpOf() == SignUpOpen || slices.Contains(s.SignUpDomains, domain))
}

func (k *Service) delivers() bool { return k.Delivers != nil && k.Delivers() }

// tidySignUp brings domains into the form of canonical addresses.
func (s *Settings) tidySignUp() {
	var domains []string
	for _, typed := range s.SignUpDomains {
		d := strings.TrimPrefix(strings.TrimSpace(typed), "@")
		if ascii, err := emailaddr.CanonicalDomain(d); err == nil {
			d = ascii
		}
		if d != "" && !slices.Contains(domains, d) {
			domains = append(domains, d)
		}
	}
	s.SignUpDomains = domains
}

func (s Settings) signUpProblems() forms.Problems {
	p := domainProblems("sign_up_domains", s.SignUpDomains)
	for _, d := range s.SignUpDomains {
		if strings.HasPrefix(d, ".") {
			p.Add("sign_up_domains", "settings.domain.bad", "domain", d)
		}
	}
	switch {
	case !slices.Contains([]string{SignUpOff, SignUpByInvitation, SignUpByDomain, SignUpOpen}, s.SignUpOf()):
		p.Add("sign_up", "settings.sign_up.bad")
	case s.SignUpOf() == SignUpByDomain && len(s.SignUpDomains) == 0:
		p.Add("sign_up_domains", "settings.sign_up_domains.missing")
	}
	return p
}

// signUpChange refuses to switch sign-up on where it cannot work. What is on
// already stays, so that other settings can be saved while the mail server is
// not configured.
func (k *Service) signUpChange(before, after Settings) forms.Problems {
	asked := after.SignUpOf() == SignUpByDomain || after.SignUpOf() == SignUpOpen
	switch {
	case !asked || before.SignUpOf() == after.SignUpOf() && before.OnlyAdministratorsByPassword() == after.OnlyAdministratorsByPassword():
		return nil
	case !k.delivers():
		return forms.New("sign_up", "settings.sign_up.mail")
	case after.OnlyAdministratorsByPassword():
		return forms.New("sign_up", "settings.sign_up.passwords")
	}
	return nil
}
