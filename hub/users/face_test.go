package users_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/forms"
)

func TestEveryClaimOfAPersonIsKept(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		n := users.NewUser{
			Email: "ada@example.org", PhoneVerified: true, Profile: users.Profile{
				Name: "Ada Lovelace", GivenName: "Ada", FamilyName: "Lovelace", MiddleName: "King",
				Nickname: "Enchantress", Username: "ada", ProfileURL: "https://example.org/ada", Picture: "https://example.org/ada.png",
				Website: "https://ada.example", Gender: "female", Birthdate: "1815-12-10", Zoneinfo: "Europe/London", Locale: "en-GB",
				Phone:   "+44 (20) 7946-0000",
				Address: users.Address{Street: "12 St James's Square\r\n Top floor ", Locality: "London", PostalCode: "SW1Y 4JH", Country: "United Kingdom"},
			},
		}
		added := must[users.User](t)(w.Add(t.Context(), n))
		got := must[users.User](t)(w.Get(t.Context(), added.ID))
		want := added.Profile
		if got.Profile != want || want.Phone != "+442079460000" || !got.PhoneVerified || want.Address.Street != "12 St James's Square\nTop floor" {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if got, want := got.Address.Formatted(), "12 St James's Square\nTop floor\nSW1Y 4JH London\nUnited Kingdom"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestAProfileIsChangedAsAWhole(t *testing.T) {
	w := newWorld(t)
	ada := must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "ada@example.org", Profile: users.Profile{Phone: "+442079460000", Nickname: "Enchantress"}, PhoneVerified: true}))
	profile := ada.Profile
	profile.Nickname, profile.Birthdate = "", "0000-02-29"
	same := must[users.User](t)(w.SetProfile(t.Context(), ada.ID, profile))
	if same.Nickname != "" || same.Birthdate != "0000-02-29" || !same.PhoneVerified || same.SessionGeneration != ada.SessionGeneration {
		t.Errorf("got %+v", same)
	}
	profile.Name, profile.Phone = "", "+442079460001"
	moved := must[users.User](t)(w.SetProfile(t.Context(), ada.ID, profile))
	if moved.PhoneVerified {
		t.Error("a new number counts as proved")
	}
	if moved.Name != "ada@example.org" {
		t.Errorf("got the name %q, want the address", moved.Name)
	}
}

func TestAClaimThatCannotBeKeptIsNamed(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@example.org")
	for claim, profiles := range map[string][]users.Profile{
		"birthdate":      {{Birthdate: "10.12.1815"}, {Birthdate: "1815-02-30"}, {Birthdate: "0000"}, {Birthdate: "815"}, {Birthdate: "1815-12"}, {Birthdate: "1815-12-10T00:00:00Z"}},
		"zoneinfo":       {{Zoneinfo: "Local"}, {Zoneinfo: "Mars/Olympus"}, {Zoneinfo: "../../etc/passwd"}, {Zoneinfo: "/etc/localtime"}, {Zoneinfo: strings.Repeat("x", 65)}},
		"phone_number":   {{Phone: "020 7946 0000"}, {Phone: "+0 20 7946"}, {Phone: "+44 20 7946 0000 0000 0000"}, {Phone: "+44 call me"}},
		"website":        {{Website: "http://ada.example"}, {Website: "javascript:alert(1)"}, {Website: "ada.example"}},
		"profile":        {{ProfileURL: "https://u:p@ada.example"}},
		"picture":        {{Picture: `https://ada.example/"onerror=x`}},
		"locale":         {{Locale: "English, please"}},
		"nickname":       {{Nickname: "\u202e"}},
		"street_address": {{Address: users.Address{Street: strings.Repeat("long road\n", 60)}}},
	} {
		for _, profile := range profiles {
			_, err := w.SetProfile(t.Context(), ada.ID, profile)
			problems, _ := errors.AsType[forms.Problems](err)
			if len(problems) != 1 || problems[0].Field != claim || problems[0].IsZero() {
				t.Errorf("%+v: got %v, want a problem with %s", profile, err, claim)
			}
		}
	}
	if got := must[users.User](t)(w.Get(t.Context(), ada.ID)); got.Profile != ada.Profile {
		t.Errorf("something was kept all the same: %+v", got)
	}
}

// A sanitized profile stays the same when it is sanitized again, and contains no
// invisible characters.
func FuzzAProfileIsCleanOnce(f *testing.F) {
	for _, s := range []string{"", "Ada", "1815-12-10", "Europe/London", "+44 20 7946 0000", "https://ada.example", "en_GB", "a\u202eb\x00\n\nc"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once, _ := users.CleanProfile(users.Profile{
			Name: s, ProfileURL: s, Birthdate: s, Zoneinfo: s, Locale: s, Phone: s, Address: users.Address{Street: s, Country: s},
		})
		twice, problems := users.CleanProfile(once)
		if twice != once || len(problems) > 0 {
			t.Errorf("%q: got %+v, then %+v, %v", s, once, twice, problems)
		}
		if strings.ContainsAny(once.Name+once.Address.Country, "\x00\r\n\u202e") {
			t.Errorf("%q: kept %q", s, once.Name)
		}
	})
}
