package clients

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients/redirecturi"
)

// checkAsking: what the client may ask for at the authorization endpoint,
// beside checkResponses and checkRequests.
func checkAsking(c Client, _ bool) Problems {
	var problems Problems
	if slices.ContainsFunc(c.ResponseTypes, func(t string) bool { return strings.Contains(" "+t, " token") }) {
		problems = checkFront(c)
	}
	if alg := c.Algs.Request; alg != "" && !slices.Contains(ObjectAlgs(), alg) {
		problems = append(problems, problem("request_alg", "Request objects can be signed with %s.", strings.Join(ObjectAlgs(), ", "))...)
	}
	if c.Algs.Request == NoAlg && c.Requests.Signed {
		problems = append(problems, problem("request_alg", "A client whose requests must be signed cannot send unsigned request objects.")...)
	}
	return problems
}

// checkFront keeps access tokens that come through the browser to where they
// leak least (RFC 9700 §2.1.2).
func checkFront(c Client) Problems {
	for _, raw := range c.RedirectURIs {
		if u, err := redirecturi.Parse(raw); err == nil && u.Scheme != "https" {
			return problem("redirect_uris", "A response type with token hands it to the address itself, so %q must use https.", raw)
		}
	}
	return nil
}
