package hubtest

import (
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/fapi"
)

// The names are those of the tests of FAPI 2.0 Message Signing, without the
// prefix fapi2-message-signing-final-.

// SigningBank signs its requests too.
func (w *World) SigningBank() *bank {
	w.Helper()
	return w.Bank(func(c *clients.Client) { c.HighSecurity, c.Algs.Authorization = fapi.MessageSigning, "ES256" })
}

// Inside are the claims of a valid request object; change overrides, and nil
// omits.
func (b *bank) Inside(change map[string]any) map[string]any {
	now := b.W.Clock.Now().Unix()
	claims := map[string]any{"iss": b.ID, "aud": b.W.URL, "nbf": now, "exp": now + 60}
	for name, values := range b.Request("response_mode", "jwt") {
		claims[name] = values[0]
	}
	maps.Copy(claims, change)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return claims
}

// Object signs them.
func (b *bank) Object(change map[string]any) string {
	b.W.Helper()
	return b.W.Sign(jose.ES256, b.Assert.Key, map[string]any{"kid": "ec", "typ": "oauth-authz-req+jwt"}, b.Inside(change))
}

// Come pushes a request object, signs in, and returns the claims of the response
// after checking its signature (JARM §2.1, §2.4).
func (b *bank) Come(object string, beside ...string) map[string]any {
	b.W.Helper()
	pushed := b.With(ParPath, nil, append([]string{"request", object}, beside...)...)
	if pushed.Status != http.StatusCreated {
		b.W.Fatalf("pushing: got %d %s", pushed.Status, pushed.Body)
	}
	ada := b.W.Browser()
	p := ada.SignIn(ada.Authorize(url.Values{"client_id": {b.ID}, "request_uri": {pushed.Str("request_uri")}}), "ada@example.org")
	if strings.Contains(p.Body, `action="/consent"`) {
		p = ada.Submit(p, "/consent", "decision", "allow")
	}
	answer := ada.Answer(p)
	if len(answer) != 1 {
		b.W.Errorf("the answer is %v, and should be one signed response", answer)
	}
	claims := b.W.Verified(answer.Get("response"), "ES256", "")
	Want(b.W, "iss of the answer", claims["iss"], any(b.W.URL))
	Want(b.W, "aud of the answer", claims["aud"], any(b.ID))
	if exp, _ := claims["exp"].(float64); int64(exp) <= b.W.Clock.Now().Unix() {
		b.W.Errorf("exp of the answer is %v", claims["exp"])
	}
	return claims
}

func (b *bank) RedeemBound(code any, pairs ...string) Reply {
	b.W.Helper()
	text, _ := code.(string)
	return b.With(TokenPath, nil, append(CodeForm(b.App, text), pairs...)...)
}
