package passkeys_test

import (
	"strings"
	"testing"
)

// FuzzAnswer posts made-up answers: none may crash, sign in, or add anything.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{"", "null", "{}", `{"id":"","id":""}`, `{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"","signature":"","userHandle":""}}`,
		`{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"oA"}}`, strings.Repeat("[", 40)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		w := newWorld(t)
		ada := w.Person("ada@example.org")
		c := must(w.BeginLogin(browser))(t)
		if _, err := w.FinishLogin(t.Context(), browser, c.State, answer); err == nil {
			t.Error("it signs in")
		}
		c = must(w.BeginRegistration(t.Context(), ada, browser))(t)
		if _, err := w.FinishRegistration(t.Context(), ada, browser, c.State, answer, "Key"); err == nil {
			t.Error("it is a passkey")
		}
	})
}
