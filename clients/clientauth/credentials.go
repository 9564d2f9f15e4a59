package clientauth

import (
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/texts"
)

// Credentials are what a request says about its client. They hide themselves
// from logs.
type Credentials struct {
	Method    string // one of the Method constants: how the client tries to authenticate
	ID        string
	Secret    string // with MethodBasic and MethodPost
	Assertion string // with MethodKey and MethodSecretJWT: a JWT

	// Certificates are what the client presented in TLS, its own first. With
	// another method they do not authenticate it.
	Certificates []*x509.Certificate
}

// String hides the secret parts.
func (c Credentials) String() string {
	return fmt.Sprintf("credentials of client %q by %s", c.ID, c.Method)
}

// GoString hides the secret parts from %#v too.
func (c Credentials) GoString() string { return c.String() }

// LogValue hides the secret parts from slog.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// The codes of AuthError (RFC 6749 §5.2).
const (
	InvalidClient  = "invalid_client"
	InvalidRequest = "invalid_request"
)

// An AuthError says that the client did not authenticate. Only Error shows its
// cause, which is for the audit log and not for the client.
type AuthError struct {
	Code  string     // InvalidClient or InvalidRequest
	Why   texts.Text // for the client's developer
	Basic bool       // HTTP Basic was tried: the answer needs WWW-Authenticate (RFC 6749 §5.2)

	reason texts.Text // for administrators, if it says more than the client may know
	cause  error
}

// Reason is why the client was refused, for administrators.
func (e *AuthError) Reason() texts.Text {
	if e.reason.IsZero() {
		return e.Why
	}
	return e.reason
}

// Error includes the private reason and cause.
func (e *AuthError) Error() string {
	said := e.Code + ": " + e.Why.String()
	if !e.reason.IsZero() {
		said += ": " + e.reason.String()
	}
	if e.cause != nil {
		said += ": " + e.cause.Error()
	}
	return said
}

// Unwrap returns the private cause.
func (e *AuthError) Unwrap() error { return e.cause }

const (
	// maxHeader bounds the Authorization header, maxAssertion a JWT, both
	// before parsing.
	maxHeader    = 8 << 10
	maxAssertion = 16 << 10

	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" // RFC 7523 §2.2
)

// ParseCredentials reads the credentials of a request from its Authorization
// header and its form. A client must use exactly one method per request (RFC
// 6749 §2.3); a parameter without a value counts as absent (§3.2). Errors are
// *AuthError.
func ParseCredentials(authorization string, form map[string]string) (Credentials, error) {
	id, secret := form["client_id"], form["client_secret"]
	assertion, kind := form["client_assertion"], form["client_assertion_type"]
	asserted := assertion != "" || kind != ""
	switch {
	case authorization != "" && (secret != "" || asserted), secret != "" && asserted:
		return Credentials{}, &AuthError{
			Code: InvalidRequest,
			Why:  texts.New("oauth.client.ways"),
		}
	case authorization != "":
		return fromBasic(authorization, id)
	case asserted:
		return fromAssertion(assertion, kind, id)
	case id == "":
		return Credentials{}, &AuthError{Code: InvalidClient, Why: texts.New("oauth.client.missing")}
	case !TextOK(id) || !TextOK(secret):
		return Credentials{}, &AuthError{Code: InvalidRequest, Why: texts.New("oauth.client.characters")}
	case secret != "":
		return Credentials{Method: MethodPost, ID: id, Secret: secret}, nil
	}
	return Credentials{Method: MethodNone, ID: id}, nil
}

// fromBasic reads HTTP Basic. Both halves are form-urlencoded before they are
// joined (RFC 6749 §2.3.1), so they may contain a colon.
func fromBasic(authorization, formID string) (Credentials, error) {
	id, secret, err := parseBasic(authorization)
	if err != nil {
		return Credentials{}, &AuthError{
			Code: InvalidClient, Basic: true, cause: err,
			Why: texts.New("oauth.client.basic"),
		}
	}
	if formID != "" && formID != id {
		return Credentials{}, &AuthError{
			Code: InvalidRequest, Basic: true,
			Why: texts.New("oauth.client.two"),
		}
	}
	return Credentials{Method: MethodBasic, ID: id, Secret: secret}, nil
}

func parseBasic(authorization string) (id, secret string, err error) {
	if len(authorization) > maxHeader {
		return "", "", errors.New("header too long")
	}
	scheme, encoded, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return "", "", errors.New("another scheme")
	}
	encoded = strings.TrimLeft(encoded, " ")
	if strings.ContainsAny(encoded, "\r\n") { // the decoder would skip them
		return "", "", errors.New("line break")
	}
	pair, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return "", "", err
	}
	left, right, found := strings.Cut(string(pair), ":")
	if !found {
		return "", "", errors.New("no colon")
	}
	id, err1 := url.QueryUnescape(left)
	secret, err2 := url.QueryUnescape(right)
	if err := errors.Join(err1, err2); err != nil {
		return "", "", errors.New("bad percent-encoding") // the original error contains the secret
	}
	if id == "" || !TextOK(id) || !TextOK(secret) {
		return "", "", errors.New("empty id or characters that are not allowed")
	}
	return id, secret, nil
}

// TextOK is the character rule of RFC 6749 Appendix A, widened from ASCII to
// UTF-8 as Appendix B has it.
func TextOK(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

func fromAssertion(assertion, kind, id string) (Credentials, error) {
	switch {
	case assertion == "" || kind == "":
		return Credentials{}, &AuthError{Code: InvalidRequest, Why: texts.New("oauth.assertion.half")}
	case kind != assertionType:
		return Credentials{}, &AuthError{Code: InvalidClient, Why: texts.New("oauth.assertion.type", "type", assertionType)}
	case len(assertion) > maxAssertion:
		return Credentials{}, &AuthError{Code: InvalidClient, Why: texts.New("oauth.assertion.long")}
	case !TextOK(id):
		return Credentials{}, &AuthError{Code: InvalidRequest, Why: texts.New("oauth.client_id.characters")}
	}
	if id == "" {
		// RFC 7521 §4.2: the client_id may be omitted. The unverified sub is
		// only used to find the keys for verification.
		if id = peekSubject(assertion); id == "" || !TextOK(id) {
			return Credentials{}, &AuthError{Code: InvalidClient, Why: texts.New("oauth.assertion.nameless")}
		}
	}
	return Credentials{Method: methodOf(assertion), ID: id, Assertion: assertion}, nil
}

// methodOf distinguishes the two assertion methods by alg. This is not a
// security decision: the client must be registered for that method, and only
// its algorithms count.
func methodOf(jwt string) string {
	first, _, _ := strings.Cut(jwt, ".")
	text, err := base64.RawURLEncoding.DecodeString(first)
	var header struct {
		Alg string `json:"alg"`
	}
	if err == nil && jsonx.Unmarshal(text, &header) == nil && slices.Contains(Names(sharedAlgs()), header.Alg) {
		return MethodSecretJWT
	}
	return MethodKey
}

// peekSubject reads the sub of a JWT without verification.
func peekSubject(jwt string) string {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims jsonx.Object
	var subject string
	if jsonx.Unmarshal(payload, &claims) != nil || jsonx.Unmarshal(claims["sub"], &subject) != nil {
		return ""
	}
	return subject
}
