package clients

import (
	"math"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients/granttypes"
	"github.com/fedhub/fedhub/clients/names"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/clients/requestobject"
	"github.com/fedhub/fedhub/clients/scopes"
	"github.com/fedhub/fedhub/internal/forms"
)

// checkResponses pairs every response type with the grant it needs (RFC 7591
// §2.1, OIDC Registration §2).
func checkResponses(c Client, _ bool) forms.Problems {
	if c.Type == Service && len(c.ResponseTypes) > 0 {
		return forms.New("response_types", "client.response_types.service")
	}
	var problems forms.Problems
	for _, response := range c.ResponseTypes {
		switch {
		case !slices.Contains(granttypes.Responses(), response):
			problems.Add("response_types", "client.response_types.unknown", "response", response, "choices", granttypes.Responses())
		case granttypes.NeedsCode(response) && !c.HasGrant(GrantCode):
			problems.Add("response_types", "client.response_types.code", "response", response)
		case granttypes.NeedsImplicit(response) && !c.HasGrant(GrantImplicit):
			problems.Add("response_types", "client.response_types.implicit", "response", response)
		}
	}
	return problems
}

func checkOrigins(c Client, allowHTTP bool) forms.Problems {
	return redirecturi.CheckOrigins("origins", c.Origins, allowHTTP)
}

// checkDetails accepts names that need no quoting in JSON (RFC 9396 §2.1).
func checkDetails(c Client, _ bool) forms.Problems {
	if len(c.DetailTypes) > maxList {
		return forms.New("detail_types", "client.detail_types.many", "max", maxList)
	}
	for _, name := range c.DetailTypes {
		if !scopes.OK(name) {
			return forms.New("detail_types", "client.detail_type.bad", "type", name)
		}
	}
	return nil
}

// checkRequests checks the rules for authorization requests by OIDC
// Registration §2.
func checkRequests(c Client, allowHTTP bool) forms.Problems {
	var problems forms.Problems
	if len(c.Requests.URIs) > maxList {
		return forms.New("request_uris", "client.addresses.many", "max", maxList)
	}
	for _, raw := range c.Requests.URIs {
		// The fragment is a hash of the content, and never sent.
		address, _, _ := strings.Cut(raw, "#")
		problems = append(problems, redirecturi.CheckEndpoint("request_uris", "client.label.request", address, allowHTTP)...)
	}
	if age := c.Requests.DefaultMaxAge; age != nil && (*age < 0 || *age > math.MaxInt32) {
		problems.Add("default_max_age", "client.max_age.bad", "max", math.MaxInt32)
	}
	for _, acr := range c.Requests.DefaultACRValues {
		if !names.Printable(acr) || strings.ContainsAny(acr, " \t") || len(acr) > 200 {
			problems.Add("default_acr_values", "client.acr.bad", "acr", acr)
		}
	}
	return problems
}

// checkAsking: further rules for the authorization endpoint, in addition to
// checkResponses and checkRequests.
func checkAsking(c Client, _ bool) forms.Problems {
	var problems forms.Problems
	if alg := c.Algs.Request; alg != "" && !slices.Contains(requestobject.Algs(), alg) {
		problems.Add("request_alg", "client.request_alg.bad", "choices", requestobject.Algs())
	}
	if c.Algs.Request == requestobject.NoAlg && c.Requests.Signed {
		problems.Add("request_alg", "client.request_alg.none")
	}
	return problems
}
