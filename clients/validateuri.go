package clients

import (
	"slices"

	"github.com/fedhub/fedhub/clients/redirecturi"
)

// AllowsRedirect reports whether the client registered this redirect_uri.
func (c Client) AllowsRedirect(uri string) bool {
	return redirecturi.Match(c.RedirectURIs, uri, c.Type == Native)
}

// AllowsPostLogout reports whether the client registered this
// post_logout_redirect_uri, by the same rule.
func (c Client) AllowsPostLogout(uri string) bool {
	return redirecturi.Match(c.PostLogoutRedirectURIs, uri, c.Type == Native)
}

func checkRedirects(c Client, allowHTTP bool) Problems {
	if c.Type == Service {
		if len(c.RedirectURIs) > 0 {
			return problem("redirect_uris", "A service signs nobody in, so it has no redirect URIs; remove them or choose another type.")
		}
		return nil
	}
	if len(c.RedirectURIs) == 0 && !c.decoupled() && !c.backstage() {
		return problem("redirect_uris", "Add at least one redirect URI: the address in the client that people return to.")
	}
	return checkAddresses(c, "redirect_uris", c.RedirectURIs, allowHTTP)
}

// checkAddresses holds every address of a list against the registration rules.
func checkAddresses(c Client, field string, list []string, allowHTTP bool) Problems {
	if len(list) > maxList {
		return problem(field, "There are more than %d addresses.", maxList)
	}
	var problems Problems
	for _, raw := range list {
		if err := redirecturi.Validate(raw, allowHTTP); err != nil {
			problems = append(problems, problem(field, "%v.", err)...)
			continue
		}
		if u, _ := redirecturi.Parse(raw); !u.Web() && c.Type != Native {
			problems = append(problems, problem(field, "%q has a private-use scheme, which only a native client can receive.", raw)...)
		}
	}
	return problems
}

func checkDefault(c Client, _ bool) Problems {
	switch {
	case len(c.RedirectURIs) == 0 && c.DefaultRedirectURI == "":
		return nil // checkRedirects has the say
	case c.DefaultRedirectURI == "":
		return problem("default_redirect_uri", "Choose which of the redirect URIs is the default.")
	case !slices.Contains(c.RedirectURIs, c.DefaultRedirectURI):
		return problem("default_redirect_uri", "The default redirect URI must be one of the redirect URIs, letter by letter.")
	}
	return nil
}

func checkGrants(c Client, _ bool) Problems {
	if c.Type == Service {
		return checkService(c)
	}
	var problems Problems
	pairs := map[string]string{GrantCode: ResponseCode, GrantImplicit: ResponseToken}
	grants := map[string]string{ResponseCode: GrantCode, ResponseToken: GrantImplicit}
	switch {
	case c.backstage():
	case pairs[c.GrantType] == "":
		problems = problem("grant_type", "Choose the Grant Type: %s or %s.", GrantCode, GrantImplicit)
	case grants[c.ResponseType] == "":
		problems = problem("response_type", "Choose the Response Type: %s or %s.", ResponseCode, ResponseToken)
	case pairs[c.GrantType] != c.ResponseType:
		problems = problem("response_type",
			"Grant Type %q does not go with Response Type %q; choose Response Type %q, or Grant Type %q.",
			c.GrantType, c.ResponseType, pairs[c.GrantType], grants[c.ResponseType])
	}
	if c.ClientCredentials && c.Public() {
		// RFC 6749 §4.4: only for confidential clients.
		problems = append(problems, problem("client_credentials", "A %s client cannot prove itself, so it cannot use client credentials.", c.Type)...)
	}
	return problems
}

func checkService(c Client) Problems {
	var problems Problems
	if c.GrantType != "" || c.ResponseType != "" {
		problems = problem("grant_type", "A service has no Grant Type and Response Type; it only uses client credentials.")
	}
	if c.RefreshTokens {
		// RFC 6749 §4.4.3: it can ask again at any time.
		problems = append(problems, problem("refresh_tokens", "A service gets no refresh tokens; it can ask for a new token at any time.")...)
	}
	if !c.ClientCredentials {
		problems = append(problems, problem("client_credentials", "A service needs client credentials; nothing else is open to it.")...)
	}
	return problems
}

// checkImplicit keeps the Implicit grant to where its token leaks least.
func checkImplicit(c Client, _ bool) Problems {
	if !c.AllowsGrant(grantImplicit) {
		return nil
	}
	var problems Problems
	if c.Type != Web && c.Type != SPA {
		problems = problem("grant_type", "Implicit is for web and spa clients; a %s client must use %s.", c.Type, GrantCode)
	}
	for _, raw := range c.RedirectURIs {
		if u, err := redirecturi.Parse(raw); err == nil && u.Scheme != "https" {
			problems = append(problems, problem("redirect_uris", "Implicit hands the token to the address itself, so %q must use https.", raw)...)
		}
	}
	if c.RefreshTokens && c.GrantType == GrantImplicit {
		// RFC 6749 §4.2.2
		problems = append(problems, problem("refresh_tokens", "Implicit never gives refresh tokens; use %s for them.", GrantCode)...)
	}
	return problems
}

// checkTrust: without a consent page nothing stands between a request and its
// answer, so the answer must be unable to reach another app. Any app on the
// machine can claim a private-use scheme or listen on a loopback port.
func checkTrust(c Client, _ bool) Problems {
	if !c.SkipAuthorization || !c.Public() {
		return nil
	}
	for _, raw := range c.RedirectURIs {
		if u, err := redirecturi.Parse(raw); err == nil && (u.Scheme != "https" || u.Loopback()) {
			return problem("skip_authorization",
				"Skip Authorization is not for a public client that returns to %q: another app on the same machine could receive the answer. Use https addresses only.", raw)
		}
	}
	return nil
}

// checkLinks: what people can click on the consent page.
func checkLinks(c Client, _ bool) Problems {
	var problems Problems
	for _, link := range []struct{ field, label, raw string }{
		{"client_uri", "Client URI", c.ClientURI},
		{"logo_uri", "Logo URI", c.LogoURI},
		{"tos_uri", "TOS URI", c.TosURI},
		{"policy_uri", "Policy URI", c.PolicyURI},
	} {
		if link.raw != "" {
			problems = append(problems, checkEndpoint(link.field, link.label, link.raw, false)...)
		}
	}
	return problems
}

func checkLogout(c Client, allowHTTP bool) Problems {
	problems := checkAddresses(c, "post_logout_redirect_uris", c.PostLogoutRedirectURIs, allowHTTP)
	if c.BackchannelLogoutURI != "" {
		problems = append(problems, checkEndpoint("backchannel_logout_uri", "back-channel logout URI", c.BackchannelLogoutURI, allowHTTP)...)
	}
	return append(problems, checkFrontchannel(c, allowHTTP)...)
}

// checkFrontchannel: the hub's own page loads this address in every browser
// that signs out, so it must be somewhere people go anyway.
func checkFrontchannel(c Client, allowHTTP bool) Problems {
	const field = "frontchannel_logout_uri"
	if c.FrontchannelLogoutURI == "" {
		return nil
	}
	if problems := checkEndpoint(field, "front-channel logout URI", c.FrontchannelLogoutURI, allowHTTP); len(problems) > 0 {
		return problems
	}
	at, _ := redirecturi.Parse(c.FrontchannelLogoutURI)
	if !slices.ContainsFunc(c.RedirectURIs, func(raw string) bool {
		u, err := redirecturi.Parse(raw)
		return err == nil && u.SameOrigin(at)
	}) {
		// OIDC Front-Channel Logout §2
		return problem(field, "The front-channel logout URI must have the scheme, host and port of one of the redirect URIs.")
	}
	return nil
}

// checkInitiate: whoever starts a sign-in there is told who the issuer is, and
// must not be told by somebody on the way. It is https on every hub (OIDC Core
// §4).
func checkInitiate(c Client, _ bool) Problems {
	if c.Requests.InitiateLoginURI == "" {
		return nil
	}
	return checkEndpoint("initiate_login_uri", "initiate login URI", c.Requests.InitiateLoginURI, false)
}

// checkEndpoint accepts an address on the web: https, or http where allowed.
func checkEndpoint(field, label, raw string, allowHTTP bool) Problems {
	u, err := redirecturi.Parse(raw)
	switch {
	case err != nil:
		return problem(field, "The %s %.200q %v.", label, raw, err)
	case u.Scheme != "https" && (u.Scheme != "http" || !allowHTTP):
		return problem(field, "The %s must be an https address.", label)
	}
	return nil
}
