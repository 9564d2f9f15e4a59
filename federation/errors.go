package federation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/internal/upstreamhttp"
)

// A Refusal is an error answer of the provider, by RFC 6749.
type Refusal struct {
	// Code is the provider's error code if it is a registered one, else
	// "server_error". It may be passed on to the client.
	Code string
	// Description is the provider's own text, shortened and cleaned. It is for
	// the trace that operators read, and never for a page, because it could be
	// a phishing text.
	Description string
	Says        texts.Text // for the user
	// Disabled: the user may no longer sign in there; the request itself was
	// fine.
	Disabled bool
}

func (r *Refusal) Error() string {
	if r.Description == "" {
		return "the provider refused: " + r.Code
	}
	return fmt.Sprintf("the provider refused: %s (%q)", r.Code, r.Description)
}

// Sentence is the text for the audit log.
func (r *Refusal) Sentence() texts.Text {
	if r.Description == "" {
		return texts.New("upstream.refused", "error", r.Code)
	}
	return texts.New("upstream.refused.described", "error", r.Code, "description", r.Description)
}

// A FaultKind says what to do about a Fault.
type FaultKind string

const (
	Unreachable   FaultKind = "unreachable"   // try again later
	Untrusted     FaultKind = "untrusted"     // the answer fails a check: investigate
	Misconfigured FaultKind = "misconfigured" // an administrator must change something
	Unexpected    FaultKind = "unexpected"    // the answer matches no sign-in here: start again
	Circular      FaultKind = "circular"      // the hubs redirect the browser in a circle
)

// A Fault means that the provider did not answer, or that its answer cannot be
// trusted.
type Fault struct {
	Kind  FaultKind
	Says  texts.Text // for the user
	Cause error      // for operators; never shown to users, never secret
}

func (f *Fault) Error() string {
	if f.Cause == nil {
		return string(f.Kind) + ": " + f.Says.String()
	}
	return string(f.Kind) + ": " + f.Cause.Error()
}

func (f *Fault) Unwrap() error { return f.Cause }

// Sentence is the text for the audit log, by kind.
func (f *Fault) Sentence() texts.Text {
	if f.Cause == nil {
		return texts.New(string(f.Kind), "cause", f.Says)
	}
	return texts.New(string(f.Kind), "cause", f.Cause.Error())
}

// AsFault gives an error its kind. An error with a kind keeps it; a missing
// answer is always Unreachable; a cancelled request is not a fault. Without a
// kind, any other error is not the provider's fault and is returned unchanged.
func AsFault(upstream string, kind FaultKind, err error) error {
	var fault *Fault
	var refusal *Refusal
	switch {
	case errors.As(err, &fault), errors.As(err, &refusal), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, upstreamhttp.ErrSilent), errors.Is(err, context.DeadlineExceeded):
		kind = Unreachable
	}
	if kind == "" {
		return err
	}
	return NewFault(kind, upstream, err)
}

// NewFault returns a fault with the sentence for its kind; name is the login
// key's, as on its button.
func NewFault(kind FaultKind, name string, cause error) *Fault {
	return &Fault{Kind: kind, Says: texts.New(faultCodes[kind], "name", name), Cause: cause}
}

var faultCodes = map[FaultKind]string{
	Unreachable: "fault.unreachable", Untrusted: "fault.untrusted", Misconfigured: "fault.misconfigured", Circular: "fault.circular", Unexpected: "fault.unexpected",
}

// NewRefusal translates a provider's error answer. Only the code is used for
// the message; the description is for operators (FE-49: nothing is echoed).
func NewRefusal(name, code, description string) *Refusal {
	if code == "not_allowed" { // Keycloak's code for a user or app that may not have offline_access
		code = "invalid_scope"
	}
	says, known := refusalCodes[code]
	if !known {
		code, says = "server_error", "refusal.server"
	}
	return &Refusal{Code: code, Description: CleanText(description, 200), Says: texts.New(says, "name", name)}
}

// refusalCodes are what is said for the codes of RFC 6749 §4.1.2.1 and §5.2, and
// of OpenID Connect Core §3.1.2.6.
var refusalCodes = map[string]string{
	"access_denied":              "refusal.denied",
	"login_required":             "refusal.login",
	"interaction_required":       "refusal.login",
	"account_selection_required": "refusal.login",
	"consent_required":           "refusal.consent",
	"temporarily_unavailable":    "refusal.busy",
	"invalid_grant":              "refusal.used",
	"invalid_client":             "refusal.client",
	"unauthorized_client":        "refusal.client",
	"invalid_scope":              "refusal.scope",
	"invalid_request":            "fault.misconfigured",
	"unsupported_response_type":  "fault.misconfigured",
	"unsupported_grant_type":     "fault.misconfigured",
	"request_not_supported":      "fault.misconfigured",
	"request_uri_not_supported":  "fault.misconfigured",
	"registration_not_supported": "fault.misconfigured",
	"invalid_request_uri":        "fault.misconfigured",
	"invalid_request_object":     "fault.misconfigured",
	"server_error":               "refusal.server",
}

// CleanText shortens an external text to at most max bytes of whole characters
// and removes unprintable ones, including line breaks and direction marks.
func CleanText(s string, max int) string {
	var b strings.Builder
	for _, r := range s {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			continue
		}
		if b.Len()+len(string(r)) > max {
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
