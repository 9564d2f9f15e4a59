package settings

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/internal/forms"
)

func TestSignUpIsSwitchedOnWhereItWorks(t *testing.T) {
	for name, tt := range map[string]struct {
		silent bool // no emails are sent
		edit   func(*Settings)
		field  string // that is refused; empty: none
	}{
		"off":                         {true, func(s *Settings) { s.SignUp = SignUpOff }, ""},
		"by invitation":               {true, func(s *Settings) { s.SignUp = SignUpByInvitation }, ""},
		"open":                        {false, func(s *Settings) { s.SignUp = SignUpOpen }, ""},
		"by domain":                   {false, func(s *Settings) { s.SignUp, s.SignUpDomains = SignUpByDomain, []string{"example.org"} }, ""},
		"a word":                      {false, func(s *Settings) { s.SignUp = "maybe" }, "sign_up"},
		"open without emails":         {true, func(s *Settings) { s.SignUp = SignUpOpen }, "sign_up"},
		"by domain without emails":    {true, func(s *Settings) { s.SignUp, s.SignUpDomains = SignUpByDomain, []string{"example.org"} }, "sign_up"},
		"by domain without domains":   {false, func(s *Settings) { s.SignUp = SignUpByDomain }, "sign_up_domains"},
		"a bad domain":                {false, func(s *Settings) { s.SignUpDomains = []string{"not a domain"} }, "sign_up_domains"},
		"all below a domain":          {false, func(s *Settings) { s.SignUpDomains = []string{".example.org"} }, "sign_up_domains"},
		"a top-level domain":          {false, func(s *Settings) { s.SignUpDomains = []string{"org"} }, "sign_up_domains"},
		"passwords for few":           {false, func(s *Settings) { s.SignUp, s.Passwords = SignUpOpen, PasswordsForAdministrators }, "sign_up"},
		"other settings, no emails":   {true, func(s *Settings) { s.Consent = Force }, ""},
		"domains that are not used":   {true, func(s *Settings) { s.SignUpDomains = []string{"example.org"} }, ""},
		"approval that is not needed": {true, func(s *Settings) { s.SignUpApproval = true }, ""},
	} {
		k := NewService(open(t), "", time.Now)
		k.Delivers = func() bool { return !tt.silent }
		err := k.Change(t.Context(), "ada", tt.edit)
		var problems forms.Problems
		if errors.As(err, &problems); tt.field == "" && err != nil || tt.field != "" && (len(problems) == 0 || problems[0].Field != tt.field) {
			t.Errorf("%s: got %v, want %q", name, err, tt.field)
		}
	}
}

// What is on stays on while the mail server is away, and lets nobody in.
func TestSignUpWaitsForTheMailServer(t *testing.T) {
	k := NewService(open(t), "", time.Now)
	sends := true
	k.Delivers = func() bool { return sends }
	if err := k.Change(t.Context(), "ada", func(s *Settings) { s.SignUp = SignUpOpen }); err != nil {
		t.Fatal(err)
	}
	sends = false
	if err := k.Change(t.Context(), "ada", func(s *Settings) { s.Consent = Force }); err != nil {
		t.Fatal(err)
	}
	s, err := k.Current(t.Context())
	if err != nil || s.SignUpOf() != SignUpOpen || k.OffersSignUp(s) || k.MaySignUp(s, "ada@example.org") {
		t.Errorf("got %+v, %v", s, err)
	}
	sends = true
	if !k.MaySignUp(s, "ada@example.org") {
		t.Error("it is still closed")
	}
}

func TestTheDomainOfAnAddressDecides(t *testing.T) {
	k := NewService(open(t), "", time.Now)
	k.Delivers = func() bool { return true }
	err := k.Change(t.Context(), "ada", func(s *Settings) {
		s.SignUp, s.SignUpDomains = SignUpByDomain, []string{" @Example.ORG ", "bücher.example", "example.org", ""}
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := k.Current(t.Context())
	if want := []string{"example.org", "xn--bcher-kva.example"}; err != nil || !slices.Equal(s.SignUpDomains, want) {
		t.Errorf("got %q, %v, want %q", s.SignUpDomains, err, want)
	}
	for key, want := range map[string]bool{
		"ada@example.org": true, "ada@xn--bcher-kva.example": true,
		"ada@sub.example.org": false, "ada@example.org.evil.example": false, "ada@evilexample.org": false, "ada@org": false, "example.org": false, "": false,
	} {
		if got := k.MaySignUp(s, key); got != want {
			t.Errorf("%s may sign up: %v", key, got)
		}
	}
}
