package authrequest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/fapi"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/hub/oauth"
)

const callback = "https://app.example.org/callback"

// app is a client with a bit of every permission.
func app(edits ...func(*clients.Client)) clients.Client {
	c := clients.Client{ID: "app", Type: clients.Web, ResponseTypes: []string{"code"}, RedirectURIs: []string{callback},
		Scopes: []string{"openid", "email"}, Resources: []string{"https://api.example.org/"}, DetailTypes: []string{"payment"}}
	for _, edit := range edits {
		edit(&c)
	}
	return c
}

// ask checks a request against every rule. It is valid; pairs override it, and an
// empty value omits a parameter.
func ask(c clients.Client, pairs ...string) (*draft, error) {
	resolve := func(w Wish) (Access, error) { return resolver.Resolve(context.Background(), w) }
	d := &draft{client: c, resolve: resolve, params: oauth.Params{
		"client_id": c.ID, "response_type": "code", "redirect_uri": callback, "scope": "openid", "state": "s",
		"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256",
	}}
	for i := 0; i+1 < len(pairs); i += 2 {
		if d.params[pairs[i]] = pairs[i+1]; pairs[i+1] == "" {
			delete(d.params, pairs[i])
		}
	}
	if err := d.address(nil); err != nil {
		return d, err
	}
	d.mode()
	d.copyPlain()
	for _, check := range checks {
		if err := check(d); err != nil {
			return d, err
		}
	}
	return d, nil
}

func good(t *testing.T, what string, c clients.Client, pairs ...string) *draft {
	t.Helper()
	d, err := ask(c, pairs...)
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	return d
}

func refused(t *testing.T, what, code string, c clients.Client, pairs ...string) {
	t.Helper()
	if _, err := ask(c, pairs...); oauth.Code(err) != code {
		t.Errorf("%s: got %v, want %s", what, err, code)
	}
}

func TestWhatIsEchoedHasASize(t *testing.T) {
	c := app()
	good(t, "a nonce of 1024 bytes", c, "nonce", strings.Repeat("n", 1024))
	refused(t, "one byte more", "invalid_request", c, "nonce", strings.Repeat("n", 1025))
	good(t, "a state of 4096 bytes", c, "state", strings.Repeat("s", 4096))
	refused(t, "one byte more", "invalid_request", c, "state", strings.Repeat("s", 4097))
	if d := good(t, "a long hint", c, "login_hint", strings.Repeat("h", 513), "idp", strings.Repeat("i", 513)); d.request.LoginHint != "" || d.request.IDP != "" {
		t.Error("hints of more than 512 bytes were kept")
	}
	if d := good(t, "a hint", c, "login_hint", strings.Repeat("h", 512)); len(d.request.LoginHint) != 512 {
		t.Error("a hint of 512 bytes was dropped")
	}
}

func TestARequestNamesOnePerson(t *testing.T) { // OIDC Core §3.1.2.2, §5.5
	c := app()
	d := good(t, "one sub", c, "claims", `{"id_token":{"sub":{"value":"ada"}}}`)
	if d.request.Subject != "ada" {
		t.Errorf("the request means %q, want ada", d.request.Subject)
	}
	good(t, "one of one", c, "claims", `{"id_token":{"sub":{"values":["ada"]}}}`)
	good(t, "none in particular", c, "claims", `{"id_token":{"sub":null}}`)
	refused(t, "several", "invalid_request", c, "claims", `{"id_token":{"sub":{"values":["ada","eve"]}}}`)
	refused(t, "a number", "invalid_request", c, "claims", `{"id_token":{"sub":{"value":7}}}`)

	// The hint of the same request may name the same person, and no other.
	if err := d.means("ada"); err != nil {
		t.Errorf("the same in the hint: %v", err)
	}
	if err := d.means("eve"); oauth.Code(err) != "invalid_request" || d.request.Subject != "ada" {
		t.Errorf("another in the hint: got %v, and it means %q", err, d.request.Subject)
	}
}

func TestTheDefaultAddressStandsInForNone(t *testing.T) { // RFC 6749 §3.1.2.3
	one := app(func(c *clients.Client) { c.DefaultRedirectURI = callback })
	d := good(t, "one address", one, "redirect_uri", "", "scope", "email")
	if d.request.RedirectURI != callback || d.request.RedirectSent != "" {
		t.Errorf("it goes to %q and was sent %q", d.request.RedirectURI, d.request.RedirectSent)
	}
	d = good(t, "it may say so all the same", one, "scope", "email")
	if d.request.RedirectSent != callback {
		t.Errorf("it was sent %q", d.request.RedirectSent)
	}
	refused(t, "OpenID Connect wants it said (OIDC Core §3.1.2.1)", "invalid_request", one, "redirect_uri", "", "scope", "openid email")
	refused(t, "no default", "invalid_request", app(), "redirect_uri", "", "scope", "email")
	two := app(func(c *clients.Client) {
		c.DefaultRedirectURI, c.RedirectURIs = callback, []string{callback, "https://app.example.org/other"}
	})
	if d := good(t, "two addresses", two, "redirect_uri", "", "scope", "email"); d.request.RedirectURI != callback || d.request.RedirectSent != "" {
		t.Errorf("it goes to %q and was sent %q", d.request.RedirectURI, d.request.RedirectSent)
	}
	refused(t, "two addresses and openid", "invalid_request", two, "redirect_uri", "", "scope", "openid email")
	for what, edit := range map[string]func(*clients.Client){
		"it registered itself": func(c *clients.Client) { c.Registration.At = time.Unix(1, 0) },
		"it is a document":     func(c *clients.Client) { c.Document = &clients.Document{Host: "app.example.org"} },
		"it is a hub":          func(c *clients.Client) { c.Server = &clients.FederatedHub{Host: "app.example.org"} },
	} {
		c := two.Clone()
		edit(&c)
		refused(t, what+" with two addresses", "invalid_request", c, "redirect_uri", "", "scope", "email")
	}
	secure := app(func(c *clients.Client) { c.DefaultRedirectURI, c.HighSecurity = callback, fapi.MessageSigning })
	refused(t, "high security (FAPI 2.0)", "invalid_request", secure, "redirect_uri", "", "scope", "email")
	empty := &draft{client: one, params: oauth.Params{"redirect_uri": "", "scope": "email"}}
	if err := empty.address(nil); oauth.Code(err) != "invalid_request" {
		t.Errorf("an empty address: got %v, want invalid_request", err)
	}
}

func TestWaysOfSigningInAreWishedForByTheRegistration(t *testing.T) { // OIDC Registration §2
	c := app(func(c *clients.Client) { c.Requests.DefaultACRValues = []string{"urn:a", "urn:b"} })
	for what, row := range map[string][]string{
		"by the registration": {"urn:a urn:b"},
		"by the request":      {"urn:c", "acr_values", "urn:c"},
		"by a claim":          {"urn:d", "claims", `{"id_token":{"acr":{"value":"urn:d"}}}`},
		"by both":             {"urn:c", "acr_values", "urn:c", "claims", `{"id_token":{"acr":{"value":"urn:d"}}}`},
	} {
		if d := good(t, what, c, row[1:]...); d.request.ACRValues != row[0] {
			t.Errorf("%s: got %q, want %q", what, d.request.ACRValues, row[0])
		}
	}
	d := good(t, "essential", c, "claims", `{"id_token":{"acr":{"essential":true,"values":["urn:d","urn:e"]}}}`)
	if strings.Join(d.request.ACRs, " ") != "urn:d urn:e" {
		t.Errorf("essential: got %q", d.request.ACRs)
	}
	if d := good(t, "a wish", c, "claims", `{"id_token":{"acr":{"values":["urn:d"]}}}`); len(d.request.ACRs) != 0 {
		t.Errorf("a wish became a demand: %q", d.request.ACRs)
	}
}

func TestASignInHasAnAge(t *testing.T) { // OIDC Core §3.1.2.1, OIDC Registration §2
	hour := int64(3600)
	c := app(func(c *clients.Client) { c.Requests.DefaultMaxAge = &hour })
	if d := good(t, "by the registration", c); d.request.MaxAge == nil || *d.request.MaxAge != 3600 {
		t.Errorf("got %v, want 3600", d.request.MaxAge)
	}
	if d := good(t, "by the request", c, "max_age", "0"); d.request.MaxAge == nil || *d.request.MaxAge != 0 {
		t.Errorf("got %v, want 0", d.request.MaxAge)
	}
	if d := good(t, "by nobody", app()); d.request.MaxAge != nil {
		t.Errorf("got %v, want none", *d.request.MaxAge)
	}
	for _, wrong := range []string{"-1", "soon", "1.5", "99999999999"} {
		refused(t, wrong, "invalid_request", c, "max_age", wrong)
	}
}

func TestARequestStaysWithinTheRegistration(t *testing.T) {
	c := app()
	refused(t, "a scope", "invalid_scope", c, "scope", "openid files")
	refused(t, "a response type", "unauthorized_client", c, "response_type", "code id_token", "nonce", "n")
	refused(t, "an API", "invalid_target", c, "resource", "https://other.example.org/")
	refused(t, "an API with a fragment", "invalid_target", c, "resource", "https://api.example.org/#a")
	// A request cannot contain a value that cannot be registered.
	for _, resource := range []string{"https://api.example.org/#", "https:///a", "https://api.example.org/ä", "api", "https://api.example.org/ a"} {
		refused(t, "a resource that is none", "invalid_target", c, "resource", resource)
		if redirecturi.ResourceOK(resource) {
			t.Errorf("%q can be registered", resource)
		}
	}
	refused(t, "details", "invalid_authorization_details", c, "authorization_details", `[{"type":"account"}]`)
	refused(t, "a key that is none", "invalid_request", c, "dpop_jkt", "x")
	refused(t, "metadata", "registration_not_supported", c, "registration", "{}")
	if d := good(t, "no scope", c, "scope", ""); strings.Join(d.request.Scopes, " ") != "openid" {
		t.Errorf("without a scope: got %q, want openid alone", d.request.Scopes)
	}
	front := app(func(c *clients.Client) {
		c.ResponseTypes = []string{"code", "code token", "id_token"}
		c.SetGrant(clients.GrantImplicit, true)
	})
	bound := front
	bound.DPoPBound = true
	good(t, "a token in front", front, "response_type", "code token")
	refused(t, "a token in front that should be bound", "unauthorized_client", bound, "response_type", "code token")
	refused(t, "an ID token in front without a nonce", "invalid_request", front, "response_type", "id_token", "nonce", "")
	refused(t, "an ID token without openid", "invalid_scope", front, "response_type", "id_token", "nonce", "n", "scope", "email")
}

func TestPKCEIsNotLeftOut(t *testing.T) { // RFC 9700 §2.1.1
	c, lenient := app(), app(func(c *clients.Client) { c.PKCEOptional = true })
	public := app(func(c *clients.Client) {
		c.Type, c.AuthMethod, c.PKCEOptional = clients.SPA, clientauth.MethodNone, true
	})
	without := []string{"code_challenge", "", "code_challenge_method", ""}
	nonced := app(func(c *clients.Client) { c.PKCE = clients.PKCEUnlessNonce })
	both := append(slices.Clone(without), "nonce", "n")
	good(t, "none, with a nonce", nonced, both...)
	refused(t, "none, without a nonce", "invalid_request", nonced, without...)
	refused(t, "none, with a nonce, without openid", "invalid_request", nonced, append(slices.Clone(both), "scope", "email")...)
	refused(t, "none, with a nonce, without a scope", "invalid_request", nonced, append(slices.Clone(both), "scope", "")...)
	refused(t, "none, with a nonce, where it is always needed", "invalid_request", c, both...)
	for what, edit := range map[string]func(*clients.Client){
		"a public client":           func(c *clients.Client) { c.Type, c.AuthMethod = clients.SPA, clientauth.MethodNone },
		"an app with a document":    func(c *clients.Client) { c.Document = new(clients.Document) },
		"another hub":               func(c *clients.Client) { c.Server = new(clients.FederatedHub) },
		"a client of high security": func(c *clients.Client) { c.HighSecurity = fapi.Security },
	} {
		for _, state := range []clients.PKCE{clients.PKCEUnlessNonce, clients.PKCEOptional} {
			refused(t, what+": "+string(state), "invalid_request", app(func(c *clients.Client) { c.PKCE = state; edit(c) }), both...)
		}
	}
	refused(t, "none", "invalid_request", c, without...)
	good(t, "none, where an administrator allowed that", lenient, without...)
	refused(t, "none, from a public client", "invalid_request", public, without...)
	refused(t, "a method alone", "invalid_request", lenient, "code_challenge", "")
	refused(t, "no method, which means plain", "invalid_request", lenient, "code_challenge_method", "")
	refused(t, "plain", "invalid_request", lenient, "code_challenge_method", "plain")
	refused(t, "a broken challenge", "invalid_request", lenient, "code_challenge", "short")
	empty := &draft{client: lenient, params: oauth.Params{"code_challenge": "", "code_challenge_method": "S256"}}
	empty.request.Response = "code"
	if err := challengeIsS256(empty); oauth.Code(err) != "invalid_request" {
		t.Errorf("an empty challenge: got %v, want invalid_request", err)
	}
}

func TestOnlyHubsPassRequestsOn(t *testing.T) {
	pairs := []string{"via", "https://a.example.org https://b.example.org", "trace", "ABCD"}
	if d := good(t, "an app", app(), pairs...); len(d.request.Via) != 0 || d.request.Trace != "" {
		t.Errorf("an app passed on %q and %q", d.request.Via, d.request.Trace)
	}
	hub := app(func(c *clients.Client) { c.Server = &clients.FederatedHub{} })
	if d := good(t, "a hub", hub, pairs...); len(d.request.Via) != 2 || d.request.Trace != "ABCD" {
		t.Errorf("a hub passed on %q and %q", d.request.Via, d.request.Trace)
	}
}

func TestAClientPushesItsOwnRequestsAlone(t *testing.T) { // RFC 9126 §2.1
	for what, params := range map[string]oauth.Params{
		"another client's": {"client_id": "another"},
		"one it pushed":    {"client_id": "app", "request_uri": "urn:ietf:params:oauth:request_uri:x"},
	} {
		uri, err := (&Service{}).Push(t.Context(), app(), params, "")
		if oauth.Code(err) != "invalid_request" || uri != "" {
			t.Errorf("%s: got %q, %v, want invalid_request", what, uri, err)
		}
	}
}

func TestAnObjectIsReadToAHundredMembers(t *testing.T) {
	object := func(count int) string {
		var text strings.Builder
		text.WriteString("{")
		for n := range count {
			if n > 0 {
				text.WriteString(",")
			}
			text.WriteString(`"m` + strings.Repeat("x", n) + `":1`)
		}
		return text.String() + "}"
	}
	if _, err := paramsOf(members(t, object(100))); err != nil {
		t.Errorf("a hundred members: %v", err)
	}
	if _, err := paramsOf(members(t, object(101))); oauth.Code(err) != "invalid_request_object" {
		t.Errorf("one more: got %v, want invalid_request_object", err)
	}
}

func TestTextInAnObjectHidesNothing(t *testing.T) { // RFC 7519 §2, RFC 3629
	for what, object := range map[string]string{
		"a NUL in a text":          `{"state":"a\u0000b"}`,
		"a NUL in an API":          `{"resource":["https://a","https://b\u0000"]}`,
		"a NUL in the only API":    `{"resource":"https://b\u0000"}`,
		"a NUL in the first of it": `{"resource":["\u0000"]}`,
	} {
		if _, err := paramsOf(members(t, object)); oauth.Code(err) != "invalid_request_object" {
			t.Errorf("%s: got %v, want invalid_request_object", what, err)
		}
	}
}
