package oauth

import (
	"errors"
	"net/http"
	"strings"

	"github.com/fedhub/fedhub/internal/texts"
)

// An Error is an error that the protocol defines. Code and Why are sent to the
// client as error and error_description; the cause is for the log only.
type Error struct {
	Code   string     // as in RFC 6749 §4.1.2.1, §5.2 and their extensions
	Why    texts.Text // tells the developer what to do next
	Status int        // HTTP status when it is answered as JSON

	// Challenge is the WWW-Authenticate header, if the answer needs one. Its
	// {description} is filled in when the error is answered.
	Challenge string

	cause error
}

// Error names the code and, for the log, the cause.
func (e *Error) Error() string {
	text := e.Code + ": " + e.Why.String()
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Sentence is the text for the audit log: the code is the protocol's.
func (e *Error) Sentence() texts.Text {
	if e.cause != nil {
		return texts.New(e.Code, "description", texts.New("oauth.because", "what", e.Why, "cause", e.cause))
	}
	return texts.New(e.Code, "description", e.Why)
}

// Description is the error_description, in the characters that RFC 6749 §5.2
// allows: printable ASCII without the quote and the backslash.
func (e *Error) Description(words texts.Words) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || r == '"' || r == '\\' {
			return '\''
		}
		return r
	}, e.Why.In(words, ""))
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

// Refuse makes the error with this code, for a reason given elsewhere.
func Refuse(code string, why texts.Text) *Error {
	return &Error{Code: code, Why: why, Status: http.StatusBadRequest}
}

// bad is Refuse for a reason from this hub's catalogue, given by its code and
// arguments as texts.New takes them; clients receive the sentence.
func bad(code, why string, pairs ...any) *Error { return Refuse(code, texts.New(why, pairs...)) }

// The errors of RFC 6749 §4.1.2.1 and §5.2.

// InvalidRequest says that a parameter is missing, repeated or malformed.
func InvalidRequest(why string, pairs ...any) *Error { return bad("invalid_request", why, pairs...) }

// InvalidClient says that the client did not prove who it is.
func InvalidClient(why string, pairs ...any) *Error {
	e := bad("invalid_client", why, pairs...)
	e.Status = http.StatusUnauthorized
	return e
}

// InvalidGrant says that a code or refresh token is no longer valid, or was
// issued to another client.
func InvalidGrant(why string, pairs ...any) *Error { return bad("invalid_grant", why, pairs...) }

// UnauthorizedClient says that this client may not do this.
func UnauthorizedClient(why string, pairs ...any) *Error {
	return bad("unauthorized_client", why, pairs...)
}

// UnsupportedGrantType names a grant type that this hub does not offer.
func UnsupportedGrantType(why string, pairs ...any) *Error {
	return bad("unsupported_grant_type", why, pairs...)
}

// UnsupportedResponseType names a response type that this hub does not offer.
func UnsupportedResponseType(why string, pairs ...any) *Error {
	return bad("unsupported_response_type", why, pairs...)
}

// InvalidScope names the scope that the client may not request.
func InvalidScope(why string, pairs ...any) *Error { return bad("invalid_scope", why, pairs...) }

// AccessDenied says that the user or a rule denied the request.
func AccessDenied(why string, pairs ...any) *Error {
	e := bad("access_denied", why, pairs...)
	e.Status = http.StatusForbidden
	return e
}

// ServerError reports a fault of this hub.
func ServerError(why string, pairs ...any) *Error {
	e := bad("server_error", why, pairs...)
	e.Status = http.StatusInternalServerError
	return e
}

// TemporarilyUnavailable asks the client to try again later.
func TemporarilyUnavailable(why string, pairs ...any) *Error {
	e := bad("temporarily_unavailable", why, pairs...)
	e.Status = http.StatusServiceUnavailable
	return e
}

// The errors of OpenID Connect Core §3.1.2.6.

// LoginRequired answers prompt=none when no user is signed in.
func LoginRequired(why string, pairs ...any) *Error { return bad("login_required", why, pairs...) }

// AccountSelectionRequired answers prompt=none when the request may mean several
// signed-in users.
func AccountSelectionRequired(why string, pairs ...any) *Error {
	return bad("account_selection_required", why, pairs...)
}

// ConsentRequired answers prompt=none when the user has not agreed yet.
func ConsentRequired(why string, pairs ...any) *Error { return bad("consent_required", why, pairs...) }

// RegistrationNotSupported refuses the registration parameter (OIDC Core §7.2.1).
func RegistrationNotSupported(why string, pairs ...any) *Error {
	return bad("registration_not_supported", why, pairs...)
}

// InvalidRequestObject refuses a request object that was read and is not valid
// (RFC 9101 §6).
func InvalidRequestObject(why string, pairs ...any) *Error {
	return bad("invalid_request_object", why, pairs...)
}

// InvalidRequestURI refuses a request_uri that gives no valid request object
// (RFC 9101 §6, RFC 9126 §2.3).
func InvalidRequestURI(why string, pairs ...any) *Error {
	return bad("invalid_request_uri", why, pairs...)
}

// UnmetAuthenticationRequirements says that this hub cannot authenticate a user
// in the way the client requires (OpenID Connect Core Error Code
// unmet_authentication_requirements §2).
func UnmetAuthenticationRequirements(why string, pairs ...any) *Error {
	return bad("unmet_authentication_requirements", why, pairs...)
}

// InvalidTarget refuses a resource that the client may not request tokens for
// (RFC 8707 §2).
func InvalidTarget(why string, pairs ...any) *Error { return bad("invalid_target", why, pairs...) }

// InvalidDetails refuses authorization_details (RFC 9396 §5).
func InvalidDetails(why string, pairs ...any) *Error {
	return bad("invalid_authorization_details", why, pairs...)
}

// The errors of RFC 6750 §3.1, for requests with an access token.

// InvalidToken says that the access token is malformed, expired or revoked.
func InvalidToken(why string, pairs ...any) *Error {
	e := bad("invalid_token", why, pairs...)
	e.Status = http.StatusUnauthorized
	return e.Challenged(`Bearer error="invalid_token", error_description="{description}"`)
}

// InsufficientScope says which scope the access token lacks.
func InsufficientScope(scope string) *Error {
	e := bad("insufficient_scope", "oauth.token.scope", "scope", scope)
	e.Status = http.StatusForbidden
	return e.Challenged(`Bearer error="insufficient_scope", error_description="{description}", scope="` + scope + `"`)
}

// InsufficientUserAuthentication says that the authentication behind the access
// token is too old or too weak (RFC 9470 §3).
func InsufficientUserAuthentication(why string, pairs ...any) *Error {
	return bad("insufficient_user_authentication", why, pairs...).Unauthorized()
}

// The errors of RFC 9449 §12.2, for requests with a DPoP proof.

// InvalidDPoPProof says what is wrong with the proof.
func InvalidDPoPProof(why string, pairs ...any) *Error {
	return bad("invalid_dpop_proof", why, pairs...)
}

// UseDPoPNonce asks the client to repeat the request with the nonce in the
// DPoP-Nonce header.
func UseDPoPNonce(why string, pairs ...any) *Error { return bad("use_dpop_nonce", why, pairs...) }

// The errors of RFC 8628 §3.5 and OpenID Connect CIBA §11, for polling clients.

// AuthorizationPending asks the client to poll again later.
func AuthorizationPending(why string, pairs ...any) *Error {
	return bad("authorization_pending", why, pairs...)
}

// SlowDown is AuthorizationPending for a client that polls too often.
func SlowDown(why string, pairs ...any) *Error { return bad("slow_down", why, pairs...) }

// ExpiredToken says that the user did not answer in time.
func ExpiredToken(why string, pairs ...any) *Error { return bad("expired_token", why, pairs...) }

// The errors of OpenID Connect CIBA §13.

// UnknownUser says that no user matches the hint.
func UnknownUser(why string, pairs ...any) *Error { return bad("unknown_user_id", why, pairs...) }

// InvalidBindingMessage says that a page cannot show the binding_message.
func InvalidBindingMessage(why string, pairs ...any) *Error {
	return bad("invalid_binding_message", why, pairs...)
}

// DeniedElsewhere is access_denied at the token endpoint, where every refusal
// has status 400 (RFC 6749 §5.2).
func DeniedElsewhere(why string, pairs ...any) *Error { return bad("access_denied", why, pairs...) }
