package hubtest

import "github.com/fedhub/fedhub/clients"

// CallCentre is a client for backchannel authentication (CIBA).
func (w *World) CallCentre(change ...func(*clients.Client)) *App {
	w.Helper()
	return w.App(append([]func(*clients.Client){func(c *clients.Client) {
		c.Name, c.RedirectURIs = "Bank", nil
		c.SetGrant(clients.GrantCIBA, true)
	}}, change...)...)
}

// Ask starts a request for ada; pairs override it.
func (a *App) Ask(pairs ...string) Reply {
	a.W.Helper()
	return a.Post("/oauth2/bc-authorize", append([]string{"scope", "openid profile", "login_hint", "ada@example.org", "binding_message", "W4SC"}, pairs...)...)
}

func (a *App) Hear(id string) Reply {
	a.W.Helper()
	return a.Post("/oauth2/token", "grant_type", clients.GrantCIBA, "auth_req_id", id)
}
