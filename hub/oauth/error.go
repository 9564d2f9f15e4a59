package oauth

import (
	"errors"
	"net/http"
	"strings"

	"github.com/fedhub/fedhub/internal/texts"
)

// An Error is an answer the protocol has a name for. Code and Description are
// public and travel to the client; the cause stays in the log.
type Error struct {
	Code        string // as in RFC 6749 §4.1.2.1, §5.2 and their extensions
	Description string // says what the developer should do next
	Status      int    // HTTP status when it is answered as JSON

	// Challenge is the WWW-Authenticate header, when the answer needs one.
	Challenge string

	cause error
}

// Error names the code and, for the log, the cause.
func (e *Error) Error() string {
	text := e.Code + ": " + e.Description
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Sentence is for the record of events: the code is the protocol's.
func (e *Error) Sentence() texts.Text {
	return texts.New(e.Code, "description", strings.TrimPrefix(e.Error(), e.Code+": "))
}

// Unwrap returns the private cause.
func (e *Error) Unwrap() error { return e.cause }

// Because returns a copy that carries the private cause.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// Challenged returns a copy with a WWW-Authenticate header.
func (e *Error) Challenged(header string) *Error {
	c := *e
	c.Challenge = header
	return &c
}

// Unauthorized returns a copy that is answered with 401, for those who present
// an access token.
func (e *Error) Unauthorized() *Error {
	c := *e
	c.Status = http.StatusUnauthorized
	return &c
}

// Code returns the code of the protocol error in err's chain, or "".
func Code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func bad(code, description string) *Error {
	return &Error{Code: code, Description: clean(description), Status: http.StatusBadRequest}
}

// clean keeps a description within the characters that RFC 6749 §5.2 allows:
// printable ASCII without the quote and the backslash.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || r == '"' || r == '\\' {
			return '\''
		}
		return r
	}, s)
}

// The errors of RFC 6749 §4.1.2.1 and §5.2.

// InvalidRequest says that a parameter is missing, repeated or malformed.
func InvalidRequest(description string) *Error { return bad("invalid_request", description) }

// InvalidClient says that the client did not prove who it is.
func InvalidClient(description string) *Error {
	e := bad("invalid_client", description)
	e.Status = http.StatusUnauthorized
	return e
}

// InvalidGrant says that a code or refresh token is no longer good, or was
// never this client's.
func InvalidGrant(description string) *Error { return bad("invalid_grant", description) }

// UnauthorizedClient says that this client may not do this.
func UnauthorizedClient(description string) *Error { return bad("unauthorized_client", description) }

// UnsupportedGrantType names a grant type that nobody may use here.
func UnsupportedGrantType(description string) *Error {
	return bad("unsupported_grant_type", description)
}

// UnsupportedResponseType names a response type that nobody may use here.
func UnsupportedResponseType(description string) *Error {
	return bad("unsupported_response_type", description)
}

// InvalidScope says which scope the client may not have.
func InvalidScope(description string) *Error { return bad("invalid_scope", description) }

// AccessDenied says that a person or a rule said no.
func AccessDenied(description string) *Error {
	e := bad("access_denied", description)
	e.Status = http.StatusForbidden
	return e
}

// ServerError is the protocol's word for our own fault.
func ServerError(description string) *Error {
	e := bad("server_error", description)
	e.Status = http.StatusInternalServerError
	return e
}

// TemporarilyUnavailable asks the client to come back later.
func TemporarilyUnavailable(description string) *Error {
	e := bad("temporarily_unavailable", description)
	e.Status = http.StatusServiceUnavailable
	return e
}

// The errors of OpenID Connect Core §3.1.2.6.

// LoginRequired answers prompt=none when nobody is signed in.
func LoginRequired(description string) *Error { return bad("login_required", description) }

// ConsentRequired answers prompt=none when the person has not agreed yet.
func ConsentRequired(description string) *Error { return bad("consent_required", description) }

// RequestNotSupported refuses a request object (OIDC Core §6.1).
func RequestNotSupported(description string) *Error { return bad("request_not_supported", description) }

// RequestURINotSupported refuses a request object by reference (OIDC Core §6.2).
func RequestURINotSupported(description string) *Error {
	return bad("request_uri_not_supported", description)
}

// RegistrationNotSupported refuses the registration parameter (OIDC Core §7.2.1).
func RegistrationNotSupported(description string) *Error {
	return bad("registration_not_supported", description)
}

// InvalidRequestObject refuses a request object that was read and is not good
// (RFC 9101 §6).
func InvalidRequestObject(description string) *Error {
	return bad("invalid_request_object", description)
}

// InvalidRequestURI refuses a request_uri that leads to no good request object
// (RFC 9101 §6, RFC 9126 §2.3).
func InvalidRequestURI(description string) *Error { return bad("invalid_request_uri", description) }

// UnmetAuthenticationRequirements says that nobody can sign in here the way
// the client insists on (OpenID Connect Core Error Code
// unmet_authentication_requirements §2).
func UnmetAuthenticationRequirements(description string) *Error {
	return bad("unmet_authentication_requirements", description)
}

// InvalidTarget refuses a resource that the client may not ask tokens for
// (RFC 8707 §2).
func InvalidTarget(description string) *Error { return bad("invalid_target", description) }

// InvalidDetails refuses authorization_details (RFC 9396 §5).
func InvalidDetails(description string) *Error {
	return bad("invalid_authorization_details", description)
}

// The errors of RFC 6750 §3.1, for those who present an access token.

// InvalidToken says that the access token is malformed, expired or revoked.
func InvalidToken(description string) *Error {
	e := bad("invalid_token", description)
	e.Status = http.StatusUnauthorized
	return e.Challenged(`Bearer error="invalid_token", error_description="` + e.Description + `"`)
}

// InsufficientScope says which scope the access token lacks.
func InsufficientScope(description, scope string) *Error {
	e := bad("insufficient_scope", description)
	e.Status = http.StatusForbidden
	return e.Challenged(`Bearer error="insufficient_scope", error_description="` + e.Description + `", scope="` + scope + `"`)
}

// InsufficientUserAuthentication says that the sign-in behind the access token
// is too old or too weak (RFC 9470 §3).
func InsufficientUserAuthentication(description string) *Error {
	return bad("insufficient_user_authentication", description).Unauthorized()
}

// The errors of RFC 9449 §12.2, for those who bring a DPoP proof.

// InvalidDPoPProof says what is wrong with the proof.
func InvalidDPoPProof(description string) *Error { return bad("invalid_dpop_proof", description) }

// UseDPoPNonce asks for the same again with the nonce of the DPoP-Nonce header.
func UseDPoPNonce(description string) *Error { return bad("use_dpop_nonce", description) }

// The errors of RFC 8628 §3.5 and OpenID Connect CIBA §11, for those who poll.

// AuthorizationPending asks the client to come back later.
func AuthorizationPending(description string) *Error {
	return bad("authorization_pending", description)
}

// SlowDown is AuthorizationPending for a client that came back too soon.
func SlowDown(description string) *Error { return bad("slow_down", description) }

// ExpiredToken says that the person took too long.
func ExpiredToken(description string) *Error { return bad("expired_token", description) }

// The errors of OpenID Connect CIBA §13.

// UnknownUser says that nobody has the hint.
func UnknownUser(description string) *Error { return bad("unknown_user_id", description) }

// InvalidBindingMessage says that a page cannot show the binding_message.
func InvalidBindingMessage(description string) *Error {
	return bad("invalid_binding_message", description)
}

// DeniedElsewhere is access_denied at the token endpoint, where every refusal
// has status 400 (RFC 6749 §5.2).
func DeniedElsewhere(description string) *Error { return bad("access_denied", description) }
