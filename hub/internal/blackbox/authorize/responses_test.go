package authorize_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// everyResponse lets a client use every response type.
func everyResponse(c *clients.Client) {
	c.PKCEOptional = true
	c.ResponseTypes = []string{"code", "token", "id_token", "token id_token", "code id_token", "token code", "code token id_token", "none"}
	c.PairGrants()
}

// half is the left half of the SHA-256 (OIDC Core §3.3.2.11).
func half(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func TestEveryResponseTypeAnswersWithWhatItNames(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada := w.Person("ada@example.org")
	a := w.App(everyResponse)
	b := w.Browser()
	b.SignInTo(a, "ada@example.org")
	for _, asked := range []string{"code", "token", "id_token", "id_token token", "token id_token", "code id_token", "code token", "token code id_token", "none"} {
		for _, mode := range []string{"", "fragment", "form_post", "query"} {
			what := asked + " by " + mode
			got, by := b.Arrived(b.Authorize(a.Request("response_type", asked, "response_mode", mode)))
			front := strings.Contains(asked, "token")
			switch {
			case mode == "query" && front:
				hubtest.Want(t, what+": error", got.Get("error"), "invalid_request")
				continue
			case mode == "" && front:
				mode = "fragment"
			case mode == "":
				mode = "query"
			}
			hubtest.Want(t, what+": travelled", by, mode)
			hubtest.Want(t, what+": state", got.Get("state"), "the state")
			hubtest.Want(t, what+": iss (RFC 9207)", got.Get("iss"), w.URL)
			hubtest.Want(t, what+": error", got.Get("error"), "")
			words := strings.Fields(asked)
			hubtest.Want(t, what+": a code", got.Get("code") != "", contains(words, "code"))
			hubtest.Want(t, what+": an access token", got.Get("access_token") != "", contains(words, "token"))
			hubtest.Want(t, what+": an ID token", got.Get("id_token") != "", contains(words, "id_token"))
			if token := got.Get("access_token"); token != "" {
				hubtest.Want(t, what+": token type", got.Get("token_type"), "Bearer")
				hubtest.Want(t, what+": userinfo", w.Userinfo(token).Status, 200)
			}
			if id := got.Get("id_token"); id != "" {
				claims := hubtest.ClaimsOf(t, id)
				hubtest.Want(t, what+": sub", claims["sub"], any(ada.ID))
				hubtest.Want(t, what+": nonce", claims["nonce"], any("the nonce"))
				carriesHash(t, what, claims, "at_hash", got.Get("access_token"))
				carriesHash(t, what, claims, "c_hash", got.Get("code"))
				carriesHash(t, what, claims, "s_hash", got.Get("state"))
			}
			if code := got.Get("code"); code != "" {
				r := a.Redeem(code)
				hubtest.Want(t, what+": redeeming the code", r.Status, 200)
				hubtest.Want(t, what+": sub of both ID tokens", hubtest.ClaimsOf(t, r.Str("id_token"))["sub"], any(ada.ID))
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
		hubtest.Want(t, what+": "+name, claims[name], nil)
		return
	}
	hubtest.Want(t, what+": "+name, claims[name], any(half(value)))
}

func TestAReplayedHybridCodeTakesItsTokenAlong(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App(everyResponse)
	b := w.Browser()
	b.SignInTo(a, "ada@example.org")
	got, _ := b.Arrived(b.Authorize(a.Request("response_type", "code token")))
	hubtest.Want(t, "before the code is redeemed", w.Userinfo(got.Get("access_token")).Status, 200)
	hubtest.Want(t, "redeeming", a.Redeem(got.Get("code")).Status, 200)
	hubtest.Refused(t, "replay", a.Redeem(got.Get("code")), 400, "invalid_grant")
	hubtest.Want(t, "userinfo after the replay", w.Userinfo(got.Get("access_token")).Status, 401)
}

func TestErrorsGoTheWayTheAnswerWouldHave(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.App(everyResponse)
	code := w.App()
	b := w.Browser()
	for name, tt := range map[string]struct {
		request  url.Values
		by, code string
	}{
		"code":                           {a.Request("prompt", "none"), "query", "login_required"},
		"code in the fragment":           {a.Request("prompt", "none", "response_mode", "fragment"), "fragment", "login_required"},
		"code by form":                   {a.Request("prompt", "none", "response_mode", "form_post"), "form_post", "login_required"},
		"id_token":                       {a.Request("prompt", "none", "response_type", "id_token"), "fragment", "login_required"},
		"id_token by form":               {a.Request("prompt", "none", "response_type", "id_token", "response_mode", "form_post"), "form_post", "login_required"},
		"no nonce for id_token":          {a.Request("nonce", "", "response_type", "id_token"), "fragment", "invalid_request"},
		"no nonce for id_token token":    {a.Request("nonce", "", "response_type", "id_token token"), "fragment", "invalid_request"},
		"no nonce for code id_token":     {a.Request("nonce", "", "response_type", "code id_token"), "fragment", "invalid_request"},
		"no nonce, by form":              {a.Request("nonce", "", "response_type", "code id_token", "response_mode", "form_post"), "form_post", "invalid_request"},
		"no openid for id_token":         {a.Request("scope", "files", "response_type", "id_token"), "fragment", "invalid_scope"},
		"no response_type":               {a.Request("response_type", ""), "query", "invalid_request"},
		"no response_type by form":       {a.Request("response_type", "", "response_mode", "form_post"), "query", "invalid_request"},
		"tokens in the query":            {a.Request("response_type", "token", "response_mode", "query"), "fragment", "invalid_request"},
		"tokens as a JWT in the query":   {a.Request("response_type", "token", "response_mode", "query.jwt"), "fragment", "invalid_request"},
		"an unknown mode":                {a.Request("response_type", "id_token", "response_mode", "web_message"), "fragment", "invalid_request"},
		"a hybrid type of a code client": {code.Request("response_type", "code id_token"), "fragment", "unauthorized_client"},
		"none of a code client":          {code.Request("response_type", "none"), "query", "unauthorized_client"},
	} {
		got, by := b.Arrived(b.Authorize(tt.request))
		hubtest.Want(t, name+": travelled", by, tt.by)
		hubtest.Want(t, name+": error", got.Get("error"), tt.code)
		hubtest.Want(t, name+": state", got.Get("state"), "the state")
		hubtest.Want(t, name+": iss", got.Get("iss"), w.URL)
		if got.Get("code")+got.Get("access_token")+got.Get("id_token") != "" {
			t.Errorf("%s: something was issued: %v", name, got)
		}
	}
}

func TestCodeAndTokenNeedNoNonce(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App(everyResponse)
	b := w.Browser()
	b.SignInTo(a, "ada@example.org")
	for _, asked := range []string{"code", "code token"} {
		got, _ := b.Arrived(b.Authorize(a.Request("response_type", asked, "nonce", "")))
		hubtest.Want(t, asked+": error", got.Get("error"), "")
		if claims := hubtest.ClaimsOf(t, a.Redeem(got.Get("code")).Str("id_token")); claims["nonce"] != nil {
			t.Errorf("%s: the ID token has a nonce that nobody sent: %v", asked, claims["nonce"])
		}
	}
}

func TestAFormPostIsEscapedAndItsScriptAlone(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	const quoted = hubtest.Callback + "?a=%22b%27"
	a := w.App(func(c *clients.Client) {
		c.RedirectURIs, c.DefaultRedirectURI = []string{hubtest.Callback, quoted}, hubtest.Callback
	})
	b := w.Browser()
	b.SignInTo(a, "ada@example.org")
	state := `"><script>alert(1)</script>'`
	p := b.Authorize(a.Request("response_mode", "form_post", "state", state, "redirect_uri", quoted))
	if strings.Contains(p.Body, "<script>alert") {
		t.Error("the state is markup on the page")
	}
	to, fields, ok := hubtest.Form(p.Body, quoted)
	if !ok {
		t.Fatalf("no form leads to %s:\n%s", quoted, p.Body)
	}
	hubtest.Want(t, "the form leads to", to, quoted)
	hubtest.Want(t, "state", fields.Get("state"), state)
	root, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		t.Fatal(err)
	}
	csp := p.Header.Get("Content-Security-Policy")
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "script" && hubtest.Attr(n, "src") == "" && !strings.Contains(csp, "'nonce-"+hubtest.Attr(n, "nonce")+"'") {
			t.Errorf("the script of the page may not run by its policy %s", csp)
		}
	}
	again := b.Authorize(a.Request("response_mode", "form_post", "redirect_uri", quoted))
	if again.Header.Get("Content-Security-Policy") == csp {
		t.Error("two pages have the same nonce")
	}
	if other := b.Open("/account").Header.Get("Content-Security-Policy"); !strings.Contains(other, "form-action 'self'") || strings.Contains(other, "nonce") {
		t.Errorf("another page has the policy %s", other)
	}
}

func TestAnAnswerMayBeASignedJWT(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App(everyResponse)
	b := w.Browser()
	b.SignInTo(a, "ada@example.org")
	for _, tt := range []struct{ response, mode, by string }{
		{"code", "jwt", "query"}, {"code", "query.jwt", "query"}, {"code", "fragment.jwt", "fragment"}, {"code", "form_post.jwt", "form_post"},
		{"code id_token", "jwt", "fragment"}, {"id_token token", "form_post.jwt", "form_post"},
	} {
		for _, prompt := range []string{"", "login consent none"} {
			got, by := b.Arrived(b.Authorize(a.Request("response_type", tt.response, "response_mode", tt.mode, "prompt", prompt)))
			hubtest.Want(t, tt.mode+": travelled", by, tt.by)
			hubtest.Want(t, tt.mode+": parameters", len(got), 1)
			claims := hubtest.ClaimsOf(t, got.Get("response"))
			hubtest.Want(t, tt.mode+": iss", claims["iss"], any(w.URL))
			hubtest.Want(t, tt.mode+": aud", claims["aud"], any(a.ID))
			hubtest.Want(t, tt.mode+": state", claims["state"], any("the state"))
			if exp, _ := claims["exp"].(float64); int64(exp) <= w.Clock.Now().Unix() {
				t.Errorf("%s: exp is %v", tt.mode, claims["exp"])
			}
			if prompt != "" {
				hubtest.Want(t, tt.mode+": error", claims["error"], any("invalid_request"))
				continue
			}
			if code, _ := claims["code"].(string); contains(strings.Fields(tt.response), "code") {
				hubtest.Want(t, tt.mode+": redeeming", a.Redeem(code).Status, 200)
			}
		}
	}
}
