package settings

import (
	"errors"
	"testing"
	"time"

	"github.com/fedhub/fedhub/internal/forms"
)

func TestTheServiceForBreachedPasswordsIsAnAddress(t *testing.T) {
	k := NewService(open(t), "", time.Now)
	for typed, want := range map[string]string{
		"":                                       "",
		" https://api.pwnedpasswords.com/range ": "https://api.pwnedpasswords.com/range/",
		"https://intranet.example:8443/range/":   "https://intranet.example:8443/range/",
		"http://127.0.0.1:8081/range/":           "http://127.0.0.1:8081/range/",
		"http://api.pwnedpasswords.com/range/":   "refused", // readable on the way
		"https://ada:secret@example.org/range/":  "refused",
		"https://example.org/range/?key=1":       "refused",
		"https://example.org/range/#a":           "refused",
		"https:///range/":                        "refused",
		"ftp://example.org/":                     "refused",
		"api.pwnedpasswords.com":                 "refused",
	} {
		err := k.Change(t.Context(), "ada", func(s *Settings) { s.BreachedURL = typed })
		var problems forms.Problems
		if refused := errors.As(err, &problems) && problems[0].Field == "breached_url"; refused || want == "refused" {
			if !refused || want != "refused" {
				t.Errorf("%q: %v, want %q", typed, err, want)
			}
			continue
		}
		if s, cerr := k.Current(t.Context()); err != nil || cerr != nil || s.BreachedURL != want {
			t.Errorf("%q: got %q, %v, %v", typed, s.BreachedURL, err, cerr)
		}
	}
}
