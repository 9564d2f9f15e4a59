package traces

import (
	"strings"

	"github.com/fedhub/fedhub/hub/audit"
)

// The steps that handlers note themselves. Others are audit event kinds, and
// connectors' steps with the prefix "upstream ".
const (
	Request   = "request"   // an authorization request
	Redirect  = "redirect"  // its redirect_uri is not registered
	Stranger  = "stranger"  // its client is unknown
	Misplaced = "misplaced" // its address does not exist
	Session   = "session"   // the user was signed in already
	Page      = "page"      // the user was shown a page
	Left      = "left"      // the user was sent to a provider
	Returned  = "returned"  // and returned
	NoRole    = "role"      // the user has none of the roles that the client requires
	Unproved  = "unproved"  // the user's email address is not verified, but the client needs it
	Denied    = "denied"    // the client got a routine error
	Answer    = "answer"
	Token     = "token" // a request to the token endpoint
	ErrorPage = "problem"
)

// Codes of steps, if the kind is not specific enough. For a refused request it
// is the error's (RFC 6749 §4.1.2.1).
const (
	ToldApp  = "told app" // an ErrorPage that was sent to the app, not the user
	Disabled = "disabled" // the user's account is disabled (users.ErrDisabled)
)

// A meaning is the title of a kind of step, and its effect on the attempt.
type meaning struct {
	title   string
	outcome string // of the audit event
	code    string // if the event has none
	begins  bool   // an attempt can begin with it
	acted   bool   // the user did something
	settles bool   // it decides the state of the attempt
}

var words = map[string]meaning{
	Request:   {title: "Request from the app"},
	Redirect:  {title: "Redirect URI"},
	Stranger:  {title: "Application"},
	Misplaced: {title: "Address that the app uses"},
	Session:   {title: "Session"},
	Page:      {title: "Page"},
	Left:      {title: "To the provider", acted: true},
	Returned:  {title: "Back from the provider", acted: true},
	NoRole:    {title: "Access to the app", acted: true},
	Unproved:  {title: "Email address", acted: true},
	Denied:    {title: "Answer to the app", settles: true},
	Answer:    {title: "Answer to the app"},
	Token:     {title: "Token request", acted: true},
	ErrorPage: {title: "Error page"},

	audit.SignInOK:       {title: "Session started", outcome: OK, code: "trace.signedin", begins: true, acted: true, settles: true},
	audit.SignInFailed:   {title: "Password", outcome: Failed, begins: true, acted: true},
	audit.UpstreamOK:     {title: "Account", outcome: OK, begins: true, acted: true},
	audit.UpstreamError:  {title: "Provider", outcome: Failed, begins: true, acted: true},
	audit.LinkMade:       {title: "Account", outcome: OK, begins: true, acted: true},
	audit.LinkRefused:    {title: "Account", outcome: Failed, begins: true, acted: true},
	audit.RolesUnknown:   {title: "Roles", outcome: Noted, acted: true},
	audit.RolesLapsed:    {title: "Roles", outcome: Noted, acted: true},
	audit.ConsentGiven:   {title: "Permission", outcome: OK, code: "trace.allowed", acted: true},
	audit.ConsentDenied:  {title: "Permission", outcome: Failed, code: "trace.denied", acted: true},
	audit.CodeIssued:     {title: "Answer to the app", outcome: OK, code: "trace.answered", settles: true},
	audit.TokensIssued:   {title: "Tokens", outcome: OK, code: "trace.exchanged", acted: true, settles: true},
	audit.CodeReplayed:   {title: "Tokens", outcome: Failed, acted: true},
	audit.CodeMisused:    {title: "Tokens", outcome: Failed, acted: true},
	audit.ClientRefused:  {title: "Client authentication", outcome: Failed},
	audit.RequestRefused: {title: "Answer to the app", outcome: Failed},
}

func wordFor(what string) meaning { return words[what] }

// connectorSteps are the titles of connectors' steps.
var connectorSteps = map[string]string{
	"discovery": "Provider: discovery",
	"authorize": "Provider: request",
	"answer":    "Provider: answer",
	"token":     "Provider: token",
	"id_token":  "Provider: ID token",
	"userinfo":  "Provider: userinfo",
	"user":      "Provider: User record",
	"claims":    "Provider: claims",
}

const upstreamStep = "upstream "

// Title is the title of the step.
func (s Step) Title() string {
	if w, ok := words[s.What]; ok {
		return w.title
	}
	if name, ok := strings.CutPrefix(s.What, upstreamStep); ok {
		if title, known := connectorSteps[name]; known {
			return title
		}
		return "Upstream: " + name
	}
	return s.What
}
