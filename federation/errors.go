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
	Reason      string // a sentence for the user
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
	Kind   FaultKind
	Reason string // a sentence for the user
	Cause  error  // for operators; never shown to users, never secret
}

func (f *Fault) Error() string {
	if f.Cause == nil {
		return string(f.Kind) + ": " + f.Reason
	}
	return string(f.Kind) + ": " + f.Cause.Error()
}

func (f *Fault) Unwrap() error { return f.Cause }

// Sentence is the text for the audit log, by kind.
func (f *Fault) Sentence() texts.Text {
	return texts.New(string(f.Kind), "cause", strings.TrimPrefix(f.Error(), string(f.Kind)+": "))
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
	return &Fault{Kind: kind, Reason: faultReason(kind, name), Cause: cause}
}

func faultReason(kind FaultKind, name string) string {
	switch kind {
	case Unreachable:
		return name + " didn't answer. Try again in a moment, or use another way to sign in."
	case Untrusted:
		return "The answer from " + name + " didn't pass our checks, so you are not signed in. Tell the administrator of this service."
	case Misconfigured:
		return "Signing in with " + name + " isn't set up correctly. This isn't your fault. Tell the administrator of this service."
	case Circular:
		return "The servers behind " + name + " redirect this sign-in in a circle, so it can't finish. Tell the administrator of this service."
	}
	return "This sign-in with " + name + " expired or was started in another browser. Start again."
}

// NewRefusal translates a provider's error answer. Only the code is used for
// the message; the description is for operators (FE-49: nothing is echoed).
func NewRefusal(name, code, description string) *Refusal {
	if code == "not_allowed" { // Keycloak's code for a user or app that may not have offline_access
		code = "invalid_scope"
	}
	reason, known := refusalReason(name, code)
	if !known {
		code = "server_error"
	}
	return &Refusal{Code: code, Description: CleanText(description, 200), Reason: reason}
}

// refusalReason knows the codes of RFC 6749 §4.1.2.1 and §5.2, and of OpenID
// Connect Core §3.1.2.6.
func refusalReason(name, code string) (reason string, known bool) {
	switch code {
	case "access_denied":
		return "You cancelled at " + name + ", or it refused to sign you in. Choose another way to sign in.", true
	case "login_required", "interaction_required", "account_selection_required":
		return name + " needs you to sign in there first.", true
	case "consent_required":
		return name + " needs your consent before it shares your profile with this service.", true
	case "temporarily_unavailable":
		return name + " is busy right now. Try again in a moment, or use another way to sign in.", true
	case "invalid_grant":
		return "This sign-in with " + name + " was already used or took too long. Start again.", true
	case "invalid_client", "unauthorized_client":
		return name + " doesn't accept this service yet. Tell the administrator of this service.", true
	case "invalid_scope":
		return name + " refuses a scope (permission) that this service asks for. This isn't your fault. Tell the administrator of this service.", true
	case "invalid_request", "unsupported_response_type", "unsupported_grant_type",
		"request_not_supported", "request_uri_not_supported", "registration_not_supported",
		"invalid_request_uri", "invalid_request_object":
		return faultReason(Misconfigured, name), true
	case "server_error":
		return name + " had a problem of its own. Try again in a moment, or use another way to sign in.", true
	}
	return name + " had a problem of its own. Try again in a moment, or use another way to sign in.", false
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
