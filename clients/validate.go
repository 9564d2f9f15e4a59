package clients

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/names"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/clients/scopes"
	"github.com/fedhub/fedhub/internal/forms"
)

// Limits that honest clients do not reach.
const (
	maxList = redirecturi.MaxList // scopes, roles or request URIs
)

// Tidy fills in defaults: those of the type, the default redirect URI, the
// standard scopes. It trims pasted text. Registry.Add and Registry.Update call
// it before Validate.
func (c *Client) Tidy() {
	c.Name = strings.TrimSpace(c.Name)
	for _, p := range properties {
		if list, ok := p.place(c).(*[]string); ok && p.By(byAdmin) {
			*list = tidyList(*list)
		}
	}
	for _, field := range []*string{&c.DefaultRedirectURI, &c.JWKSURI, &c.JWKS, &c.BackchannelLogoutURI, &c.FrontchannelLogoutURI,
		&c.ClientURI, &c.LogoURI, &c.TosURI, &c.PolicyURI, &c.SectorIdentifierURI, &c.Requests.InitiateLoginURI, &c.CIBA.NotificationURI,
		&c.TLS.SubjectDN, &c.TLS.DNS, &c.TLS.URI, &c.TLS.IP, &c.TLS.Email} {
		*field = strings.TrimSpace(*field)
	}
	if c.Type == "" {
		c.Type = Web
	}
	if c.AuthMethod == "" {
		c.AuthMethod = DefaultMethod(c.Type)
	}
	claimmap.Tidy(c.Claims)
	c.raise()
	c.tidyPKCE()
	c.tidyGrants()
	if c.Type == Service {
		return
	}
	if c.DefaultRedirectURI == "" && len(c.RedirectURIs) > 0 {
		c.DefaultRedirectURI = c.RedirectURIs[0]
	}
	if len(c.Scopes) == 0 {
		c.Scopes = []string{"openid", "profile", "email"}
	}
}

func DefaultMethod(t Type) string {
	if t == SPA || t == Native {
		return clientauth.MethodNone
	}
	return clientauth.MethodBasic
}

// tidyList trims every item and drops empty and duplicate ones.
func tidyList(list []string) []string {
	var tidy []string
	for _, item := range list {
		item = strings.TrimSpace(item)
		if item != "" && !slices.Contains(tidy, item) {
			tidy = append(tidy, item)
		}
	}
	return tidy
}

// Validate returns everything that is wrong with the client; an empty result
// means that it may be saved. allowHTTP is as for redirecturi.Validate.
func (c Client) Validate(allowHTTP bool) forms.Problems {
	var problems forms.Problems
	for _, check := range []func(Client, bool) forms.Problems{
		checkName,
		checkType,
		checkMethod,     // RFC 6749 §2.3, OIDC Core §9
		checkAssertion,  // OIDC Registration §2
		checkTLSName,    // RFC 8705 §2.1.2
		checkKeys,       // RFC 7591 §2
		checkRedirects,  // RFC 6749 §3.1.2, RFC 9700 §2.1
		checkDefault,    // RFC 6749 §3.1.2.3
		checkGrantTypes, // RFC 6749 §4, RFC 8628, RFC 8693, RFC 7523, CIBA
		checkBeside,     // RFC 8693, RFC 8707, CIBA
		checkTrust,      // RFC 8252 §8.6
		checkPKCE,       // RFC 9700 §2.1.1
		checkScopes,     // RFC 6749 §3.3
		checkRoles,      //
		checkClaims,     // RFC 7519 §4.3
		checkFrappe,     //
		checkAlgs,       // OIDC Registration §2, JARM §3, RFC 9701 §6
		checkSubject,    // OIDC Core §8
		checkLinks,      // RFC 7591 §2
		checkLogout,     // OIDC RP-Initiated Logout §3.1, Front-Channel Logout §2, Back-Channel Logout §2.2
		checkResponses,  // OIDC Registration §2
		checkOrigins,    // RFC 6454
		checkRequests,   // OIDC Registration §2
		checkDetails,    // RFC 9396 §2
		checkInitiate,   // OIDC Registration §2
		checkAsking,     // RFC 9101 §10.5, RFC 8707 §2
		checkProfile,    // FAPI 2.0
		checkDescribed,  // draft-ietf-oauth-client-id-metadata-document §4, §8
	} {
		problems = append(problems, check(c, allowHTTP)...)
	}
	return problems
}

func checkName(c Client, _ bool) forms.Problems {
	switch {
	case c.Name == "":
		return forms.New("name", "client.name.missing")
	case utf8.RuneCountInString(c.Name) > names.Max:
		return forms.New("name", "client.name.long", "max", names.Max)
	case !names.Printable(c.Name):
		return forms.New("name", "client.name.bad")
	}
	return nil
}

func checkType(c Client, _ bool) forms.Problems {
	if slices.Contains([]Type{Web, SPA, Native, Service}, c.Type) {
		return nil
	}
	return forms.New("type", "client.type.bad")
}

func checkMethod(c Client, _ bool) forms.Problems {
	choices := clientauth.AllMethods()
	switch {
	case !slices.Contains(choices, c.AuthMethod):
		return forms.New("auth_method", "client.auth_method.bad", "choices", choices)
	case c.AuthMethod == clientauth.MethodNone && !c.Public():
		return forms.New("auth_method", "client.auth_method.missing", "type", c.Type.Words(), "choices", choices[:len(choices)-1])
	case c.AuthMethod != clientauth.MethodNone && c.Public():
		return forms.New("auth_method", "client.auth_method.public", "type", c.Type.Words(), "method", clientauth.MethodNone)
	}
	return nil
}

func checkKeys(c Client, allowHTTP bool) forms.Problems {
	var problems forms.Problems
	if c.JWKSURI != "" {
		problems = append(problems, redirecturi.CheckEndpoint("jwks_uri", "client.label.jwks", c.JWKSURI, allowHTTP)...)
	}
	if c.JWKS != "" {
		set, err := clientauth.ParseKeys([]byte(c.JWKS))
		switch {
		case err != nil:
			problems.Add("jwks", "client.jwks.bad", "cause", err)
		case c.AuthMethod == clientauth.MethodKey && len(set.Signing()) == 0:
			problems.Add("jwks", "client.jwks.encrypting")
		}
	}
	switch {
	case c.JWKSURI != "" && c.JWKS != "":
		problems.Add("jwks", "client.jwks.twice")
	case (c.AuthMethod == clientauth.MethodKey || c.AuthMethod == clientauth.MethodOwnTLS) && c.JWKSURI == "" && c.JWKS == "":
		problems.Add("jwks_uri", "client.jwks.missing", "method", c.AuthMethod)
	}
	return problems
}

func checkScopes(c Client, _ bool) forms.Problems {
	if len(c.Scopes) > maxList {
		return forms.New("scopes", "client.scopes.many", "max", maxList)
	}
	for _, scope := range c.Scopes {
		if !scopes.OK(scope) {
			return forms.New("scopes", "client.scope.bad", "scope", scope)
		}
	}
	return nil
}

func checkClaims(c Client, _ bool) forms.Problems {
	problems := claimmap.Check(c.Claims, nil)
	for i := range problems {
		problems[i].Field = "claims"
	}
	return problems
}

func checkRoles(c Client, _ bool) forms.Problems {
	if len(c.AllowedRoles) > maxList {
		return forms.New("allowed_roles", "client.roles.many", "max", maxList)
	}
	return nil
}
