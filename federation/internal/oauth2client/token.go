package oauth2client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/upstreamhttp"
)

// Credentials are ours at a token endpoint. Without a secret they only name us,
// as for public clients.
type Credentials struct {
	ID, Secret string
	InHeader   bool
}

// Post sends a form with our credentials (RFC 6749 §2.3.1). It does not change
// the form.
func Post(ctx context.Context, line *upstreamhttp.Line, address string, form url.Values, c Credentials) (upstreamhttp.Answer, error) {
	if c.InHeader {
		return line.PostFormAs(ctx, address, form, url.QueryEscape(c.ID), url.QueryEscape(c.Secret))
	}
	body := url.Values{"client_id": {c.ID}}
	for name, values := range form {
		body[name] = values
	}
	if c.Secret != "" {
		body.Set("client_secret", c.Secret)
	}
	return line.PostForm(ctx, address, body)
}

// Tokens are what a token endpoint issued.
type Tokens struct{ Access, Refresh, ID string }

// String hides the tokens from logs, and so does GoString.
func (Tokens) String() string { return "[tokens]" }

// GoString is String.
func (Tokens) GoString() string { return "[tokens]" }

// MaxToken bounds one token, in bytes.
const MaxToken = 128 << 10

// ReadTokens reads the answer of a provider's token endpoint (RFC 6749 §5.1,
// §5.2). Members that decide are read strictly; unused ones, like expires_in,
// may have any value. The error is a refusal or a fault, and contains nothing
// of an answer that may hold tokens (FE-48).
func ReadTokens(provider string, answer upstreamhttp.Answer) (Tokens, error) {
	said, err := members(answer.Body)
	fault := func(kind federation.FaultKind, format string, args ...any) error {
		return federation.NewFault(kind, provider, fmt.Errorf(format, args...))
	}
	switch kind := said["token_type"]; {
	case said["error"] != "":
		return Tokens{}, federation.NewRefusal(provider, cmp.Or(codes[said["error"]], said["error"]), said["error_description"])
	case answer.Status >= 500:
		return Tokens{}, fault(federation.Unreachable, "the token endpoint answered %d", answer.Status)
	case answer.Status < 200 || answer.Status >= 300:
		return Tokens{}, fault(federation.Untrusted, "the token endpoint answered %d without an error code", answer.Status)
	case err != nil:
		return Tokens{}, fault(federation.Untrusted, "the token endpoint's answer is not as RFC 6749 §5.1 requires: %w", err)
	case said["access_token"] == "":
		return Tokens{}, fault(federation.Untrusted, "the token endpoint issued no access token")
	// RFC 6749 §7.1: a token of an unknown type must not be used. Some
	// providers omit the type and mean Bearer.
	case kind != "" && !strings.EqualFold(kind, "Bearer"):
		return Tokens{}, fault(federation.Untrusted, "the token endpoint issued a token of an unknown type")
	}
	return Tokens{Access: said["access_token"], Refresh: said["refresh_token"], ID: said["id_token"]}, nil
}

// codes maps providers' own codes to those of RFC 6749 §5.2.
var codes = map[string]string{
	"bad_verification_code":        "invalid_grant",  // GitHub
	"redirect_uri_mismatch":        "invalid_grant",  // GitHub
	"incorrect_client_credentials": "invalid_client", // GitHub
	"KOE320":                       "invalid_grant",  // Kakao
	"KOE010":                       "invalid_client", // Kakao
}

// The members that decide. If two differ only in case, or a form has one twice,
// different readers could see different values.
var deciding = []string{"error", "access_token", "token_type", "refresh_token", "id_token"}

// members returns the deciding members of an object or, from some providers, of
// a form. Null counts as missing, and so does a refresh token or id_token that
// is not a text; code that needs it reports it.
func members(body []byte) (map[string]string, error) {
	o, err := jsonx.ParseObject(body)
	if err != nil {
		return formMembers(body)
	}
	if o.Ambiguous(deciding...) {
		return nil, jsonx.ErrTwice
	}
	// The error code is more useful than other flaws of the answer.
	said := map[string]string{"error_description": o.Loose("error_description")}
	for _, name := range deciding {
		text, isText := jsonx.Text(o[name])
		switch {
		case isText && len(text) <= MaxToken:
			said[name] = text
		case isText, o.Says(name) && name != "refresh_token" && name != "id_token":
			return said, fmt.Errorf("its %s is not a text, or too long", name)
		}
	}
	return said, nil
}

func formMembers(body []byte) (map[string]string, error) {
	form, err := url.ParseQuery(string(body))
	said := map[string]string{}
	for name, values := range form {
		if len(values) > 1 && slices.Contains(deciding, name) {
			return nil, jsonx.ErrTwice
		}
		said[name] = values[0]
	}
	if err != nil || said["access_token"] == "" && said["error"] == "" || len(body) > MaxToken {
		return nil, errors.New("it is neither a JSON object nor a form")
	}
	return said, nil
}

// WithoutTypes removes unused members from a token answer for a library that
// checks their types: it would refuse an expires_in of 3600.0.
func WithoutTypes(body []byte) []byte {
	o, err := jsonx.ParseObject(body)
	if err != nil {
		return body
	}
	delete(o, "expires_in")
	for _, name := range []string{"refresh_token", "error_description", "error_uri"} {
		if _, isText := jsonx.Text(o[name]); !isText {
			delete(o, name)
		}
	}
	text, err := json.Marshal(o)
	if err != nil {
		return body
	}
	return text
}

// IsUnknownClient reports whether a token answer, with the error of ReadTokens,
// means that our credentials were not understood. A server checks them before
// the code (RFC 6749 §5.2), so they can be tried in the other place.
func IsUnknownClient(answer upstreamhttp.Answer, err error) bool {
	if refusal := new(federation.Refusal); errors.As(err, &refusal) {
		return refusal.Code == "invalid_client"
	}
	return answer.Status == http.StatusUnauthorized
}
