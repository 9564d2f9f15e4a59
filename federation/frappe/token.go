package frappe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/fedhub/fedhub/federation"
	reading "github.com/fedhub/fedhub/federation/internal/claims"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/upstreamhttp"
)

// tokens are what a code was worth.
type tokens struct{ access, refresh, id string }

func (tokens) String() string   { return "[tokens]" }
func (tokens) GoString() string { return "[tokens]" }

const maxToken = 128 << 10 // bytes of one of them

// redeem exchanges the code (RFC 6749 §4.1.3).
func (c *Connector) redeem(ctx context.Context, leg federation.AuthState, code string) (tokens, error) {
	return c.tokens(ctx, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {leg.Redirect},
		"code_verifier": {leg.Verifier}, // ours, from the leg (FE-06)
	})
}

func (c *Connector) renew(ctx context.Context, before federation.Tokens) (tokens, error) {
	if before.Refresh == "" || before.Subject == "" {
		return tokens{}, federation.NewRefusal(c.Key.Name, "invalid_grant", "")
	}
	return c.tokens(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {before.Refresh}})
}

func (c *Connector) tokens(ctx context.Context, form url.Values) (got tokens, err error) {
	err = c.Step(ctx, "token", func(fact func(name, value string)) error {
		answer, err := c.ask(ctx, methodToken, form, fact)
		if err == nil {
			got, err = c.issued(answer)
		}
		return err
	})
	return got, err
}

// ask posts a form with our credentials: in the form first, which every site
// takes that has not been told otherwise, and once more in the header if they
// were not understood. That is no second use of a code: a client is looked at
// before its code is. In the header first they would never reach an older
// site, which takes them for those of a user.
func (c *Connector) ask(ctx context.Context, method string, form url.Values, fact func(name, value string)) (upstreamhttp.Answer, error) {
	var first error
	for _, inHeader := range c.places() {
		fact("credentials", place(inHeader))
		answer, err := c.post(ctx, method, form, inHeader)
		if err != nil {
			return upstreamhttp.Answer{}, c.Fault(federation.Untrusted, fmt.Errorf("ask for a token: %w", err))
		}
		no := c.no(answer)
		if no == nil {
			c.header.Store(inHeader)
			return answer, nil
		}
		if !badClient(answer, no) {
			return upstreamhttp.Answer{}, no
		}
		if first == nil {
			first = no
		}
	}
	return upstreamhttp.Answer{}, first
}

func (c *Connector) post(ctx context.Context, method string, form url.Values, inHeader bool) (upstreamhttp.Answer, error) {
	body := url.Values{}
	for name, values := range form {
		body[name] = values
	}
	if inHeader { // form-encoded first, RFC 6749 §2.3.1
		return c.Line.PostFormAs(ctx, c.Key.BaseURL+method, body, url.QueryEscape(c.Key.ClientID), url.QueryEscape(c.Secret))
	}
	body.Set("client_id", c.Key.ClientID)
	if c.Secret != "" {
		body.Set("client_secret", c.Secret)
	}
	return c.Line.PostForm(ctx, c.Key.BaseURL+method, body)
}

// places are where to put our credentials, in order.
func (c *Connector) places() []bool {
	const inForm, inHeader = false, true
	switch {
	case c.Secret == "": // a public client only says who it is, and has PKCE
		return []bool{inForm}
	case c.Key.Options[federation.OptionCredentials] == "header":
		return []bool{inHeader}
	case c.Key.Options[federation.OptionCredentials] == "form":
		return []bool{inForm}
	case c.header.Load():
		return []bool{inHeader, inForm}
	}
	return []bool{inForm, inHeader}
}

func place(inHeader bool) string {
	if inHeader {
		return "in the header"
	}
	return "in the form"
}

// badClient tells whether our credentials were not understood. A 401 without
// an error code of OAuth is the framework's own, before the token endpoint saw
// the request.
func badClient(answer upstreamhttp.Answer, no error) bool {
	var refusal *federation.Refusal
	if !errors.As(no, &refusal) || refusal.Code != "invalid_client" {
		return false
	}
	return answer.Status == http.StatusUnauthorized || answer.Status == http.StatusBadRequest
}

// issued reads a token answer.
func (c *Connector) issued(answer upstreamhttp.Answer) (tokens, error) {
	document, err := reading.Parse(answer.Body)
	if err != nil {
		return tokens{}, c.Faultf(federation.Untrusted, "the token endpoint's answer: %w", err)
	}
	got := tokens{}
	for name, value := range map[string]*string{"access_token": &got.access, "refresh_token": &got.refresh, "id_token": &got.id} {
		at, found := document.At(name)
		text, isText := jsonx.Text(at)
		if found && !isText || len(text) > maxToken {
			return tokens{}, c.Faultf(federation.Untrusted, "the token endpoint's %s is not a token", name)
		}
		*value = text
	}
	switch {
	case got.access == "":
		return tokens{}, c.Faultf(federation.Untrusted, "the token endpoint issued no access token")
	case !strings.EqualFold(document.Exact("token_type"), "Bearer"): // RFC 6749 §7.1
		return tokens{}, c.Faultf(federation.Untrusted, "the token endpoint issued a token of an unknown type")
	}
	return got, nil
}

// spaced writes a query with %20 for spaces, as a site does itself.
func spaced(q url.Values) string { return strings.ReplaceAll(q.Encode(), "+", "%20") }
