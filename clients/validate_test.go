package clients

import (
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/forms"
)

func with(c Client, edits ...func(*Client)) Client {
	for _, edit := range edits {
		edit(&c)
	}
	return c
}

func TestAClientOfEachTypeIsValidOnceTidied(t *testing.T) {
	service := Client{Name: "Batch", Type: Service, Scopes: []string{"reports"}}
	implicit := with(spaApp(), func(c *Client) { c.SetGrant(GrantImplicit, true); c.SetGrant(GrantCode, false) })
	several := with(webApp(), func(c *Client) {
		c.RedirectURIs = append(c.RedirectURIs, "https://app.example.com/two")
		c.DefaultRedirectURI = c.RedirectURIs[1]
	})
	tried := with(implicit, func(c *Client) {
		c.RedirectURIs = []string{"http://localhost:3000/cb", "http://127.0.0.1/cb", "http://[::1]:8080/cb"}
	})
	for _, c := range []Client{webApp(), nativeApp(), spaApp(), service, implicit, several, tried} {
		c.Tidy()
		if problems := c.Validate(false); len(problems) > 0 {
			t.Errorf("%s: %v", c.Name, problems)
		}
	}
}

func TestTidyFillsInWhatFollows(t *testing.T) {
	c := Client{Name: "  App\n", RedirectURIs: []string{" https://app.example.com/cb ", "", "https://app.example.com/cb"}}
	c.Tidy()
	if got, want := c.Name, "App"; got != want {
		t.Errorf("name: got %q, want %q", got, want)
	}
	if got, want := strings.Join(c.Scopes, " "), "openid profile email"; got != want {
		t.Errorf("scopes: got %q, want %q", got, want)
	}
	if got, want := c.DefaultRedirectURI, "https://app.example.com/cb"; got != want {
		t.Errorf("default redirect URI: got %q, want %q", got, want)
	}
	if got, want := slices.Concat([]string{string(c.Type), c.AuthMethod}, c.GrantTypes, c.ResponseTypes), []string{"web", clientauth.MethodBasic, GrantCode, "code"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheFirstOfSeveralAddressesIsTheDefault(t *testing.T) {
	c := Client{Name: "App", RedirectURIs: []string{" https://app.example.com/one ", "https://app.example.com/two"}}
	c.Tidy()
	if problems := c.Validate(false); len(problems) > 0 || c.DefaultRedirectURI != "https://app.example.com/one" {
		t.Errorf("the default is %q: %v", c.DefaultRedirectURI, problems)
	}
	c.DefaultRedirectURI = "https://app.example.com/two"
	c.Tidy()
	if problems := c.Validate(false); len(problems) > 0 || c.DefaultRedirectURI != "https://app.example.com/two" {
		t.Errorf("chosen, it is %q: %v", c.DefaultRedirectURI, problems)
	}
}

// Grant Type None is a choice, and not one that was not made yet.
func TestNoGrantTypeIsForWhatNoBrowserReturnsTo(t *testing.T) {
	for name, row := range map[string]struct {
		client Client
		fits   bool
	}{
		"a service":              {Client{Name: "Batch", Type: Service, Scopes: []string{"reports"}}, true},
		"a device":               {Client{Name: "Screen", Type: Native, GrantTypes: []string{GrantDevice}}, true},
		"a web app":              {webApp(), false},
		"a web app without URIs": {Client{Name: "App"}, false},
		"a single-page app":      {spaApp(), false},
	} {
		for _, typed := range []string{"", "None", "none"} {
			c := row.client.Clone()
			c.ResponseTypes = nil
			c.ChooseGrant(typed)
			c.Tidy()
			problems := c.Validate(false)
			refused := slices.ContainsFunc(problems, func(p forms.Problem) bool { return p.Code == "client.grant_type.none" && p.Field == "grant_types" })
			if row.fits != (len(problems) == 0) || row.fits == refused || row.fits == c.HasGrant(noGrant) {
				t.Errorf("%s, %q: got %v, and it is kept for %q", name, typed, problems, c.GrantTypes)
			}
		}
	}
}

func TestTidyPairsTheResponseTypeWithTheGrantType(t *testing.T) {
	c := with(spaApp(), func(c *Client) { c.SetGrant(GrantImplicit, true); c.SetGrant(GrantCode, false) })
	c.Tidy()
	if got, want := c.ResponseTypes, []string{"token"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAServiceOnlyUsesClientCredentials(t *testing.T) {
	c := Client{Name: "Batch", Type: Service, GrantTypes: []string{GrantCode, GrantRefresh}}
	c.Tidy()
	for grant, want := range map[string]bool{"client_credentials": true, "authorization_code": false, "refresh_token": false, "implicit": false, "password": false, "": false} {
		if got := c.AllowsGrant(grant); got != want {
			t.Errorf("grant %q: got %v, want %v", grant, got, want)
		}
	}
	if c.AllowsResponse("code") || c.AllowsResponse("token") || c.AllowsResponse("") {
		t.Error("a service got a response type")
	}
}

func TestTheMismatchOfGrantAndResponseTypeIsExplained(t *testing.T) {
	c := with(webApp(), func(c *Client) { c.SetGrant(GrantCode, true); c.ResponseTypes = []string{"token"} })
	c.Tidy()
	got := c.Validate(false)
	const want = "response_types: client.response_types.implicit[response:token]"
	if got.Error() != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestEveryRuleNamesItsField(t *testing.T) {
	long := strings.Repeat("x", 201)
	rows := []struct {
		broken, field string
		client        Client
	}{
		{"no name", "name", with(webApp(), func(c *Client) { c.Name = " " })},
		{"long name", "name", with(webApp(), func(c *Client) { c.Name = long })},
		{"name with a line break", "name", with(webApp(), func(c *Client) { c.Name = "a\nb" })},
		{"name written backwards", "name", with(webApp(), func(c *Client) { c.Name = "moc\u202eelgoog" })},
		{"name that is not UTF-8", "name", with(webApp(), func(c *Client) { c.Name = "a\xff" })},
		{"unknown type", "type", with(webApp(), func(c *Client) { c.Type = "toaster" })},
		{"unknown method", "auth_method", with(webApp(), func(c *Client) { c.AuthMethod = "client_secret_dance" })},
		{"confidential client without proof", "auth_method", with(webApp(), func(c *Client) { c.AuthMethod = clientauth.MethodNone })},
		{"public client with a secret", "auth_method", with(spaApp(), func(c *Client) { c.AuthMethod = clientauth.MethodBasic })},
		{"native client with a key", "auth_method", with(nativeApp(), func(c *Client) { c.AuthMethod, c.JWKSURI = clientauth.MethodKey, "https://app.example.com/jwks" })},
		{"key method without keys", "jwks_uri", with(webApp(), func(c *Client) { c.AuthMethod = clientauth.MethodKey })},
		{"plain http keys", "jwks_uri", with(webApp(), func(c *Client) { c.AuthMethod, c.JWKSURI = clientauth.MethodKey, "http://app.example.com/jwks" })},
		{"relative keys", "jwks_uri", with(webApp(), func(c *Client) { c.AuthMethod, c.JWKSURI = clientauth.MethodKey, "/jwks" })},
		{"keys that are none", "jwks", with(webApp(), func(c *Client) { c.AuthMethod, c.JWKS = clientauth.MethodKey, `{"keys":[]}` })},
		{"no redirect URI", "redirect_uris", with(webApp(), func(c *Client) { c.RedirectURIs = nil })},
		{"bad redirect URI", "redirect_uris", with(webApp(), func(c *Client) { c.RedirectURIs = []string{"https://app.example.com/cb#x"} })},
		{"plain http redirect URI", "redirect_uris", with(webApp(), func(c *Client) { c.RedirectURIs = []string{"http://app.example.com/cb"} })},
		{"private scheme for a web client", "redirect_uris", with(webApp(), func(c *Client) { c.RedirectURIs = []string{"com.example.app:/cb"} })},
		{"too many redirect URIs", "redirect_uris", with(webApp(), func(c *Client) {
			c.DefaultRedirectURI = c.RedirectURIs[0]
			for n := range 100 {
				c.RedirectURIs = append(c.RedirectURIs, "https://app.example.com/"+strings.Repeat("a", n+1))
			}
		})},
		{"redirect URI of a service", "redirect_uris", Client{Name: "Batch", Type: Service, RedirectURIs: []string{"https://app.example.com/cb"}, DefaultRedirectURI: "https://app.example.com/cb"}},
		{"foreign default", "default_redirect_uri", with(webApp(), func(c *Client) { c.DefaultRedirectURI = "https://app.example.com/CB" })},
		{"unknown grant", "grant_types", with(webApp(), func(c *Client) { c.SetGrant("Password", true) })},
		{"unknown response", "response_types", with(webApp(), func(c *Client) { c.ResponseTypes = []string{"Code Token"} })},
		{"client credentials of a public client", "grant_types", with(spaApp(), func(c *Client) { c.SetGrant(GrantClientCredentials, true) })},
		{"implicit for a native client", "grant_types", with(nativeApp(), func(c *Client) {
			c.SetGrant(GrantImplicit, true)
			c.SetGrant(GrantCode, false)
			c.RedirectURIs, c.DefaultRedirectURI = []string{"https://app.example.com/cb"}, ""
		})},
		{"trust in an implicit answer on loopback", "skip_authorization", with(webApp(), func(c *Client) {
			c.GrantTypes, c.ResponseTypes = []string{GrantImplicit}, nil
			c.RedirectURIs, c.DefaultRedirectURI = []string{"http://127.0.0.1:3000/cb"}, ""
			c.SkipAuthorization = true
		})},
		{"implicit with refresh tokens", "grant_types", with(spaApp(), func(c *Client) {
			c.SetGrant(GrantImplicit, true)
			c.SetGrant(GrantCode, false)
			c.SetGrant(GrantRefresh, true)
		})},
		{"trust in a loopback client", "skip_authorization", with(nativeApp(), func(c *Client) {
			c.RedirectURIs, c.DefaultRedirectURI = []string{"http://127.0.0.1/cb"}, ""
			c.SkipAuthorization = true
		})},
		{"trust in a private scheme", "skip_authorization", with(nativeApp(), func(c *Client) {
			c.RedirectURIs = []string{"https://app.example.com/cb", "com.example.app:/cb"}
			c.SkipAuthorization = true
		})},
		{"scope with a quote", "scopes", with(webApp(), func(c *Client) { c.Scopes = []string{"openid", `a"b`} })},
		{"scope with a space", "scopes", with(webApp(), func(c *Client) { c.Scopes = []string{"a b"} })},
		{"scope with a backslash", "scopes", with(webApp(), func(c *Client) { c.Scopes = []string{`a\b`} })},
		{"scope that is not ASCII", "scopes", with(webApp(), func(c *Client) { c.Scopes = []string{"prénom"} })},
		{"long scope", "scopes", with(webApp(), func(c *Client) { c.Scopes = []string{long} })},
		{"unknown algorithm", "id_token_alg", with(webApp(), func(c *Client) { c.IDTokenAlg = "RS1" })},
		{"plain http link", "client_uri", with(webApp(), func(c *Client) { c.ClientURI = "http://app.example.com/" })},
		{"script as logo", "logo_uri", with(webApp(), func(c *Client) { c.LogoURI = "javascript:alert(1)" })},
		{"data as terms", "tos_uri", with(webApp(), func(c *Client) { c.TosURI = "data:text/html,x" })},
		{"private scheme as policy", "policy_uri", with(webApp(), func(c *Client) { c.PolicyURI = "com.example.app:/policy" })},
		{"plain http logout", "backchannel_logout_uri", with(webApp(), func(c *Client) { c.BackchannelLogoutURI = "http://app.example.com/out" })},
		{"front-channel logout on another host", "frontchannel_logout_uri", with(webApp(), func(c *Client) { c.FrontchannelLogoutURI = "https://other.example.com/out" })},
		{"front-channel logout on another port", "frontchannel_logout_uri", with(webApp(), func(c *Client) { c.FrontchannelLogoutURI = "https://app.example.com:8443/out" })},
		{"front-channel logout by plain http", "frontchannel_logout_uri", with(webApp(), func(c *Client) { c.FrontchannelLogoutURI = "http://app.example.com/out" })},
		{"front-channel logout with a fragment", "frontchannel_logout_uri", with(webApp(), func(c *Client) { c.FrontchannelLogoutURI = "https://app.example.com/out#x" })},
		{"bad post-logout address", "post_logout_redirect_uris", with(webApp(), func(c *Client) { c.PostLogoutRedirectURIs = []string{"//evil.com"} })},
	}
	for _, row := range rows {
		row.client.Tidy()
		problems := row.client.Validate(false)
		if len(problems) != 1 || problems[0].Field != row.field || problems[0].IsZero() {
			t.Errorf("%s: got %q, want one problem at %s", row.broken, problems, row.field)
		}
	}
}

func TestAnUntidiedServiceIsTold(t *testing.T) {
	c := Client{Name: "Batch", Type: Service, AuthMethod: clientauth.MethodBasic, GrantTypes: []string{GrantCode, GrantRefresh}}
	var fields []string
	for _, p := range c.Validate(false) {
		fields = append(fields, p.Field)
	}
	if got, want := strings.Join(fields, " "), "grant_types"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSkipAuthorizationIsForClientsThatCannotBeImpersonated(t *testing.T) {
	trusted := func(c *Client) { c.SkipAuthorization = true }
	for _, c := range []Client{with(webApp(), trusted), with(spaApp(), trusted)} {
		c.Tidy()
		if problems := c.Validate(false); len(problems) > 0 {
			t.Errorf("%s: %v", c.Name, problems)
		}
	}
}

func TestDevelopmentAllowsPlainHTTPEndpointsButNoPlainHTTPLinks(t *testing.T) {
	c := with(webApp(), func(c *Client) {
		c.AuthMethod, c.JWKSURI = clientauth.MethodKey, "http://app.test/jwks"
		c.BackchannelLogoutURI = "http://app.test/out"
		c.FrontchannelLogoutURI = "http://app.test/bye?from=hub"
		c.RedirectURIs = []string{"http://app.test/cb"}
	})
	c.Tidy()
	if problems := c.Validate(true); len(problems) > 0 {
		t.Errorf("got %v", problems)
	}
	c.ClientURI = "http://app.test/"
	if problems := c.Validate(true); len(problems) != 1 {
		t.Errorf("plain http link: got %v", problems)
	}
}

func TestRolesGateAClient(t *testing.T) {
	open, gated := webApp(), with(webApp(), func(c *Client) { c.AllowedRoles = []string{"staff", "admin"} })
	for _, row := range []struct {
		client Client
		roles  []string
		want   bool
	}{
		{open, nil, true}, {open, []string{"x"}, true},
		{gated, nil, false}, {gated, []string{"x"}, false}, {gated, []string{"x", "staff"}, true},
	} {
		if got := row.client.Admits(row.roles); got != row.want {
			t.Errorf("roles %q of %q: got %v, want %v", row.roles, row.client.AllowedRoles, got, row.want)
		}
	}
}

func TestTheHostOfAClientIsWherePeopleKnowItFrom(t *testing.T) {
	for want, c := range map[string]Client{
		"www.example.com":      {ClientURI: "https://www.example.com/", RedirectURIs: []string{"https://app.example.com/cb"}},
		"app.example.com:8443": {RedirectURIs: []string{"com.example.app://host/", "https://app.example.com:8443/cb"}},
		"hub.example.net":      {ClientURI: "https://www.example.com/", Server: &FederatedHub{Host: "hub.example.net"}},
		"":                     {RedirectURIs: []string{"com.example.app:/cb"}},
	} {
		if got := c.Host(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
