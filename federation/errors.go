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

// A Refusal is a no from the upstream itself, in the words of RFC 6749.
type Refusal struct {
	// Code is the upstream's error code if it is a registered one, else
	// "server_error". It may be passed on to the client.
	Code string
	// Description is the upstream's own text, cut and cleaned. It is for the
	// trace that operators read, never for a page (it could be bait).
	Description string
	Reason      string // a sentence for the person
	// Disabled: it spoke of the person, who may not sign in there any more, and
	// not of what we brought.
	Disabled bool
}

func (r *Refusal) Error() string {
	if r.Description == "" {
		return "the upstream refused: " + r.Code
	}
	return fmt.Sprintf("the upstream refused: %s (%q)", r.Code, r.Description)
}

// Sentence is for the record of events.
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
	Untrusted     FaultKind = "untrusted"     // the answer fails a check: look into it
	Misconfigured FaultKind = "misconfigured" // an administrator must change something
	Unexpected    FaultKind = "unexpected"    // the answer belongs to no sign-in of ours: start again
	Circular      FaultKind = "circular"      // the hubs send the browser round in a ring
)

// A Fault is an upstream's silence, or an answer that must not be believed.
type Fault struct {
	Kind   FaultKind
	Reason string // a sentence for the person
	Cause  error  // for operators; never shown to people, never secret
}

func (f *Fault) Error() string {
	if f.Cause == nil {
		return string(f.Kind) + ": " + f.Reason
	}
	return string(f.Kind) + ": " + f.Cause.Error()
}

func (f *Fault) Unwrap() error { return f.Cause }

// Sentence is for the record of events, by its kind.
func (f *Fault) Sentence() texts.Text {
	return texts.New(string(f.Kind), "cause", strings.TrimPrefix(f.Error(), string(f.Kind)+": "))
}

// AsFault gives an error its kind. One that has a kind keeps it; silence is
// silence wherever it is met; a visitor who left is nobody's fault. Without a
// kind, an error that is none of these is not the upstream's doing and stays
// as it is.
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

// NewFault returns a fault with the sentence that fits its kind; name is the
// login key's, as on its button.
func NewFault(kind FaultKind, name string, cause error) *Fault {
	return &Fault{Kind: kind, Reason: faultReason(kind, name), Cause: cause}
}

func faultReason(kind FaultKind, name string) string {
	switch kind {
	case Unreachable:
		return name + " didn't answer. Try again in a moment, or use another way to sign in."
	case Untrusted:
		return "The answer from " + name + " didn't pass our checks, so nobody was signed in. Tell the people who run this site."
	case Misconfigured:
		return "Signing in with " + name + " isn't set up correctly. This isn't your fault. Tell the people who run this site."
	case Circular:
		return "The servers behind " + name + " send this sign-in round in a circle, so it can't finish. Tell the people who run this site."
	}
	return "This sign-in with " + name + " is out of date or was started elsewhere. Start again."
}

// NewRefusal translates an upstream's error answer. Only the code is looked
// up; the description is kept for operators (FE-49: nothing is echoed).
func NewRefusal(name, code, description string) *Refusal {
	if code == "not_allowed" { // Keycloak's, of a person or an app that may not have offline_access
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
		return "You cancelled at " + name + ", or it didn't let you in. Choose another way to sign in.", true
	case "login_required", "interaction_required", "account_selection_required":
		return name + " needs you to sign in there first.", true
	case "consent_required":
		return name + " needs you to agree before it tells us who you are.", true
	case "temporarily_unavailable":
		return name + " is busy right now. Try again in a moment, or use another way to sign in.", true
	case "invalid_grant":
		return "This sign-in with " + name + " was already used or took too long. Start again.", true
	case "invalid_client", "unauthorized_client":
		return name + " doesn't accept this site yet. Tell the people who run this site.", true
	case "invalid_scope":
		return name + " doesn't give this site what it asks for (a scope). This isn't your fault. Tell the people who run this site.", true
	case "invalid_request", "unsupported_response_type", "unsupported_grant_type",
		"request_not_supported", "request_uri_not_supported", "registration_not_supported",
		"invalid_request_uri", "invalid_request_object":
		return faultReason(Misconfigured, name), true
	case "server_error":
		return name + " had a problem of its own. Try again in a moment, or use another way to sign in.", true
	}
	return name + " had a problem of its own. Try again in a moment, or use another way to sign in.", false
}

// CleanText cuts a stranger's text to at most max bytes of whole characters
// and drops what does not print, line breaks and direction marks included.
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
