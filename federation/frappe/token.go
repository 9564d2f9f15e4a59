package frappe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/internal/oauth2client"
	"github.com/fedhub/fedhub/internal/upstreamhttp"
)

// redeem exchanges the code (RFC 6749 §4.1.3).
func (c *Connector) redeem(ctx context.Context, leg federation.AuthState, code string) (oauth2client.Tokens, error) {
	return c.tokens(ctx, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {leg.Redirect},
		"code_verifier": {leg.Verifier}, // ours, from the leg (FE-06)
	})
}

func (c *Connector) renew(ctx context.Context, before federation.Tokens) (oauth2client.Tokens, error) {
	if before.Refresh == "" || before.Subject == "" {
		return oauth2client.Tokens{}, federation.NewRefusal(c.Key.Name, "invalid_grant", "")
	}
	return c.tokens(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {before.Refresh}})
}

func (c *Connector) tokens(ctx context.Context, form url.Values) (got oauth2client.Tokens, err error) {
	err = c.Step(ctx, "token", func(fact func(name, value string)) error {
		answer, err := c.ask(ctx, methodToken, form, fact)
		if err == nil {
			got, err = oauth2client.ReadTokens(c.Key.Name, answer)
		}
		return err
	})
	return got, err
}

// ask posts a form with our credentials: in the form first, which every site
// accepts by default, and once more in the header if they were not understood.
// That does not use a code twice, because the client is checked before the
// code. Older sites misread credentials in the header as those of a user, so
// the header comes second.
func (c *Connector) ask(ctx context.Context, method string, form url.Values, fact func(name, value string)) (upstreamhttp.Answer, error) {
	var first error
	for _, inHeader := range c.places() {
		fact("credentials", place(inHeader))
		answer, err := oauth2client.Post(ctx, c.Line, c.Key.BaseURL+method, form, oauth2client.Credentials{ID: c.Key.ClientID, Secret: c.Secret, InHeader: inHeader})
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

// places are where to put our credentials, in order.
func (c *Connector) places() []bool {
	const inForm, inHeader = false, true
	switch {
	case c.Secret == "": // a public client only names itself, and has PKCE
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

// badClient reports whether our credentials were not understood. A 401 without
// an OAuth error code comes from the framework, before the token endpoint.
func badClient(answer upstreamhttp.Answer, no error) bool {
	var refusal *federation.Refusal
	if !errors.As(no, &refusal) || refusal.Code != "invalid_client" {
		return false
	}
	return answer.Status == http.StatusUnauthorized || answer.Status == http.StatusBadRequest
}

// spaced encodes spaces in a query as %20, as a site does.
func spaced(q url.Values) string { return strings.ReplaceAll(q.Encode(), "+", "%20") }
