package traces

import (
	"strings"

	"github.com/fedhub/fedhub/hub/audit"
)

// The steps that handlers note themselves. All others are kinds of audit events,
// and what connectors report, with "upstream " before its name.
const (
	Request   = "request"   // the authorization request came in
	Redirect  = "redirect"  // its redirect_uri is not registered
	Stranger  = "stranger"  // its client is not known
	Misplaced = "misplaced" // it came to an address where nothing is
	Session   = "session"   // somebody was signed in already
	Page      = "page"      // the person was shown a page
	Left      = "left"      // the person was sent to an upstream
	Returned  = "returned"  // and came back
	NoRole    = "role"      // the person has none of the roles that the client asks for
	Unproved  = "unproved"  // nobody proved the person's e-mail address, which the client needs
	Denied    = "denied"    // the client was answered with an error that is routine
	Answer    = "answer"
	Token     = "token" // the client came to the token endpoint
	ErrorPage = "problem"
)

// Codes of steps, where the kind does not say all. That of a refused request is
// the error's (RFC 6749 §4.1.2.1).
const (
	ToldApp  = "told app" // an ErrorPage that the app was told, and not a person
	Disabled = "disabled" // the account of who signed in is (users.ErrDisabled)
)

// A meaning is what a kind of step is called, and what it means for the attempt.
type meaning struct {
	title   string
	outcome string // of the audit event
	code    string // where the event gives none
	begins  bool   // an attempt may begin with it
	acted   bool   // somebody did something
	settles bool   // it says how the attempt stands
}

var words = map[string]meaning{
	Request:   {title: "Request from the app"},
	Redirect:  {title: "Where the answer goes"},
	Stranger:  {title: "Which app asks"},
	Misplaced: {title: "Where the app looks for the hub"},
	Session:   {title: "Session"},
	Page:      {title: "Page"},
	Left:      {title: "To the upstream", acted: true},
	Returned:  {title: "Back from the upstream", acted: true},
	NoRole:    {title: "Who may use the app", acted: true},
	Unproved:  {title: "E-mail address", acted: true},
	Denied:    {title: "Answer to the app", settles: true},
	Answer:    {title: "Answer to the app"},
	Token:     {title: "The app asks for tokens", acted: true},
	ErrorPage: {title: "Error page"},

	audit.SignInOK:       {title: "Session started", outcome: OK, code: "trace.signedin", begins: true, acted: true, settles: true},
	audit.SignInFailed:   {title: "Password", outcome: Failed, begins: true, acted: true},
	audit.UpstreamOK:     {title: "Whose account", outcome: OK, begins: true, acted: true},
	audit.UpstreamError:  {title: "Upstream", outcome: Failed, begins: true, acted: true},
	audit.LinkMade:       {title: "Whose account", outcome: OK, begins: true, acted: true},
	audit.LinkRefused:    {title: "Whose account", outcome: Failed, begins: true, acted: true},
	audit.RolesUnknown:   {title: "Roles", outcome: Noted, acted: true},
	audit.RolesLapsed:    {title: "Roles", outcome: Noted, acted: true},
	audit.ConsentGiven:   {title: "Permission", outcome: OK, code: "trace.allowed", acted: true},
	audit.ConsentDenied:  {title: "Permission", outcome: Failed, code: "trace.denied", acted: true},
	audit.CodeIssued:     {title: "Answer to the app", outcome: OK, code: "trace.answered", settles: true},
	audit.TokensIssued:   {title: "Tokens", outcome: OK, code: "trace.exchanged", acted: true, settles: true},
	audit.CodeReplayed:   {title: "Tokens", outcome: Failed, acted: true},
	audit.CodeMisused:    {title: "Tokens", outcome: Failed, acted: true},
	audit.ClientRefused:  {title: "Who the app is", outcome: Failed},
	audit.RequestRefused: {title: "Answer to the app", outcome: Failed},
}

func wordFor(what string) meaning { return words[what] }

// connectorSteps are what connectors report, by name.
var connectorSteps = map[string]string{
	"discovery": "Upstream: discovery",
	"authorize": "Upstream: request made",
	"answer":    "Upstream: its answer",
	"token":     "Upstream: token",
	"id_token":  "Upstream: ID token checked",
	"userinfo":  "Upstream: userinfo",
	"user":      "Upstream: the User",
	"claims":    "Upstream: claims mapped",
}

const upstreamStep = "upstream "

// Title is what the step is called.
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
