package social

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/internal/oauth2client"
	"github.com/fedhub/fedhub/internal/upstreamhttp"
	"github.com/markbates/goth"
)

// redeem makes goth exchange the code. goth sees nothing else of the browser's
// query, because some of its providers would use more of it (FE-05).
func (c *Connector) redeem(ctx context.Context, v *visit, code string) error {
	return c.Step(ctx, "token", func(fact func(name, value string)) error {
		err := v.do(ctx, func(p goth.Provider) (err error) {
			if v.session, err = p.UnmarshalSession("{}"); err != nil {
				return err
			}
			_, err = v.session.Authorize(p, url.Values{"code": {code}})
			return err
		})
		if err == nil {
			_, err = oauth2client.ReadTokens(c.Key.Name, v.token.answer())
		}
		return err
	})
}

// tokenForm returns the form of a token request (RFC 6749 §4.1.3, §6).
func tokenForm(r *http.Request) (url.Values, bool) {
	if r.Method != http.MethodPost || r.Body == nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return nil, false
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body) // our own form, a few hundred bytes
	if err != nil {
		return nil, false
	}
	r.Body = io.NopCloser(bytes.NewReader(text))
	form, err := url.ParseQuery(string(text))
	return form, err == nil && (form.Get("grant_type") == "authorization_code" || form.Get("grant_type") == "refresh_token")
}

// redeemOnce sends the token request as this provider needs it: with the
// verifier, and with our credentials in the right place. The library under goth
// tries both places and would use up the code with the wrong one. So a second
// request is only sent if the credentials were not understood; otherwise it
// gets the first answer again.
func (v *visit) redeemOnce(r *http.Request, form url.Values) (*http.Response, error) {
	if n := len(v.tokens); n > 1 || n == 1 && !v.badClient() {
		again := v.token
		again.body = oauth2client.WithoutTypes(again.body)
		return again.response(r), nil
	}
	c := v.connector
	inHeader := c.provider.header == (len(v.tokens) == 0)
	if v.verifier != "" {
		form.Set("code_verifier", v.verifier) // RFC 7636 §4.5, from the leg (FE-06)
	}
	r.Header.Del("Authorization")
	form.Del("client_id")
	form.Del("client_secret")
	if inHeader {
		r.SetBasicAuth(url.QueryEscape(c.Key.ClientID), url.QueryEscape(c.Secret)) // RFC 6749 §2.3.1
	} else {
		form.Set("client_id", c.Key.ClientID)
		form.Set("client_secret", c.Secret)
	}
	text := form.Encode()
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	v.tokens = append(v.tokens, r)
	answer, err := v.send(r)
	if err != nil {
		return nil, err
	}
	v.token = answer
	answer.body = oauth2client.WithoutTypes(answer.body)
	return answer.response(r), nil
}

// badClient reports whether our credentials were not understood.
func (v *visit) badClient() bool {
	_, err := oauth2client.ReadTokens(v.connector.Key.Name, v.token.answer())
	return oauth2client.IsUnknownClient(v.token.answer(), err)
}

func (r record) answer() upstreamhttp.Answer {
	return upstreamhttp.Answer{Status: r.status, Type: r.header.Get("Content-Type"), Body: r.body}
}

// refusal is the provider's refusal of our token request, if it was one.
func (v *visit) refusal() error {
	_, err := oauth2client.ReadTokens(v.connector.Key.Name, v.token.answer())
	if refusal := new(federation.Refusal); errors.As(err, &refusal) {
		return refusal
	}
	return nil
}
