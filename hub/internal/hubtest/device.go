package hubtest

import (
	"strings"

	"github.com/fedhub/fedhub/clients"
)

// Television is a client of the device flow.
func (w *World) Television(change ...func(*clients.Client)) *App {
	w.Helper()
	return w.App(append([]func(*clients.Client){func(c *clients.Client) {
		c.Name, c.Type, c.RedirectURIs = "Television", clients.Native, nil
		c.SetGrant(clients.GrantDevice, true)
	}}, change...)...)
}

// Begin requests a user code.
func (a *App) Begin(pairs ...string) Reply {
	a.W.Helper()
	return a.Post("/oauth2/device_authorization", append([]string{"scope", "openid profile"}, pairs...)...)
}

// Poll calls the token endpoint.
func (a *App) Poll(code string, pairs ...string) Reply {
	a.W.Helper()
	return a.Post("/oauth2/token", append([]string{"grant_type", clients.GrantDevice, "device_code", code}, pairs...)...)
}

// AnswerDevice enters the user code and answers, signing in if needed.
func (b *Browser) AnswerDevice(code, email, decision string) Page {
	b.W.Helper()
	p := b.Submit(b.Open("/device"), "/device", "user_code", code)
	if strings.Contains(p.Body, `action="/signin"`) {
		p = b.SignIn(p, email)
	}
	return b.Submit(p, "/device/confirm", "decision", decision)
}
