package e2e_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
)

// codeOf is an authenticator app's code some steps from now. A hub accepts each
// step once, so a story uses them in order.
func codeOf(t *testing.T, key string, steps int) string {
	t.Helper()
	code, err := totp.GenerateCode(strings.ReplaceAll(key, " ", ""), time.Now().Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

var codeInEmail = regexp.MustCompile(`(?m)^[A-Z2-7]{4}-[A-Z2-7]{4}$`)

// Where the hub sends emails, the first factor of a user needs a code from one.
func TestAPersonProvesTheirAddressBeforeTheFirstFactor(t *testing.T) {
	s, box := newMailingSite(t, "Contoso ID")
	ada := person(t, s.Hub.Service, "Ada Lovelace", "ada@example.org")
	b := newWindow(t)
	b.plugIn()
	b.open(s.URL + "/signin")
	b.signIn(ada)
	b.open(s.URL + "/account/passkeys")
	b.press("#address-first")
	b.press("#send-code")
	b.see("#sent")
	emails := box.All()
	b.fill("#mailed", codeInEmail.FindString(emails[len(emails)-1].Text))
	b.press("#check-code")
	b.seeAt(s.URL+"/account/passkeys", "#add-passkey")
	b.press("#add-passkey")
	b.seeText("Passkey added.")
}

// secondPages are those about second factors.
func secondPages(t *testing.T, o *tour) {
	s := newSite(t, "Contoso ID")
	ada := person(t, s.Hub.Service, "Ada Lovelace", "ada@example.org")
	b := newWindow(t)
	b.open(s.URL + "/signin")
	b.signIn(ada)
	b.open(s.URL + "/account/second-factor")
	o.stop(b, "secondfactor: none yet")
	b.click("#by-hand summary")
	key := b.read("#app-key")
	b.fill("#code", "000000")
	b.press("#set-up")
	o.stop(b, "secondfactor: a wrong code")
	b.fill("#code", codeOf(t, key, -1))
	b.press("#set-up")
	b.see("#codes")
	o.stop(b, "recovery: new codes")
	code := strings.Fields(b.read("#codes"))[0]

	b = newWindow(t)
	b.open(s.URL + "/signin")
	b.signIn(ada)
	b.see("#verify")
	o.stop(b, "second: the code")
	b.fill("#code", "000000")
	b.press("#verify")
	o.stop(b, "second: a wrong code")
	b.fill("#code", codeOf(t, key, 0))
	b.press("#verify")
	b.open(s.URL + "/account/second-factor")
	o.stop(b, "secondfactor: set up")

	b = newWindow(t)
	b.open(s.URL + "/signin")
	b.signIn(ada)
	b.fill("#code", code)
	b.click("#trust")
	b.press("#verify")
	b.seeAt(s.URL+"/account", "h1")
	b.open(s.URL + "/account/second-factor")
	b.see("#trusted")
	o.stop(b, "secondfactor: a trusted browser")
	b.open(s.URL + "/signout")
	b.press("#sign-out")
	b.open(s.URL + "/signin")
	b.signIn(ada)
	b.seeAt(s.URL+"/account", "h1")

	if err := s.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(now *settings.Settings) { now.SecondFactor = settings.SecondFactorForAdministrators }); err != nil {
		t.Fatal(err)
	}
	root := person(t, s.Hub.Service, "Ruth Root", "root@example.org", users.AdminRole)
	b = newWindow(t)
	b.open(s.URL + "/signin?to=/admin")
	b.signIn(root)
	b.see("#later")
	o.stop(b, "enrol: on the way in")
	b.press("#later")
	b.seeAt(s.URL+"/admin", "h1")

	eve := person(t, s.Hub.Service, "Eve Evans", "eve@example.org")
	b = newWindow(t)
	device := b.plugIn()
	b.open(s.URL + "/signin")
	b.signIn(eve)
	b.addPasskey(s.URL)
	b.open(s.URL + "/account/second-factor")
	o.stop(b, "secondfactor: a passkey alone")
	b.open(s.URL + "/signout")
	b.press("#sign-out")
	device.touched(false)
	b.open(s.URL + "/signin")
	b.signIn(eve)
	b.see("#use-passkey")
	o.stop(b, "second: a passkey alone")
}
