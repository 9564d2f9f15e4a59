package clients

import (
	"slices"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
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

// RegistrableRedirect reports whether an address can be a redirect URI here.
func (r *Registry) RegistrableRedirect(uri string) bool {
	return redirecturi.Validate(uri, r.allowHTTP) == nil
}

func checkRedirects(c Client, allowHTTP bool) forms.Problems {
	if c.Type == Service {
		if len(c.RedirectURIs) > 0 {
			return forms.New("redirect_uris", "client.redirect.service")
		}
		return nil
	}
	if len(c.RedirectURIs) == 0 && !c.Decoupled() && !c.backstage() {
		return forms.New("redirect_uris", "client.redirect.missing")
	}
	return redirecturi.CheckList("redirect_uris", c.RedirectURIs, c.Type == Native, allowHTTP)
}

func checkDefault(c Client, _ bool) forms.Problems {
	if c.DefaultRedirectURI != "" && !slices.Contains(c.RedirectURIs, c.DefaultRedirectURI) {
		return forms.New("default_redirect_uri", "client.default_redirect.foreign")
	}
	return nil
}

// checkTrust: without a consent page, nothing stops a request, so the answer
// must be unable to reach another app. Any app on the machine can claim a
// private-use scheme or listen on a loopback port, and a token of the Implicit
// grant works for any app that receives it.
func checkTrust(c Client, _ bool) forms.Problems {
	if !c.SkipAuthorization || !c.Public() && !c.HasGrant(GrantImplicit) {
		return nil
	}
	for _, raw := range c.RedirectURIs {
		if u, err := redirecturi.Parse(raw); err == nil && (u.Scheme != "https" || u.Loopback()) {
			return forms.New("skip_authorization", "client.skip_authorization.exposed", "address", raw)
		}
	}
	return nil
}

// checkLinks: links that users can follow on the consent page.
func checkLinks(c Client, _ bool) forms.Problems {
	var problems forms.Problems
	for _, link := range []struct{ field, label, raw string }{
		{"client_uri", "client.label.client", c.ClientURI},
		{"logo_uri", "client.label.logo", c.LogoURI},
		{"tos_uri", "client.label.tos", c.TosURI},
		{"policy_uri", "client.label.policy", c.PolicyURI},
	} {
		if link.raw != "" {
			problems = append(problems, redirecturi.CheckEndpoint(link.field, link.label, link.raw, false)...)
		}
	}
	return problems
}

func checkLogout(c Client, allowHTTP bool) forms.Problems {
	problems := redirecturi.CheckList("post_logout_redirect_uris", c.PostLogoutRedirectURIs, c.Type == Native, allowHTTP)
	if c.BackchannelLogoutURI != "" {
		problems = append(problems, redirecturi.CheckEndpoint("backchannel_logout_uri", "client.label.backchannel", c.BackchannelLogoutURI, allowHTTP)...)
	}
	return append(problems, checkFrontchannel(c, allowHTTP)...)
}

// checkFrontchannel: the hub's sign-out page loads this address in every
// browser, so it must be on a host that users already visit.
func checkFrontchannel(c Client, allowHTTP bool) forms.Problems {
	const field = "frontchannel_logout_uri"
	if c.FrontchannelLogoutURI == "" {
		return nil
	}
	if problems := redirecturi.CheckEndpoint(field, "client.label.frontchannel", c.FrontchannelLogoutURI, allowHTTP); len(problems) > 0 {
		return problems
	}
	at, _ := redirecturi.Parse(c.FrontchannelLogoutURI)
	if !slices.ContainsFunc(c.RedirectURIs, func(raw string) bool {
		u, err := redirecturi.Parse(raw)
		return err == nil && u.SameOrigin(at)
	}) {
		// OIDC Front-Channel Logout §2
		return forms.New(field, "client.frontchannel.foreign")
	}
	return nil
}

// checkInitiate: the issuer is sent to this address, and an attacker on the
// network must not change it. So it is https on every hub (OIDC Core §4).
func checkInitiate(c Client, _ bool) forms.Problems {
	if c.Requests.InitiateLoginURI == "" {
		return nil
	}
	return redirecturi.CheckEndpoint("initiate_login_uri", "client.label.initiate", c.Requests.InitiateLoginURI, false)
}
