package clients

import (
	"math"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients/redirecturi"
)

// ResponseTypes are all that a client may be given, by their names on the wire
// with the words sorted (RFC 6749 §3.1.1, OAuth 2.0 Multiple Response Types §5).
func ResponseTypes() []string {
	return []string{"code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token", "none"}
}

// checkResponses pairs every response type with the grant it needs (RFC 7591
// §2.1, OIDC Registration §2).
func checkResponses(c Client, _ bool) Problems {
	if c.Type == Service && len(c.ResponseTypes) > 0 {
		return problem("response_types", "A service signs nobody in, so it has no response types.")
	}
	var problems Problems
	for _, response := range c.ResponseTypes {
		words := strings.Fields(response)
		code := slices.Contains(words, "code")
		front := slices.Contains(words, "token") || slices.Contains(words, "id_token")
		switch {
		case !slices.Contains(ResponseTypes(), response):
			problems = append(problems, problem("response_types", "%.100q is not a response type; choose among %s.", response, strings.Join(ResponseTypes(), ", "))...)
		case code && !c.AllowsGrant("authorization_code"):
			problems = append(problems, problem("response_types", "The response type %q needs the Grant Type %s.", response, GrantCode)...)
		case front && !c.AllowsGrant("implicit"):
			problems = append(problems, problem("response_types", "The response type %q hands out tokens in the address, so it needs the grant type implicit too.", response)...)
		}
	}
	return problems
}

// checkOrigins takes origins as browsers write them (RFC 6454 §6.2), because
// that is what they are compared with.
func checkOrigins(c Client, allowHTTP bool) Problems {
	if len(c.Origins) > maxList {
		return problem("origins", "There are more than %d origins.", maxList)
	}
	var problems Problems
	for _, origin := range c.Origins {
		u, err := redirecturi.Parse(origin)
		switch {
		case err != nil || !u.Web() || u.Scheme+"://"+u.HostPort() != origin:
			problems = append(problems, problem("origins", "%.200q is not an origin: write the scheme and the host alone, like https://app.example.org.", origin)...)
		case u.Scheme == "http" && !u.Loopback() && !allowHTTP:
			problems = append(problems, problem("origins", "%.200q must use https: anybody on the way could speak as a page of it.", origin)...)
		}
	}
	return problems
}

// checkDetails takes names that need no quoting in JSON (RFC 9396 §2.1).
func checkDetails(c Client, _ bool) Problems {
	if len(c.DetailTypes) > maxList {
		return problem("detail_types", "There are more than %d types of authorization details.", maxList)
	}
	for _, name := range c.DetailTypes {
		if !scopeToken(name) {
			return problem("detail_types", "%.100q is not a type of authorization details: use printable ASCII without spaces, quotes and backslashes.", name)
		}
	}
	return nil
}

// checkRequests holds what is said of authorization requests against OIDC
// Registration §2.
func checkRequests(c Client, allowHTTP bool) Problems {
	var problems Problems
	if len(c.Requests.URIs) > maxList {
		return problem("request_uris", "There are more than %d addresses.", maxList)
	}
	for _, raw := range c.Requests.URIs {
		// The fragment is a hash of what is there, and never sent.
		address, _, _ := strings.Cut(raw, "#")
		problems = append(problems, checkEndpoint("request_uris", "request URI", address, allowHTTP)...)
	}
	if age := c.Requests.DefaultMaxAge; age != nil && (*age < 0 || *age > math.MaxInt32) {
		problems = append(problems, problem("default_max_age", "The default max age is a number of seconds, from 0 to %d.", math.MaxInt32)...)
	}
	for _, acr := range c.Requests.DefaultACRValues {
		if !printable(acr) || strings.ContainsAny(acr, " \t") || len(acr) > 200 {
			problems = append(problems, problem("default_acr_values", "%.100q is not the name of an authentication context.", acr)...)
		}
	}
	return problems
}
