package signin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users"
)

const proveAddress = "/account/prove-address"

// Whoever stole a password must not lock its owner out with a factor of their own:
// the first one needs a code from an email too, as on the way in.
func TestTheFirstFactorNeedsACodeFromAnEmail(t *testing.T) {
	box := &hubtest.Postbox{}
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{URL: hubtest.Localhost, Mail: box})
	for _, tt := range []struct{ name, page, added string }{
		{"app", "/account/second-factor", "/account/second-factor/app"},
		{"passkey", "/account/passkeys", "/account/passkeys"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			email := tt.name + "@example.org"
			u := w.Person(email)
			thief := w.Home(email)
			page := thief.Open(tt.page)
			if strings.Contains(page.Body, `action="`+tt.added+`"`) {
				t.Fatalf("%s has the form before the proof", tt.page)
			}
			page = thief.Open(proveAddress + "?to=" + strings.TrimPrefix(tt.page, "/account/"))
			if sent := thief.Like(page, proveAddress, tt.added, "app", "made up", "code", "123456", "passkey_state", "made up", "passkey_answer", "{}"); !strings.HasPrefix(sent.Location, proveAddress+"?to=") {
				t.Errorf("a form of one's own leads to %d %s", sent.Status, sent.Location)
			}
			for range 3 {
				wrong := thief.Submit(page, proveAddress, "send", "", "mailed", "AAAA-AAAA")
				if wrong.Status != http.StatusUnprocessableEntity {
					t.Errorf("a made-up code: %d", wrong.Status)
				}
			}
			owner := w.Home(email)
			record := w.Ledger()
			page = owner.OpenProved(tt.page)
			record.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.EmailVerified, Actor: u.ID, Target: u.ID})...)
			if page.URL.Path != tt.page || !strings.Contains(page.Body, `action="`+tt.added+`"`) {
				t.Errorf("the proof leads to %s:\n%s", page.URL, page.Body)
			}
			if again := thief.Open(tt.page); strings.Contains(again.Body, `action="`+tt.added+`"`) {
				t.Error("the proof counts in another browser")
			}
			w.Clock.Skip(11 * time.Minute)
			if late := owner.Prove(owner.Open("/signin/prove?to=" + tt.page)); strings.Contains(late.Body, `action="`+tt.added+`"`) {
				t.Error("the proof counts for ever")
			}
		})
	}
}

// Where no email can come, or none has reached the user yet, the password is enough.
func TestTheFirstFactorNeedsNoEmailWhereNoneArrives(t *testing.T) {
	box := &hubtest.Postbox{}
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{URL: hubtest.Localhost, Mail: box})
	_, err := w.Hub.AddUser(t.Context(), audit.Named("test"), users.NewUser{Email: "new@example.org", Profile: users.Profile{Name: "New"}, Password: hubtest.Password})
	if err != nil {
		t.Fatal(err)
	}
	if p := w.Home("new@example.org").Open("/account/second-factor"); p.URL.Path != "/account/second-factor" {
		t.Errorf("without a verified address: %s", p.URL)
	}
	b := w.Home("new@example.org")
	for _, wrong := range []string{"", "?to=https://evil.example", "?to=password"} {
		if p := b.Open(proveAddress + wrong); p.URL.Path != "/account/security" {
			t.Errorf("%q: %d %s", wrong, p.Status, p.URL)
		}
	}
}

// Recovery codes made in advance would open an account whose owner sets up a
// factor later.
func TestThereAreNoRecoveryCodesBeforeAFactor(t *testing.T) {
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{URL: hubtest.Localhost})
	w.Person("ada@example.org")
	b := w.Home("ada@example.org")
	page := b.Open("/account/second-factor")
	made := b.Like(page, "/account/second-factor/app", "/account/second-factor/recovery")
	if codes := hubtest.RecoveryCodes(made); len(codes) > 0 {
		t.Errorf("%d codes", len(codes))
	}
	if p := b.AddPasskey(w.Device()); p.URL.Path != "/account/passkeys" {
		t.Errorf("a passkey leads to %s", p.URL)
	}
	made = b.Like(page, "/account/second-factor/app", "/account/second-factor/recovery")
	hubtest.Want(t, "codes beside a passkey", len(hubtest.RecoveryCodes(made)), 10)
}
