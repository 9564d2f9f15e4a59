package e2e_test

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// An authenticator is a device in the browser that holds passkeys and knows its
// user.
type authenticator struct {
	b  *tab
	id webauthn.AuthenticatorID
}

// plugIn gives the tab one.
func (b *tab) plugIn() *authenticator {
	b.t.Helper()
	a := &authenticator{b: b}
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		made, err := cdp.Call(ctx, target, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Ctap2version: webauthn.Ctap2versionCtap21, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
		a.id = made.AuthenticatorID
		return err
	}))
	return a
}

// touched sets whether the device confirms every request at once. Earlier
// requests stay open.
func (a *authenticator) touched(at bool) {
	a.b.t.Helper()
	a.b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, webauthn.SetAutomaticPresenceSimulation, webauthn.SetAutomaticPresenceSimulationParams{AuthenticatorID: a.id, Enabled: at})
		return err
	}))
}

// addPasskey adds a passkey to the signed-in user's account.
func (b *tab) addPasskey(hub string) {
	b.t.Helper()
	b.open(hub + "/account/passkeys")
	b.press("#add-passkey")
	b.seeText("Passkey added.")
}

func TestAPersonSignsInWithAPasskey(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		device := b.plugIn()
		b.open(w.secondary.URL + "/signin")
		b.signIn(w.bo)
		b.open(w.secondary.URL + "/account/passkeys")
		b.seeText("No passkeys yet.")
		want(t, "the suggested name", b.value("#name"), "Chrome on Linux")
		b.press("#add-passkey")
		b.seeText("Passkey added.")
		b.seeText("On this device only")

		// The same device makes no second one.
		b.click("#add-passkey")
		b.seeText("This device already has a passkey for your account.")

		// No passkey is chosen for the autofill request of the email field. The
		// button starts a new request.
		b.open(w.secondary.URL + "/signout")
		b.press("#sign-out")
		device.touched(false)
		b.open(w.app.URL)
		b.press("#sign-in")
		b.seeAt(w.secondary.URL+"/signin", "#use-passkey")
		device.touched(true)
		b.press("#use-passkey")
		b.click("#allow")
		b.seeAt(w.app.URL+"/", "#email")
		b.seeText("Hello, Bo Brown")
	})
}

func TestAPasskeyIsOfferedInTheAddressField(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		device := b.plugIn()
		b.open(w.secondary.URL + "/signin")
		b.signIn(w.bo)
		b.addPasskey(w.secondary.URL)
		b.open(w.secondary.URL + "/signout")
		b.press("#sign-out")
		device.touched(false)
		b.open(w.secondary.URL + "/signin")
		want(t, "what may be filled in", evaluate[string](b, "document.querySelector('#email').autocomplete"), "username webauthn")
		// Without a list of its own to choose from, this browser takes the first.
		device.touched(true)
		b.open(w.secondary.URL + "/signin")
		b.seeAt(w.secondary.URL+"/account", "#manage-passkeys")
		b.seeText("1 passkey")
	})
}

func TestAPasskeyThatFailsLeavesTheOtherWays(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		device := b.plugIn()
		b.open(w.secondary.URL + "/signin")
		b.signIn(w.bo)
		b.addPasskey(w.secondary.URL)
		b.open(w.secondary.URL + "/signout")
		b.press("#sign-out")
		device.touched(false)
		b.open(w.secondary.URL + "/signin")
		for name, says := range map[string]string{
			"NotAllowedError":   "The passkey check was cancelled or timed out.",
			"SecurityError":     "Passkeys don't work at this web address.",
			"NotSupportedError": "This device can't use passkeys here.",
			"DataError":         "The passkey did not work.",
		} {
			evaluate[bool](b, "!!(navigator.credentials.get = (o) => o.mediation ? new Promise(() => {}) : Promise.reject(new DOMException('', "+quote(name)+")))")
			b.click("#use-passkey")
			b.seeText(says)
		}
		b.signIn(w.bo)
		device.touched(true)
		b.press("#use-passkey")
		device.touched(false)

		// Removed here, it still is on the device.
		b.open(w.secondary.URL + "/account/passkeys")
		b.press("form[action='/account/passkeys/remove'] button")
		b.seeText("No passkeys yet.")
		b.open(w.secondary.URL + "/signout")
		b.press("#sign-out")
		b.open(w.secondary.URL + "/signin")
		device.touched(true)
		b.press("#use-passkey")
		b.seeText("This passkey is not known here.")
	})
}

func TestAPasskeyConfirmsAfterAPassword(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		device := b.plugIn()
		b.open(w.secondary.URL + "/signin")
		b.signIn(w.bo)
		b.addPasskey(w.secondary.URL)
		b.seeText("When you sign in another way, you are also asked for a passkey.")
		b.open(w.secondary.URL + "/signout")
		b.press("#sign-out")
		device.touched(false)
		b.open(w.app.URL)
		b.press("#sign-in")
		b.signIn(w.bo)
		b.seeAt(w.secondary.URL+"/signin/second", "#use-passkey")
		evaluate[bool](b, "!!(navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError')))")
		b.click("#use-passkey")
		b.seeText("The passkey check was cancelled or timed out.")
		b.open(w.app.URL)
		b.press("#sign-in")
		b.signIn(w.bo)
		device.touched(true)
		b.press("#use-passkey")
		b.click("#allow")
		b.seeAt(w.app.URL+"/", "#email")
		b.seeText("Hello, Bo Brown")
	})
}
