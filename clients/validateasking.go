package clients

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
)

// checkAsking: what the client may ask for at the authorization endpoint,
// beside checkResponses and checkRequests.
func checkAsking(c Client, _ bool) forms.Problems {
	var problems forms.Problems
	if slices.ContainsFunc(c.ResponseTypes, func(t string) bool { return strings.Contains(" "+t, " token") }) {
		problems = checkFront(c)
	}
	if alg := c.Algs.Request; alg != "" && !slices.Contains(ObjectAlgs(), alg) {
		problems.Add("request_alg", "client.request_alg.bad", "choices", ObjectAlgs())
	}
	if c.Algs.Request == NoAlg && c.Requests.Signed {
		problems.Add("request_alg", "client.request_alg.none")
	}
	return problems
}

// checkFront keeps access tokens that come through the browser to where they
// leak least (RFC 9700 §2.1.2).
func checkFront(c Client) forms.Problems {
	for _, raw := range c.RedirectURIs {
		if u, err := redirecturi.Parse(raw); err == nil && u.Scheme != "https" {
			return forms.New("redirect_uris", "client.response_types.plain", "address", raw)
		}
	}
	return nil
}
