// Package requestobject opens the signed requests of clients: authorization
// requests (OIDC Core §6, RFC 9101) and authentication requests by back channel
// (OpenID Connect CIBA §7.1.1). Whose keys may sign them and with what is the
// client's registration, which is handed in as plain values; what the
// parameters in them mean is not known here.
package requestobject

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/fedhub/fedhub/internal/texts"
)

// NoAlg is the alg of a JWT that nobody signed (RFC 7518 §3.6).
const NoAlg = "none"

// TypeRequest is the typ of a request object (RFC 9101 §10.8).
const TypeRequest = "oauth-authz-req+jwt"

// maxSize bounds a request object, in bytes.
const maxSize = 48 << 10

// An Object is a request object that was opened. Unless Alg is NoAlg, the
// client signed it.
type Object struct {
	Alg    string
	Type   string // its typ, or ""
	Claims jsonx.Object
}

// Signed reports whether anybody vouches for the object.
func (o Object) Signed() bool { return o.Alg != NoAlg }

// An Error is why a request is refused. Code and Why may be shown to the
// client.
type Error struct {
	Code  string
	Why   texts.Text
	cause error
}

func (e *Error) Error() string { return e.Code + ": " + e.Why.String() }

// Unwrap returns the private cause.
func (e *Error) Unwrap() error { return e.cause }

// What can be said of a request object (OIDC Core §3.1.2.6).
const (
	Invalid         = "invalid_request_object"
	URIInvalid      = "invalid_request_uri"
	URINotSupported = "request_uri_not_supported"
)

func refused(err error) error {
	return &Error{Code: Invalid, Why: texts.New("oauth.object.refused", "cause", jwt.Reason(err)), cause: err}
}

// Registered is what a client registered about the requests that it signs.
type Registered struct {
	clientauth.Publisher
	Secrets        []clientauth.Secret
	Alg            string   // of request objects: the only one, or NoAlg; empty: any of KeyAlgs, or NoAlg
	BackchannelAlg string   // of requests by back channel
	MustSign       bool     // it may send none that is unsigned
	HighSecurity   bool     // it is held to a FAPI 2.0 profile
	URIs           []string // where its request objects may be read
}

// An Opener opens request objects.
type Opener struct {
	Verifier *clientauth.Verifier
	// Read gets a document of at most limit bytes from the web.
	Read func(ctx context.Context, address string, limit int) ([]byte, error)
}

// Open verifies a request object. check looks at what it claims before anybody
// vouches for it, so that no key is looked for that it is not worth, and says
// whether one that is missing is waited for; its error is returned as it is. Any
// other is *Error if the object is at fault.
//
// No object is waited for that does not name the client, the hub and its end,
// though a request may leave them out (RFC 9101 §4).
func (o Opener) Open(ctx context.Context, r Registered, raw string, check func(jsonx.Object) (wait bool, err error)) (Object, error) {
	header, err := Policy().Header(raw)
	if err != nil {
		return Object{}, refused(err)
	}
	if err := r.allows(header); err != nil {
		return Object{}, err
	}
	object := Object{Alg: header.Algorithm, Type: header.Type}
	object.Claims, err = claimsOf(raw)
	if err == nil && !object.Signed() && !strings.HasSuffix(raw, ".") {
		err = jwt.Flaw("jwt.none") // which no policy for signatures knows
	}
	if err != nil {
		return Object{}, refused(err)
	}
	wait, err := check(object.Claims)
	if err != nil {
		return Object{}, err
	}
	if object.Signed() {
		if object.Claims, err = o.signedClaims(ctx, r, raw, wait && o.whole(r, object.Claims)); err != nil {
			return Object{}, refused(err)
		}
	}
	return object, nil
}

// allows holds the alg against the registration, before any signature is
// looked at. An unsigned object says no more than the query could, which
// anybody may write too; so it is refused only where a signature is demanded:
// by the alg that the client registered, or of every request of it. Who names
// no alg may send any (OIDC Registration §2).
func (r Registered) allows(h jwt.Header) error {
	switch {
	case h.Algorithm == NoAlg && (r.Alg != NoAlg && r.Alg != "" || r.HighSecurity || r.MustSign):
		return &Error{Code: Invalid, Why: texts.New("oauth.object.unsigned")}
	case r.Alg != "" && h.Algorithm != r.Alg:
		// OIDC Registration §2: all others must be refused.
		return refused(jwt.Flaw("jwt.alg.objects", "alg", r.Alg))
	case h.Algorithm == NoAlg || h.Algorithm == clientauth.HS256 && r.Alg == clientauth.HS256:
	case !slices.Contains(r.keyAlgs(), h.Algorithm):
		// The secret is a key only where that was agreed on, or an RSA key
		// that everybody knows might be taken for one.
		return refused(jwt.Flaw("jwt.alg.one", "algs", r.keyAlgs()))
	}
	return nil
}

// keyAlgs are the algorithms of key pairs that may sign a request object.
func (r Registered) keyAlgs() []string {
	if r.HighSecurity {
		return clientauth.ProfileAlgs() // FAPI 2.0 Security Profile §5.4.1
	}
	return clientauth.Names(clientauth.KeyAlgs())
}

// Algs returns the names of the algorithms that request objects may have, for
// metadata.
func Algs() []string { return append(BackchannelAlgs(), clientauth.HS256, NoAlg) }

// claimsOf are those of an object, for which nobody vouches yet.
func claimsOf(raw string) (jsonx.Object, error) {
	payload, err := base64.RawURLEncoding.Strict().DecodeString(strings.Split(raw, ".")[1])
	if err != nil {
		return nil, jwt.Flaw("jwt.form")
	}
	claims, err := jsonx.ParseObject(payload)
	if err != nil {
		return nil, jwt.Flaw("jwt.payload.bad", "cause", err)
	}
	return claims, nil
}

// whole reports whether claims name the client, the hub and when they end. That
// they are right where they are is the check's.
func (o Opener) whole(r Registered, claims jsonx.Object) bool {
	audience, err := claims.List("aud")
	client := claims.Loose("iss") == r.ID || claims.Loose("client_id") == r.ID
	return client && err == nil && slices.Contains(audience, o.Verifier.Issuer) && claims.Says("exp")
}

func (o Opener) signedClaims(ctx context.Context, r Registered, raw string, wait bool) (jsonx.Object, error) {
	if r.Alg == clientauth.HS256 {
		return o.sharedClaims(r, raw)
	}
	token, err := Policy().Only(clientauth.KeyAlgs()...).Parse(raw)
	if err != nil {
		return nil, err
	}
	if r.JWKS == "" && r.JWKSURI == "" {
		return nil, jwt.Flaw("jwt.keys.none")
	}
	if !wait {
		return o.Verifier.Keys.VerifyNow(ctx, r.Publisher, token)
	}
	return o.Verifier.Keys.Verify(ctx, r.Publisher, token)
}

// sharedClaims verifies what was signed with the client's secret.
func (o Opener) sharedClaims(r Registered, raw string) (jsonx.Object, error) {
	token, err := Policy().Only(jose.HS256).Parse(raw)
	if err != nil {
		return nil, err
	}
	shared, err := o.Verifier.SharedKeys(r.ID, r.Secrets)
	if err != nil {
		return nil, err
	}
	for _, key := range shared {
		if payload, err := token.Verify(key); err == nil {
			return jsonx.ParseObject(payload)
		}
	}
	return nil, jwt.Flaw("jwt.signature")
}

// Fetch reads a request object from the address a client registered for
// it (OIDC Core §6.2). An address that was not registered is never asked: it
// would make the hub a stranger's messenger. The error is *Error.
func (o Opener) Fetch(ctx context.Context, r Registered, uri string) (string, error) {
	if !slices.Contains(r.URIs, uri) {
		if len(r.URIs) == 0 {
			return "", &Error{Code: URINotSupported, Why: texts.New("oauth.object.uris")}
		}
		return "", &Error{Code: URIInvalid, Why: texts.New("oauth.object.uri")}
	}
	// The fragment is there to name a version; it is not sent (§6.2).
	address, _, _ := strings.Cut(uri, "#")
	body, err := o.Read(ctx, address, maxSize)
	if err != nil {
		return "", &Error{Code: URIInvalid, Why: texts.New("oauth.object.unread"), cause: err}
	}
	return strings.TrimSpace(string(body)), nil
}

// Peek returns what a request object claims without believing any of it:
// enough to tell a client at its registered address that the object is refused.
func Peek(raw string) jsonx.Object {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 || len(raw) > maxSize {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	claims, _ := jsonx.ParseObject(payload) //nolint:errcheck // what cannot be read claims nothing
	return claims
}

// ErrorOf returns the refusal in err's chain, nil if there is none.
func ErrorOf(err error) *Error {
	var e *Error
	errors.As(err, &e)
	return e
}

// Policy is for a request object (RFC 9101 §4). What must be there
// depends on the client, and is checked with the parameters.
func Policy() jwt.Policy {
	return jwt.Policy{
		Use: "request object", Algorithms: append(clientauth.KeyAlgs(), jose.HS256), Types: []string{TypeRequest, "JWT"}, Untyped: true, // RFC 9101 §10.8
		Audience: jwt.IfNamed, MaxSize: maxSize, By: "jwt.by.client", For: "jwt.for.issuer",
		Absent:  []string{"login_hint_token", "binding_message", "user_code", "requested_expiry", "client_notification_token"},
		Ignored: []string{"iat", "jti"}, Leeway: clientauth.Skew,
	}
}
