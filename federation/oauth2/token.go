package oauth2

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/internal/oauth2client"
)

// redeem exchanges the code (RFC 6749 §4.1.3).
func (c *Connector) redeem(ctx context.Context, leg federation.AuthState, code string) (oauth2client.Tokens, error) {
	return c.tokens(ctx, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {leg.Redirect},
		"code_verifier": {leg.Verifier}, // ours, from the leg (FE-06)
	})
}

// renew also returns the next refresh token, which is the same unless a new one
// came (RFC 6749 §6).
func (c *Connector) renew(ctx context.Context, refresh string) (oauth2client.Tokens, error) {
	if refresh == "" {
		return oauth2client.Tokens{}, federation.NewRefusal(c.Key.Name, "invalid_grant", "")
	}
	got, err := c.tokens(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
	got.Refresh = cmp.Or(got.Refresh, refresh)
	return got, err
}

// tokens calls the token endpoint, with our credentials in one place and, if
// needed, the other. Every server must accept them in the header (RFC 6749
// §2.3.1), so that is tried first; many only accept them in the form and answer
// invalid_client. Any other answer is final, because the code may be used up.
func (c *Connector) tokens(ctx context.Context, form url.Values) (got oauth2client.Tokens, err error) {
	err = c.Step(ctx, "token", func(fact func(name, value string)) (err error) {
		for _, place := range c.places() {
			fact("credentials", "in the "+place)
			answer, failure := oauth2client.Post(ctx, c.Line, c.Key.Endpoints.Token, form,
				oauth2client.Credentials{ID: c.Key.ClientID, Secret: c.Secret, InHeader: place == inHeader})
			if failure != nil {
				return c.Fault(federation.Untrusted, fmt.Errorf("ask for a token: %w", failure))
			}
			if got, err = oauth2client.ReadTokens(c.Key.Name, answer); !oauth2client.IsUnknownClient(answer, err) {
				c.place.Store(&place)
				return err
			}
		}
		return err
	})
	return got, err
}

// Values of LoginKey.Options["credentials"], for administrators who know it.
const (
	inHeader = "header"
	inForm   = "form"
)

// formFirst are providers that document only the form, and may answer another
// error than invalid_client if it is missing.
var formFirst = []string{"asana", "atlassian", "dailymotion", "intercom", "wordpress"}

// places are where to put our credentials, in order.
func (c *Connector) places() []string {
	known, wanted := c.place.Load(), c.Key.Options["credentials"]
	switch {
	case c.Secret == "": // a public client only names itself
		return []string{inForm}
	case wanted == inHeader || wanted == inForm:
		return []string{wanted}
	case known != nil && *known == inForm, known == nil && slices.Contains(formFirst, c.Key.Preset):
		return []string{inForm, inHeader}
	}
	return []string{inHeader, inForm}
}
