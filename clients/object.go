package clients

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/go-jose/go-jose/v4"
)

// A request object is an authorization request as a JWT (OIDC Core §6, RFC
// 9101). Whose keys may sign it and with what is the client's registration;
// what the parameters in it mean is not known here.

// NoAlg is the alg of a JWT that nobody signed (RFC 7518 §3.6).
const NoAlg = "none"

// TypeRequest is the typ of a request object (RFC 9101 §10.8).
const TypeRequest = "oauth-authz-req+jwt"

// maxObject bounds a request object, in bytes.
const maxObject = 48 << 10

// An Object is a request object that was opened. Unless Alg is NoAlg, the
// client signed it.
type Object struct {
	Alg    string
	Type   string // its typ, or ""
	Claims jsonx.Object
}

// Signed reports whether anybody vouches for the object.
func (o Object) Signed() bool { return o.Alg != NoAlg }

// An ObjectError is why a request object is refused. Code and Description may
// be shown to the client.
type ObjectError struct {
	Code, Description string
	cause             error
}

func (e *ObjectError) Error() string { return e.Code + ": " + e.Description }

// Unwrap returns the private cause.
func (e *ObjectError) Unwrap() error { return e.cause }

// What can be said of a request object (OIDC Core §3.1.2.6).
const (
	ObjectInvalid      = "invalid_request_object"
	ObjectNotSupported = "request_not_supported"
	URIInvalid         = "invalid_request_uri"
	URINotSupported    = "request_uri_not_supported"
)

func badObject(err error) error {
	return &ObjectError{Code: ObjectInvalid, Description: "the request object was not accepted: " + publicText(err), cause: err}
}

// OpenObject verifies a request object. The error is *ObjectError if the
// object is at fault.
func (r *Registry) OpenObject(ctx context.Context, c Client, raw string) (Object, error) {
	header, err := RequestPolicy().Header(raw)
	if err != nil {
		return Object{}, badObject(err)
	}
	if err := c.allowsObject(header); err != nil {
		return Object{}, err
	}
	o := Object{Alg: header.Algorithm, Type: header.Type}
	if o.Signed() {
		o.Claims, err = r.signedBy(ctx, c, raw)
	} else {
		o.Claims, err = unsignedClaims(raw)
	}
	if err != nil {
		return Object{}, badObject(err)
	}
	return o, nil
}

// allowsObject holds the alg against the registration, before any signature is
// looked at. Unsigned objects are for those who registered that they send
// them: whoever else sends one means a signature to be looked at.
func (c Client) allowsObject(h jwt.Header) error {
	switch {
	case h.Algorithm == NoAlg && (c.Algs.Request != NoAlg || c.Secure() || c.Requests.Signed):
		return &ObjectError{Code: ObjectNotSupported, Description: "unsigned request objects are only for clients registered with request_object_signing_alg=none; sign it, or send the parameters in the query"}
	case c.Algs.Request != "" && h.Algorithm != c.Algs.Request:
		// OIDC Registration §2: all others must be refused.
		return badObject(flaw("this client is registered for request objects signed with " + c.Algs.Request))
	case h.Algorithm == HS256 && c.Algs.Request != HS256:
		// The secret is a key only where that was agreed on, or an RSA key
		// that everybody knows might be taken for one.
		return badObject(flaw("sign it with one of " + strings.Join(c.objectAlgs(), " ")))
	case h.Algorithm != NoAlg && h.Algorithm != HS256 && !slices.Contains(c.objectAlgs(), h.Algorithm):
		return badObject(flaw("sign it with one of " + strings.Join(c.objectAlgs(), " ")))
	}
	return nil
}

// objectAlgs are the algorithms that may sign a request object of the client.
func (c Client) objectAlgs() []string {
	if c.Secure() {
		return ProfileAlgs() // FAPI 2.0 Security Profile §5.4.1
	}
	return keyAlgs()
}

// keyAlgs are the algorithms of key pairs.
func keyAlgs() []string { return []string{"ES256", "ES384", "RS256", "PS256", "EdDSA"} }

// ObjectAlgs returns the names of the algorithms that request objects may
// have, for metadata.
func ObjectAlgs() []string { return append(keyAlgs(), HS256, NoAlg) }

// unsignedClaims are those of an object that says alg none, which no policy
// for signatures knows.
func unsignedClaims(raw string) (jsonx.Object, error) {
	parts := strings.Split(raw, ".")
	if parts[2] != "" {
		return nil, flaw("it says alg none and has a signature")
	}
	payload, err := base64.RawURLEncoding.Strict().DecodeString(parts[1])
	if err != nil {
		return nil, flaw("it is not a JWT in compact form")
	}
	claims, err := jsonx.ParseObject(payload)
	if err != nil {
		return nil, flaw("its payload cannot be used: " + err.Error())
	}
	return claims, nil
}

func (r *Registry) signedBy(ctx context.Context, c Client, raw string) (jsonx.Object, error) {
	allowed := algorithms()
	if c.Algs.Request == HS256 {
		allowed = []jose.SignatureAlgorithm{jose.HS256}
	}
	token, err := RequestPolicy().Only(allowed...).Parse(raw)
	if err != nil {
		return nil, err
	}
	if c.Algs.Request == HS256 {
		return r.sharedSignature(ctx, c, token)
	}
	if c.JWKS == "" && c.JWKSURI == "" {
		return nil, flaw("this client has no registered keys (jwks or jwks_uri) that could verify it")
	}
	candidates, err := r.keysFor(ctx, c, token)
	if err != nil {
		return nil, err
	}
	return verified(token, candidates)
}

// sharedSignature verifies what was signed with the client's secret.
func (r *Registry) sharedSignature(ctx context.Context, c Client, token *jwt.Token) (jsonx.Object, error) {
	shared, err := r.SharedKeys(ctx, c)
	if err != nil {
		return nil, err
	}
	for _, key := range shared {
		if payload, err := token.Verify(key); err == nil {
			return jsonx.ParseObject(payload)
		}
	}
	return nil, flaw("its signature is wrong")
}

// ReadObject reads a request object from the address a client registered for
// it (OIDC Core §6.2). An address that was not registered is never asked: it
// would make the hub a stranger's messenger. The error is *ObjectError.
func (r *Registry) ReadObject(ctx context.Context, c Client, uri string) (string, error) {
	if !slices.Contains(c.Requests.URIs, uri) {
		if len(c.Requests.URIs) == 0 {
			return "", &ObjectError{Code: URINotSupported, Description: "this client has registered no request_uris; send the parameters in the query, or push them"}
		}
		return "", &ObjectError{Code: URIInvalid, Description: "request_uri is not one of those registered for this client; it must match one of them character by character"}
	}
	// The fragment is there to name a version; it is not sent (§6.2).
	address, _, _ := strings.Cut(uri, "#")
	body, err := r.read(ctx, address, maxObject, nil)
	if err != nil {
		return "", &ObjectError{Code: URIInvalid, Description: "the request object could not be read from request_uri", cause: err}
	}
	return strings.TrimSpace(string(body)), nil
}

// PeekObject returns what a request object claims without believing any of it:
// enough to tell a client at its registered address that the object is refused.
func PeekObject(raw string) jsonx.Object {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 || len(raw) > maxObject {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	claims, _ := jsonx.ParseObject(payload) //nolint:errcheck // what cannot be read claims nothing
	return claims
}

// IsObjectError returns the refusal in err's chain, nil if there is none.
func IsObjectError(err error) *ObjectError {
	var e *ObjectError
	errors.As(err, &e)
	return e
}
