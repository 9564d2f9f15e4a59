package clients

import (
	"net/url"
	"slices"
	"strings"
)

// beside are the grant types that Client.Grants may name, in words.
var beside = map[string]string{
	"implicit":    "Implicit",
	GrantDevice:   "Device",
	GrantExchange: "Token Exchange",
	GrantJWT:      "JWT Bearer",
	GrantCIBA:     "CIBA",
}

// decoupled says that people decide about the client on another device, so it
// needs no address that they return to.
func (c Client) decoupled() bool {
	return slices.Contains(c.Grants, GrantDevice) || slices.Contains(c.Grants, GrantCIBA)
}

// checkBeside holds everything of this file against its rules.
func checkBeside(c Client, allowHTTP bool) Problems {
	return slices.Concat(checkMoreGrants(c), checkResources(c), checkExchange(c), checkCIBA(c, allowHTTP))
}

// checkMoreGrants holds the grants beside Grant Type against their rules.
func checkMoreGrants(c Client) Problems {
	var problems Problems
	for _, grant := range c.Grants {
		name, known := beside[grant]
		switch {
		case !known:
			problems = append(problems, problem("grants", "%.100q is not a grant type that can be added here.", grant)...)
		case c.Public() && grant != GrantDevice && grant != "implicit":
			// RFC 8693 §5, RFC 7523 §5, CIBA §7.1: whoever gets tokens this way
			// must have proved who they are.
			problems = append(problems, problem("grants", "A %s client cannot prove itself, so it cannot use %s.", c.Type, name)...)
		}
	}
	return problems
}

// checkResources holds the APIs against RFC 8707 §2: absolute, no fragment.
func checkResources(c Client) Problems {
	return append(checkAPIs("resources", c.Resources), checkAPIs("serves", c.Serves)...)
}

func checkAPIs(field string, list []string) Problems {
	if len(list) > maxList {
		return problem(field, "There are more than %d APIs.", maxList)
	}
	var problems Problems
	for _, resource := range list {
		if !ResourceOK(resource) {
			problems = append(problems, problem(field, "%.100q cannot name an API: write its whole address without a fragment, like https://api.example.org/.", resource)...)
		}
	}
	return problems
}

// ResourceOK reports whether a value can name a resource: an absolute URI
// without a fragment (RFC 8707 §2).
func ResourceOK(resource string) bool {
	if len(resource) > 2000 || strings.Contains(resource, "#") {
		return false
	}
	for i := range len(resource) {
		if resource[i] <= ' ' || resource[i] > '~' || resource[i] == '"' || resource[i] == '\\' {
			return false
		}
	}
	u, err := url.Parse(resource)
	return err == nil && u.IsAbs() && (u.Host != "" || u.Opaque != "")
}

// checkExchange refuses a policy that nothing could come of.
func checkExchange(c Client) Problems {
	switch {
	case len(c.Exchange.From) > maxList:
		return problem("exchange_from", "There are more than %d clients.", maxList)
	case len(c.Exchange.From) > 0 && !c.Exchange.Impersonate && !c.Exchange.Delegate:
		return problem("exchange_from", "Choose whether it may impersonate, delegate or both; otherwise it cannot use the tokens of other clients.")
	}
	return nil
}

// checkCIBA holds the delivery and the signature against CIBA §4.
func checkCIBA(c Client, allowHTTP bool) Problems {
	switch alg := c.Algs.CIBARequest; {
	case alg != "" && !slices.Contains(BackAlgs(), alg):
		return problem("ciba_request_alg", "Requests by back channel can be signed with %s.", strings.Join(BackAlgs(), ", "))
	case alg != "" && c.JWKS == "" && c.JWKSURI == "":
		return problem("ciba_request_alg", "A client that signs what it asks needs its keys, or their address.")
	}
	switch c.CIBA.Delivery {
	case "", "poll":
		return nil
	case "ping":
		if c.CIBA.NotificationURI == "" {
			return problem("ciba_notification_uri", "A client that is pinged needs the address where it is told.")
		}
		return checkEndpoint("ciba_notification_uri", "CIBA notification address", c.CIBA.NotificationURI, allowHTTP)
	}
	return problem("ciba_delivery", "Choose poll or ping as how the client hears of the answer.")
}
