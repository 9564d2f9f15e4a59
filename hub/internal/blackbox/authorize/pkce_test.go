package authorize_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// bare is a request without a code_challenge.
func bare(pairs ...string) []string {
	return append([]string{"code_challenge", "", "code_challenge_method", ""}, pairs...)
}

// said is the error that the app gets, or empty for a code.
func said(b *hubtest.Browser, request url.Values) string {
	return b.Answer(b.Authorize(request)).Get("error")
}

func TestANonceStandsInForPKCE(t *testing.T) { // RFC 9700 §2.1.1
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a, b := w.App(), w.Browser()
	code := b.SignInTo(a, "ada@example.org", bare()...).Get("code")
	r := a.Redeem(code, "code_verifier", "")
	hubtest.Want(t, "a code asked for with a nonce alone", r.Status, 200)
	hubtest.Want(t, "the nonce", hubtest.ClaimsOf(t, r.Str("id_token"))["nonce"], any("the nonce"))
	for what, request := range map[string]url.Values{
		"without a nonce":                 a.Request(bare("nonce", "")...),
		"without openid":                  a.Request(bare("scope", "profile email")...),
		"without a scope":                 a.Request(bare("scope", "")...),
		"with a method without challenge": a.Request("code_challenge", ""),
		"with a plain challenge":          a.Request("code_challenge_method", "plain"),
	} {
		hubtest.Want(t, what, said(b, request), "invalid_request")
	}
	empty := a.Request(bare()...)
	empty.Set("nonce", "")
	hubtest.Want(t, "with an empty nonce", said(b, empty), "invalid_request")
}

// The nonce of the request object counts.
func TestTheNonceStandsInTheRequestObject(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	s, b := w.Signer(), w.Browser()
	b.SignInTo(s.App, "ada@example.org")
	unproven := map[string]any{"code_challenge": nil, "code_challenge_method": nil}
	with := func(header map[string]any, more map[string]any) string {
		for name, value := range unproven {
			more[name] = value
		}
		return s.Object(header, more)
	}
	for what, row := range map[string]struct{ object, want string }{
		"in the object":                      {with(nil, map[string]any{}), ""},
		"beside the object":                  {with(nil, map[string]any{"nonce": nil}), "invalid_request"},
		"empty in the object":                {with(nil, map[string]any{"nonce": ""}), "invalid_request"},
		"in an object of OpenID Connect":     {with(map[string]any{"typ": "JWT"}, map[string]any{}), ""},
		"beside an object of OpenID Connect": {with(map[string]any{"typ": "JWT"}, map[string]any{"nonce": nil}), "invalid_request"},
	} {
		hubtest.Want(t, what, said(b, s.Request(bare("request", row.object)...)), row.want)
		pushed := s.Push(s.Request(bare("request", row.object)...))
		hubtest.Want(t, what+", pushed", pushed.Str("error"), row.want)
	}
}

func TestAChallengeIsEnforcedWhereItNeedNotBeSent(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	for _, state := range []clients.PKCE{clients.PKCEUnlessNonce, clients.PKCEOptional} {
		a, b := w.App(func(c *clients.Client) { c.PKCE = state }), w.Browser()
		code := b.SignInTo(a, "ada@example.org").Get("code")
		hubtest.Refused(t, string(state)+": no verifier", a.Redeem(code, "code_verifier", ""), 400, "invalid_grant")
		hubtest.Refused(t, string(state)+": then the right one", a.Redeem(code), 400, "invalid_grant")
		code = b.Answer(b.Authorize(a.Request())).Get("code")
		hubtest.Refused(t, string(state)+": another verifier", a.Redeem(code, "code_verifier", strings.Repeat("w", 43)), 400, "invalid_grant")

		// TK-06: if an attacker strips the challenge from a request, its code
		// does not work.
		code = b.Answer(b.Authorize(a.Request(bare()...))).Get("code")
		hubtest.Refused(t, string(state)+": a verifier without a challenge", a.Redeem(code), 400, "invalid_grant")
		hubtest.Refused(t, string(state)+": the code without it then", a.Redeem(code, "code_verifier", ""), 400, "invalid_grant")
		code = b.Answer(b.Authorize(a.Request(bare()...))).Get("code")
		r := a.Redeem(code, "code_verifier", "")
		hubtest.Refused(t, string(state)+": a verifier for a code that was used", a.Redeem(code), 400, "invalid_grant")
		hubtest.Want(t, string(state)+": what came of it", a.Active(r.Str("access_token")), false)
	}
}

// For each way to add an app: its PKCE setting, and the text of the page.
func TestEachKindOfAppHasItsStateOfPKCE(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	operator, b := w.Operator(), w.Browser()
	a := w.App()
	b.SignInTo(a, "ada@example.org")
	hubtest.Want(t, "an administrator's", a.PKCERule(), clients.PKCEUnlessNonce)
	for state, want := range map[string][2]string{ // with a nonce, and with neither
		"always": {"invalid_request", "invalid_request"}, "optional": {"", ""}, "nonce": {"", "invalid_request"},
	} {
		saved := operator.Saved(a, "pkce", state)
		hubtest.Want(t, "chosen on the page", string(saved.PKCERule()), state)
		hubtest.Want(t, "saved again", operator.Saved(a).PKCERule(), saved.PKCERule())
		hubtest.Want(t, state+": with a nonce", said(b, a.Request(bare()...)), want[0])
		hubtest.Want(t, state+": with neither", said(b, a.Request(bare("nonce", "")...)), want[1])
	}
	page := operator.Open("/admin/clients/" + a.ID).Body
	for _, text := range []string{"Always", "With a nonce", "Optional"} {
		if !strings.Contains(page, text) {
			t.Errorf("the page does not offer: %s", text)
		}
	}
	site := w.Site(clients.FrappeProvider)
	hubtest.Want(t, "a Frappe site's", site.PKCERule(), clients.PKCEOptional)
	w.Policy("open")
	own, r := w.Registered()
	hubtest.Want(t, "one that registered itself", w.Kept(own.ID).PKCERule(), clients.PKCEOptional)
	saved := operator.Saved(own, "pkce", "always")
	hubtest.Want(t, "and that an administrator held to it", saved.PKCERule(), clients.PKCEAlways)
	for _, method := range []string{"none", "client_secret_basic"} {
		declared := hubtest.Declared(hubtest.Metadata{"client_id": own.ID, "token_endpoint_auth_method": method})
		r = w.SendJSON("PUT", r.Str("registration_client_uri"), r.Str("registration_access_token"), declared)
		hubtest.Want(t, "declared anew", r.Status, 200)
		hubtest.Want(t, "declared anew, with "+method, w.Kept(own.ID).PKCERule(), clients.PKCEAlways)
	}
}

func TestThePageSaysHowAnAppTiesItsCodes(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	operator, b := w.Operator(), w.Browser()
	a := w.App(func(c *clients.Client) { c.PKCE = clients.PKCEOptional })
	b.SignInTo(a, "ada@example.org")
	for _, row := range []struct {
		text    string
		request []string
		redeem  []string
	}{
		{"Used PKCE", nil, nil},
		{"Used a nonce without PKCE", bare(), []string{"code_verifier", ""}},
		{"Did not use PKCE or a nonce", bare("nonce", ""), []string{"code_verifier", ""}},
	} {
		if strings.Contains(operator.Open("/admin/clients/"+a.ID).Body, row.text) {
			t.Errorf("before it did so the page says: %s", row.text)
		}
		code := b.Answer(b.Authorize(a.Request(row.request...))).Get("code")
		hubtest.Want(t, row.text, a.Redeem(code, row.redeem...).Status, 200)
		if !strings.Contains(operator.Open("/admin/clients/"+a.ID).Body, row.text) {
			t.Errorf("the page does not say: %s", row.text)
		}
	}
}
