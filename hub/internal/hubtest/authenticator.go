package hubtest

import (
	"regexp"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
)

// An Authenticator is somebody's authenticator app.
type Authenticator struct {
	w      *World
	secret string
}

var (
	appKey       = regexp.MustCompile(`id="app-key">([A-Z2-7 ]+)<`)
	recoveryCode = regexp.MustCompile(`[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}`)
)

// Scan sets an app up from a page that shows the key.
func (w *World) Scan(p Page) Authenticator {
	w.Helper()
	found := appKey.FindStringSubmatch(p.Body)
	if found == nil {
		w.Fatalf("no key for an app at %s:\n%s", p.URL, p.Body)
	}
	return Authenticator{w, strings.ReplaceAll(found[1], " ", "")}
}

// Code is one that was not used before: half a minute passes.
func (a Authenticator) Code() string {
	a.w.Helper()
	a.w.Clock.Skip(30 * time.Second)
	code, err := totp.GenerateCode(a.secret, a.w.Clock.Now())
	if err != nil {
		a.w.Fatal(err)
	}
	return code
}

// RecoveryCodes are those that a page shows.
func RecoveryCodes(p Page) []string { return recoveryCode.FindAllString(p.Body, -1) }

// WithApp signs somebody in and sets an app up for them. The session has shown
// one factor.
func (w *World) WithApp(email string) (*Browser, Authenticator, []string) {
	w.Helper()
	b := w.Browser()
	b.SignIn(b.Open("/signin"), email)
	page := b.Open("/account/second-factor")
	app := w.Scan(page)
	page = b.Submit(page, "/account/second-factor/app", "code", app.Code())
	return b, app, RecoveryCodes(page)
}

// SignInWith signs somebody in who has an app.
func (b *Browser) SignInWith(email string, app Authenticator) Page {
	b.W.Helper()
	return b.Submit(b.SignIn(b.Open("/signin"), email), "/signin/second", "code", app.Code())
}
