package hubtest

import "github.com/fedhub/fedhub/clients"

const AccessType = "urn:ietf:params:oauth:token-type:access_token"

// Swap exchanges a token; pairs override the form.
func (a *App) Swap(token string, pairs ...string) Reply {
	a.W.Helper()
	return a.Post("/oauth2/token", append([]string{"grant_type", clients.GrantExchange,
		"subject_token", token, "subject_token_type", AccessType}, pairs...)...)
}

// Gateway is a client that may exchange other clients' tokens by the policy.
func (w *World) Gateway(policy clients.Exchange, change ...func(*clients.Client)) *App {
	w.Helper()
	return w.App(append([]func(*clients.Client){func(c *clients.Client) {
		c.Name, c.Exchange, c.Resources = "Gateway", policy, []string{FilesAPI}
		c.SetGrant(clients.GrantExchange, true)
		c.SetGrant(clients.GrantClientCredentials, true)
	}}, change...)...)
}
