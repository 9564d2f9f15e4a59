package hubtest

import (
	"regexp"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
)

// An Authenticator is a user's authenticator app.
type Authenticator struct {
	w      *World
	secret string
}

var (
	appKey       = regexp.MustCompile(`id="app-key">([A-Z2-7 ]+)<`)
	recoveryCode = regexp.MustCompile(`[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}`)
)

// Scan sets up an app with the key that a page shows.
func (w *World) Scan(p Page) Authenticator {
	w.Helper()
	found := appKey.FindStringSubmatch(p.Body)
	if found == nil {
		w.Fatalf("no key for an app at %s:\n%s", p.URL, p.Body)
	}
	return Authenticator{w, strings.ReplaceAll(found[1], " ", "")}
}

// Code is an unused code: it moves the clock by half a minute.
func (a Authenticator) Code() string {
	a.w.Helper()
	a.w.Clock.Skip(30 * time.Second)
	code, err := totp.GenerateCode(a.secret, a.w.Clock.Now())
	if err != nil {
		a.w.Fatal(err)
	}
	return code
}

// RecoveryCodes are the recovery codes on a page.
func RecoveryCodes(p Page) []string { return recoveryCode.FindAllString(p.Body, -1) }

// WithApp signs a user in and sets up an authenticator app. The session has one
// factor.
func (w *World) WithApp(email string) (*Browser, Authenticator, []string) {
	w.Helper()
	b := w.Browser()
	b.SignIn(b.Open("/signin"), email)
	page := b.OpenProved("/account/second-factor")
	app := w.Scan(page)
	page = b.Submit(page, "/account/second-factor/app", "code", app.Code())
	return b, app, RecoveryCodes(page)
}

// SignInWith signs in a user with an authenticator app.
func (b *Browser) SignInWith(email string, app Authenticator) Page {
	b.W.Helper()
	return b.Submit(b.SignIn(b.Open("/signin"), email), "/signin/second", "code", app.Code())
}
