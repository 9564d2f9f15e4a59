package hub_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/clients"
)

// everyResponse lets a client use every response type.
func everyResponse(c *clients.Client) {
	c.PKCEOptional = true
	c.Grants = []string{"implicit"}
	c.ResponseTypes = []string{"code", "token", "id_token", "token id_token", "code id_token", "token code", "code token id_token", "none"}
}

// arrived reads an answer wherever it travels, and says how it did.
func (b *browser) arrived(p page) (url.Values, string) {
	b.w.Helper()
	if to, fields, ok := form(p.Body, callback); ok {
		want(b.w, "the form leads to", to, callback)
		return fields, "form_post"
	}
	u, err := url.Parse(p.Location)
	if err != nil || !strings.HasPrefix(p.Location, callback) {
		b.w.Fatalf("got %d, location %q, want an answer to the app:\n%s", p.Status, p.Location, p.Body)
	}
	if u.Fragment == "" {
		return u.Query(), "query"
	}
	if u.RawQuery != "" {
		b.w.Errorf("the answer is in two places: %s", p.Location)
	}
	v, err := url.ParseQuery(u.EscapedFragment())
	if err != nil {
		b.w.Fatal(err)
	}
	return v, "fragment"
}

// half is the left half of the SHA-256 (OIDC Core §3.3.2.11).
func half(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func TestEveryResponseTypeAnswersWithWhatItNames(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	ada := w.person("ada@example.org")
	a := w.app(everyResponse)
	b := w.browser()
	b.signInTo(a, "ada@example.org")
	for _, asked := range []string{"code", "token", "id_token", "id_token token", "token id_token", "code id_token", "code token", "token code id_token", "none"} {
		for _, mode := range []string{"", "fragment", "form_post", "query"} {
			what := asked + " by " + mode
			got, by := b.arrived(b.authorize(a.request("response_type", asked, "response_mode", mode)))
			front := strings.Contains(asked, "token")
			switch {
			case mode == "query" && front:
				want(t, what+": error", got.Get("error"), "invalid_request")
				continue
			case mode == "" && front:
				mode = "fragment"
			case mode == "":
				mode = "query"
			}
			want(t, what+": travelled", by, mode)
			want(t, what+": state", got.Get("state"), "the state")
			want(t, what+": iss (RFC 9207)", got.Get("iss"), w.URL)
			want(t, what+": error", got.Get("error"), "")
			words := strings.Fields(asked)
			want(t, what+": a code", got.Get("code") != "", contains(words, "code"))
			want(t, what+": an access token", got.Get("access_token") != "", contains(words, "token"))
			want(t, what+": an ID token", got.Get("id_token") != "", contains(words, "id_token"))
			if token := got.Get("access_token"); token != "" {
				want(t, what+": token type", got.Get("token_type"), "Bearer")
				want(t, what+": userinfo", w.userinfo(token).Status, 200)
			}
			if id := got.Get("id_token"); id != "" {
				claims := claimsOf(t, id)
				want(t, what+": sub", claims["sub"], any(ada.ID))
				want(t, what+": nonce", claims["nonce"], any("the nonce"))
				carriesHash(t, what, claims, "at_hash", got.Get("access_token"))
				carriesHash(t, what, claims, "c_hash", got.Get("code"))
				carriesHash(t, what, claims, "s_hash", got.Get("state"))
			}
			if code := got.Get("code"); code != "" {
				r := a.redeem(code)
				want(t, what+": redeeming the code", r.Status, 200)
				want(t, what+": sub of both ID tokens", claimsOf(t, r.str("id_token"))["sub"], any(ada.ID))
			}
		}
	}
}

func contains(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}

func carriesHash(t *testing.T, what string, claims map[string]any, name, value string) {
	t.Helper()
	if value == "" {
		want(t, what+": "+name, claims[name], nil)
		return
	}
	want(t, what+": "+name, claims[name], any(half(value)))
}

func TestAReplayedHybridCodeTakesItsTokenAlong(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app(everyResponse)
	b := w.browser()
	b.signInTo(a, "ada@example.org")
	got, _ := b.arrived(b.authorize(a.request("response_type", "code token")))
	want(t, "before the code is redeemed", w.userinfo(got.Get("access_token")).Status, 200)
	want(t, "redeeming", a.redeem(got.Get("code")).Status, 200)
	refused(t, "replay", a.redeem(got.Get("code")), 400, "invalid_grant")
	want(t, "userinfo after the replay", w.userinfo(got.Get("access_token")).Status, 401)
}

func TestErrorsGoTheWayTheAnswerWouldHave(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	a := w.app(everyResponse)
	code := w.app()
	b := w.browser()
	for name, tt := range map[string]struct {
		request  url.Values
		by, code string
	}{
		"code":                           {a.request("prompt", "none"), "query", "login_required"},
		"code in the fragment":           {a.request("prompt", "none", "response_mode", "fragment"), "fragment", "login_required"},
		"code by form":                   {a.request("prompt", "none", "response_mode", "form_post"), "form_post", "login_required"},
		"id_token":                       {a.request("prompt", "none", "response_type", "id_token"), "fragment", "login_required"},
		"id_token by form":               {a.request("prompt", "none", "response_type", "id_token", "response_mode", "form_post"), "form_post", "login_required"},
		"no nonce for id_token":          {a.request("nonce", "", "response_type", "id_token"), "fragment", "invalid_request"},
		"no nonce for id_token token":    {a.request("nonce", "", "response_type", "id_token token"), "fragment", "invalid_request"},
		"no nonce for code id_token":     {a.request("nonce", "", "response_type", "code id_token"), "fragment", "invalid_request"},
		"no nonce, by form":              {a.request("nonce", "", "response_type", "code id_token", "response_mode", "form_post"), "form_post", "invalid_request"},
		"no openid for id_token":         {a.request("scope", "files", "response_type", "id_token"), "fragment", "invalid_scope"},
		"no response_type":               {a.request("response_type", ""), "query", "invalid_request"},
		"no response_type by form":       {a.request("response_type", "", "response_mode", "form_post"), "query", "invalid_request"},
		"tokens in the query":            {a.request("response_type", "token", "response_mode", "query"), "fragment", "invalid_request"},
		"tokens as a JWT in the query":   {a.request("response_type", "token", "response_mode", "query.jwt"), "fragment", "invalid_request"},
		"an unknown mode":                {a.request("response_type", "id_token", "response_mode", "web_message"), "fragment", "invalid_request"},
		"a hybrid type of a code client": {code.request("response_type", "code id_token"), "fragment", "unauthorized_client"},
		"none of a code client":          {code.request("response_type", "none"), "query", "unauthorized_client"},
	} {
		got, by := b.arrived(b.authorize(tt.request))
		want(t, name+": travelled", by, tt.by)
		want(t, name+": error", got.Get("error"), tt.code)
		want(t, name+": state", got.Get("state"), "the state")
		want(t, name+": iss", got.Get("iss"), w.URL)
		if got.Get("code")+got.Get("access_token")+got.Get("id_token") != "" {
			t.Errorf("%s: something was issued: %v", name, got)
		}
	}
}

func TestCodeAndTokenNeedNoNonce(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app(everyResponse)
	b := w.browser()
	b.signInTo(a, "ada@example.org")
	for _, asked := range []string{"code", "code token"} {
		got, _ := b.arrived(b.authorize(a.request("response_type", asked, "nonce", "")))
		want(t, asked+": error", got.Get("error"), "")
		if claims := claimsOf(t, a.redeem(got.Get("code")).str("id_token")); claims["nonce"] != nil {
			t.Errorf("%s: the ID token has a nonce that nobody sent: %v", asked, claims["nonce"])
		}
	}
}

func TestAFormPostIsEscapedAndItsScriptAlone(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	const quoted = callback + "?a=%22b%27"
	a := w.app(func(c *clients.Client) { c.RedirectURIs, c.DefaultRedirectURI = []string{callback, quoted}, callback })
	b := w.browser()
	b.signInTo(a, "ada@example.org")
	state := `"><script>alert(1)</script>'`
	p := b.authorize(a.request("response_mode", "form_post", "state", state, "redirect_uri", quoted))
	if strings.Contains(p.Body, "<script>alert") {
		t.Error("the state is markup on the page")
	}
	to, fields, ok := form(p.Body, quoted)
	if !ok {
		t.Fatalf("no form leads to %s:\n%s", quoted, p.Body)
	}
	want(t, "the form leads to", to, quoted)
	want(t, "state", fields.Get("state"), state)
	root, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		t.Fatal(err)
	}
	csp := p.Header.Get("Content-Security-Policy")
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "script" && attr(n, "src") == "" && !strings.Contains(csp, "'nonce-"+attr(n, "nonce")+"'") {
			t.Errorf("the script of the page may not run by its policy %s", csp)
		}
	}
	again := b.authorize(a.request("response_mode", "form_post", "redirect_uri", quoted))
	if again.Header.Get("Content-Security-Policy") == csp {
		t.Error("two pages have the same nonce")
	}
	if other := b.open("/account").Header.Get("Content-Security-Policy"); !strings.Contains(other, "form-action 'self'") || strings.Contains(other, "nonce") {
		t.Errorf("another page has the policy %s", other)
	}
}

func TestAnAnswerMayBeASignedJWT(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app(everyResponse)
	b := w.browser()
	b.signInTo(a, "ada@example.org")
	for _, tt := range []struct{ response, mode, by string }{
		{"code", "jwt", "query"}, {"code", "query.jwt", "query"}, {"code", "fragment.jwt", "fragment"}, {"code", "form_post.jwt", "form_post"},
		{"code id_token", "jwt", "fragment"}, {"id_token token", "form_post.jwt", "form_post"},
	} {
		for _, prompt := range []string{"", "login consent none"} {
			got, by := b.arrived(b.authorize(a.request("response_type", tt.response, "response_mode", tt.mode, "prompt", prompt)))
			want(t, tt.mode+": travelled", by, tt.by)
			want(t, tt.mode+": parameters", len(got), 1)
			claims := claimsOf(t, got.Get("response"))
			want(t, tt.mode+": iss", claims["iss"], any(w.URL))
			want(t, tt.mode+": aud", claims["aud"], any(a.ID))
			want(t, tt.mode+": state", claims["state"], any("the state"))
			if exp, _ := claims["exp"].(float64); int64(exp) <= w.clock.now().Unix() {
				t.Errorf("%s: exp is %v", tt.mode, claims["exp"])
			}
			if prompt != "" {
				want(t, tt.mode+": error", claims["error"], any("invalid_request"))
				continue
			}
			if code, _ := claims["code"].(string); contains(strings.Fields(tt.response), "code") {
				want(t, tt.mode+": redeeming", a.redeem(code).Status, 200)
			}
		}
	}
}
