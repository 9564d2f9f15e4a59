package oauth2

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"github.com/fedhub/fedhub/federation"
)

// redeem exchanges the code (RFC 6749 §4.1.3).
func (c *Connector) redeem(ctx context.Context, leg federation.AuthState, code string) (*oauth2.Token, error) {
	return c.token(ctx, func(ctx context.Context, config *oauth2.Config) (*oauth2.Token, error) {
		config.RedirectURL = leg.Redirect
		return config.Exchange(ctx, code, oauth2.VerifierOption(leg.Verifier)) // ours, from the leg (FE-06)
	})
}

func (c *Connector) renew(ctx context.Context, refresh string) (*oauth2.Token, error) {
	if refresh == "" {
		return nil, federation.NewRefusal(c.Key.Name, "invalid_grant", "")
	}
	return c.token(ctx, func(ctx context.Context, config *oauth2.Config) (*oauth2.Token, error) {
		return config.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh}).Token()
	})
}

// token asks the token endpoint, with our credentials in the one way or the
// other. Every server has to take them in the header (RFC 6749 §2.3.1), so
// that is tried first; many take them in the form alone and say
// invalid_client. Any other answer stands: the code may be used up.
func (c *Connector) token(ctx context.Context, ask func(context.Context, *oauth2.Config) (*oauth2.Token, error)) (*oauth2.Token, error) {
	var token *oauth2.Token
	err := c.Step(ctx, "token", func(fact func(name, value string)) (err error) {
		for _, style := range c.styles() {
			fact("credentials", place(style))
			token, err = c.ask(ctx, style, ask)
			if !badClient(err) {
				break
			}
		}
		if err != nil {
			return c.notIssued(err)
		}
		if !strings.EqualFold(token.Type(), "Bearer") { // RFC 6749 §7.1
			return c.Faultf(federation.Untrusted, "the token endpoint issued a token of an unknown type")
		}
		return nil
	})
	return token, err
}

func (c *Connector) ask(ctx context.Context, style oauth2.AuthStyle, ask func(context.Context, *oauth2.Config) (*oauth2.Token, error)) (*oauth2.Token, error) {
	var token *oauth2.Token
	err := c.Line.Talk(ctx, func(ctx context.Context, client *http.Client) (err error) {
		token, err = ask(context.WithValue(ctx, oauth2.HTTPClient, client), c.config(style, ""))
		return err
	})
	if err == nil {
		c.style.Store(int32(style))
	}
	return token, err
}

// Values of LoginKey.Options["credentials"], for administrators who know.
const (
	inHeader = "header"
	inForm   = "form"
)

// formFirst are presets whose servers document the form alone, and may say
// something else than invalid_client if nothing is there.
var formFirst = []string{"asana", "atlassian", "dailymotion", "intercom", "wordpress"}

// styles are the ways to try, in order.
func (c *Connector) styles() []oauth2.AuthStyle {
	known := oauth2.AuthStyle(c.style.Load())
	switch {
	case c.Secret == "": // a public client only says who it is
		return []oauth2.AuthStyle{oauth2.AuthStyleInParams}
	case c.Key.Options["credentials"] == inHeader:
		return []oauth2.AuthStyle{oauth2.AuthStyleInHeader}
	case c.Key.Options["credentials"] == inForm:
		return []oauth2.AuthStyle{oauth2.AuthStyleInParams}
	case known == oauth2.AuthStyleInParams, known == oauth2.AuthStyleAutoDetect && slices.Contains(formFirst, c.Key.Preset):
		return []oauth2.AuthStyle{oauth2.AuthStyleInParams, oauth2.AuthStyleInHeader}
	}
	return []oauth2.AuthStyle{oauth2.AuthStyleInHeader, oauth2.AuthStyleInParams}
}

func place(style oauth2.AuthStyle) string {
	if style == oauth2.AuthStyleInHeader {
		return "in the header"
	}
	return "in the form"
}

// badClient tells whether our credentials were not understood, which a server
// finds out before it looks at the code (RFC 6749 §5.2).
func badClient(err error) bool {
	var answer *oauth2.RetrieveError
	if !errors.As(err, &answer) {
		return false
	}
	return answer.ErrorCode == "invalid_client" || answer.ErrorCode == "" && answer.Response.StatusCode == http.StatusUnauthorized
}

// notIssued finds the kind of a failure. The library's own errors quote the
// answer's body, where tokens may be, so they go no further (FE-48).
func (c *Connector) notIssued(err error) error {
	var answer *oauth2.RetrieveError
	if !errors.As(err, &answer) {
		if fault := new(federation.Fault); errors.As(c.Fault(federation.Untrusted, err), &fault) && fault.Kind == federation.Untrusted {
			return c.Faultf(federation.Untrusted, "the token endpoint's answer is not what RFC 6749 §5.1 describes")
		}
		return c.Fault(federation.Untrusted, err)
	}
	switch status := answer.Response.StatusCode; {
	case answer.ErrorCode != "":
		return federation.NewRefusal(c.Key.Name, answer.ErrorCode, answer.ErrorDescription)
	case status >= 500:
		return c.Faultf(federation.Unreachable, "the token endpoint answered %d", status)
	default:
		return c.Faultf(federation.Untrusted, "the token endpoint answered %d without an error code", status)
	}
}
