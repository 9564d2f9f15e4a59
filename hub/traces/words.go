package traces

import (
	"strings"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/internal/texts"
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

// A meaning is the code of the title of a kind of step, and its effect on the attempt.
type meaning struct {
	title   string
	outcome string // of the audit event
	code    string // if the event has none
	begins  bool   // an attempt can begin with it
	acted   bool   // the user did something
	settles bool   // it decides the state of the attempt
}

var words = map[string]meaning{
	Request:   {title: "step.request"},
	Redirect:  {title: "step.redirect"},
	Stranger:  {title: "step.application"},
	Misplaced: {title: "step.misplaced"},
	Session:   {title: "step.session"},
	Page:      {title: "step.page"},
	Left:      {title: "step.left", acted: true},
	Returned:  {title: "step.returned", acted: true},
	NoRole:    {title: "step.access", acted: true},
	Unproved:  {title: "step.email", acted: true},
	Denied:    {title: "step.answered", settles: true},
	Answer:    {title: "step.answered"},
	Token:     {title: "step.token", acted: true},
	ErrorPage: {title: "step.problem"},

	audit.SignInOK:       {title: "step.signedin", outcome: OK, code: "trace.signedin", begins: true, acted: true, settles: true},
	audit.UserSignedUp:   {title: "step.signup", outcome: OK, code: "trace.signedup", begins: true, acted: true},
	audit.SignInFailed:   {title: "step.password", outcome: Failed, begins: true, acted: true},
	audit.UpstreamOK:     {title: "step.account", outcome: OK, begins: true, acted: true},
	audit.UpstreamError:  {title: "step.provider", outcome: Failed, begins: true, acted: true},
	audit.LinkMade:       {title: "step.account", outcome: OK, begins: true, acted: true},
	audit.LinkRefused:    {title: "step.account", outcome: Failed, begins: true, acted: true},
	audit.RolesUnknown:   {title: "step.roles", outcome: Noted, acted: true},
	audit.RolesLapsed:    {title: "step.roles", outcome: Noted, acted: true},
	audit.ConsentGiven:   {title: "step.permission", outcome: OK, code: "trace.allowed", acted: true},
	audit.ConsentDenied:  {title: "step.permission", outcome: Failed, code: "trace.denied", acted: true},
	audit.CodeIssued:     {title: "step.answered", outcome: OK, code: "trace.answered", settles: true},
	audit.TokensIssued:   {title: "step.tokens", outcome: OK, code: "trace.exchanged", acted: true, settles: true},
	audit.CodeReplayed:   {title: "step.tokens", outcome: Failed, acted: true},
	audit.CodeMisused:    {title: "step.tokens", outcome: Failed, acted: true},
	audit.ClientRefused:  {title: "step.authentication", outcome: Failed},
	audit.RequestRefused: {title: "step.answered", outcome: Failed},
}

func wordFor(what string) meaning { return words[what] }

// connectorSteps are the codes of the titles of connectors' steps.
var connectorSteps = map[string]string{
	"discovery": "step.provider-discovery",
	"authorize": "step.provider-request",
	"answer":    "step.provider-answer",
	"token":     "step.provider-token",
	"id_token":  "step.provider-id-token",
	"userinfo":  "step.provider-userinfo",
	"user":      "step.provider-user",
	"claims":    "step.provider-claims",
}

const upstreamStep = "upstream "

// Title is the title of the step.
func (s Step) Title() texts.Text {
	if w, ok := words[s.What]; ok {
		return texts.New(w.title)
	}
	if name, ok := strings.CutPrefix(s.What, upstreamStep); ok {
		if title, known := connectorSteps[name]; known {
			return texts.New(title)
		}
		return texts.New("step.provider-other", "step", name)
	}
	return texts.New(texts.Unexplained, "cause", s.What)
}
