// Package requestobject opens the signed requests of clients: authorization
// requests (OIDC Core §6, RFC 9101) and back-channel authentication requests
// (OpenID Connect CIBA §7.1.1). Registered keys and algorithms are passed in as
// plain values; the package does not interpret the parameters in the requests.
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

// NoAlg is the alg of an unsigned JWT (RFC 7518 §3.6).
const NoAlg = "none"

// TypeRequest is the typ of a request object (RFC 9101 §10.8).
const TypeRequest = "oauth-authz-req+jwt"

// maxSize bounds a request object, in bytes.
const maxSize = 48 << 10

// An Object is an opened request object. Unless Alg is NoAlg, the client signed
// it.
type Object struct {
	Alg    string
	Type   string // its typ, or ""
	Claims jsonx.Object
}

// Signed reports whether the object is signed.
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

// The error codes for a request object (OIDC Core §3.1.2.6).
const (
	Invalid         = "invalid_request_object"
	URIInvalid      = "invalid_request_uri"
	URINotSupported = "request_uri_not_supported"
)

func refused(err error) error {
	return &Error{Code: Invalid, Why: texts.New("oauth.object.refused", "cause", jwt.Reason(err)), cause: err}
}

// Registered is how a client registered to sign requests.
type Registered struct {
	clientauth.Publisher
	Secrets        []clientauth.Secret
	Alg            string   // of request objects: the only one, or NoAlg; empty: any of KeyAlgs, or NoAlg
	BackchannelAlg string   // of back-channel requests
	MustSign       bool     // unsigned requests are refused
	HighSecurity   bool     // it has a FAPI 2.0 profile
	URIs           []string // addresses from which its request objects may be read
}

// An Opener opens request objects.
type Opener struct {
	Verifier *clientauth.Verifier
	// Read fetches a document of at most limit bytes.
	Read func(ctx context.Context, address string, limit int) ([]byte, error)
}

// Open verifies a request object. check looks at the unverified claims first,
// so that no key is fetched for a worthless object, and says whether to wait
// for a missing key; its error is returned as it is. If the object is wrong,
// any other error is *Error.
//
// The hub only waits for a key if the object names the client, the hub and its
// expiry, although a request may omit them (RFC 9101 §4).
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
		err = jwt.Flaw("jwt.none") // no signature policy allows it
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

// allows checks the alg against the registration, before the signature. An
// unsigned object says no more than a query, which anyone can write; so it is
// only refused if a signature is required: by the registered alg, or for all
// requests of the client. Without a registered alg, any is allowed (OIDC
// Registration §2).
func (r Registered) allows(h jwt.Header) error {
	switch {
	case h.Algorithm == NoAlg && (r.Alg != NoAlg && r.Alg != "" || r.HighSecurity || r.MustSign):
		return &Error{Code: Invalid, Why: texts.New("oauth.object.unsigned")}
	case r.Alg != "" && h.Algorithm != r.Alg:
		// OIDC Registration §2: any other alg must be refused.
		return refused(jwt.Flaw("jwt.alg.objects", "alg", r.Alg))
	case h.Algorithm == NoAlg || h.Algorithm == clientauth.HS256 && r.Alg == clientauth.HS256:
	case !slices.Contains(r.keyAlgs(), h.Algorithm):
		// The secret is a key only if that was registered; otherwise a public
		// RSA key could be used as a secret.
		return refused(jwt.Flaw("jwt.alg.one", "algs", r.keyAlgs()))
	}
	return nil
}

// keyAlgs are the public-key algorithms for request objects.
func (r Registered) keyAlgs() []string {
	if r.HighSecurity {
		return clientauth.ProfileAlgs() // FAPI 2.0 Security Profile §5.4.1
	}
	return clientauth.Names(clientauth.KeyAlgs())
}

// Algs returns the algorithm names for request objects, for metadata.
func Algs() []string { return append(BackchannelAlgs(), clientauth.HS256, NoAlg) }

// claimsOf returns the unverified claims of an object.
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

// whole reports whether claims name the client, the hub and their expiry. check
// decides whether they are right.
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

// sharedClaims verifies an object signed with the client's secret.
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

// Fetch reads a request object from an address that the client registered for
// it (OIDC Core §6.2). Other addresses are never fetched, because a stranger
// could use the hub to send requests. The error is *Error.
func (o Opener) Fetch(ctx context.Context, r Registered, uri string) (string, error) {
	if !slices.Contains(r.URIs, uri) {
		if len(r.URIs) == 0 {
			return "", &Error{Code: URINotSupported, Why: texts.New("oauth.object.uris")}
		}
		return "", &Error{Code: URIInvalid, Why: texts.New("oauth.object.uri")}
	}
	// The fragment only names a version and is not sent (§6.2).
	address, _, _ := strings.Cut(uri, "#")
	body, err := o.Read(ctx, address, maxSize)
	if err != nil {
		return "", &Error{Code: URIInvalid, Why: texts.New("oauth.object.unread"), cause: err}
	}
	return strings.TrimSpace(string(body)), nil
}

// Peek returns the unverified claims of a request object, only to tell the
// client at its registered address that the object is refused.
func Peek(raw string) jsonx.Object {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 || len(raw) > maxSize {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	claims, _ := jsonx.ParseObject(payload) //nolint:errcheck // unreadable means no claims
	return claims
}

// ErrorOf returns the refusal in err's chain, nil if there is none.
func ErrorOf(err error) *Error {
	var e *Error
	errors.As(err, &e)
	return e
}

// Policy is for a request object (RFC 9101 §4). Required claims depend on the
// client and are checked with the parameters.
func Policy() jwt.Policy {
	return jwt.Policy{
		Use: "request object", Algorithms: append(clientauth.KeyAlgs(), jose.HS256), Types: []string{TypeRequest, "JWT"}, Untyped: true, // RFC 9101 §10.8
		Audience: jwt.IfNamed, MaxSize: maxSize, By: "jwt.by.client", For: "jwt.for.issuer",
		Absent:  []string{"login_hint_token", "binding_message", "user_code", "requested_expiry", "client_notification_token"},
		Ignored: []string{"iat", "jti"}, Leeway: clientauth.Skew,
	}
}
