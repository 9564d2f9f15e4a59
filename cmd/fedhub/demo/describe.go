package demo

import (
	"net/http"
	"strings"

	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/templates"
)

// told are the texts of requests. Others are shown by method and path. Requests
// with an empty text are not shown.
var told = map[string]string{
	"GET /.well-known/openid-configuration": "discovery",
	"POST /oauth2/servers":                  "connection request (signed, with an invite code)",
	"GET /oauth2/jwks":                      "public keys",
	"GET /oauth2/userinfo":                  "userinfo",
	"GET /signin":                           "sign-in page",
	"POST /signin":                          "email address and password",
	"GET /signin/second":                    "page of the second factor",
	"POST /signin/second":                   "code of the second factor",
	"GET /consent":                          "consent page",
	"POST /consent":                         "answer to the consent page",
	"POST /signout":                         "sign-out",
	"POST /backchannel-logout":              "back-channel logout (signed logout token)",
	"GET /callback":                         "callback with the response of the secondary",
	"GET /favicon.ico":                      "",
	"GET /authenticator":                    "",
	"GET /mailbox":                          "",
	"GET /style.css":                        "",
	"GET /livez":                            "",
	"GET /readyz":                           "",
}

// described are the texts for paths that end in an ID.
var described = []struct{ start, text string }{
	{"GET " + hubaddress.MetadataPath, "client metadata"},
	{"POST " + hubaddress.BackchannelPath, "back-channel logout (signed logout token)"},
	{"POST /signin/with/", "continue with the " + PrimaryName},
	{"GET " + hubaddress.CallbackPath, "callback with the response of the primary"},
	{"GET /static/", ""},
}

// describe is the text of a request. Of its query it shows the name of a known
// client ID and nothing else.
func (t *trace) describe(from, party string, r *http.Request) string {
	call := r.Method + " " + r.URL.EscapedPath()
	switch call {
	case "POST /oauth2/token":
		if from == app {
			return "token (client_secret_basic)"
		}
		return "token (private_key_jwt)"
	case "GET /oauth2/authorize":
		return t.authorize(party, r)
	}
	if text, ok := told[call]; ok {
		return text
	}
	for _, d := range described {
		if strings.HasPrefix(call, d.start) {
			return d.text
		}
	}
	return short(call)
}

func (t *trace) authorize(party string, r *http.Request) string {
	query := r.URL.Query()
	if query.Has("flow") {
		return "authorize, next step"
	}
	if name := t.clientName(party, query.Get("client_id")); name != "" {
		return "authorize (application: " + name + ")"
	}
	return "authorize (application: unknown)"
}

// retell is the text of an event, empty for most: the request that caused them
// was shown.
func (t *trace) retell(party string, e audit.Event) string {
	who := func(id string) string { return t.person(party, id) }
	switch e.Kind {
	case audit.SetupDone:
		return who(e.Actor) + " is the first administrator"
	case audit.SignInOK:
		if e.LoginKey != "" {
			return who(e.Actor) + " is signed in through the primary"
		}
		return who(e.Actor) + " is signed in"
	case audit.SignInFailed:
		return "a sign-in failed: " + e.Words(templates.Sentence)
	case audit.UpstreamError:
		return "sign-in through the primary failed: " + e.Words(templates.Sentence)
	case audit.LinkMade:
		return "has created an account for " + who(e.Actor)
	case audit.LinkRefused:
		return "refused a sign-in: " + e.Words(templates.Sentence)
	case audit.ConsentGiven:
		return who(e.Actor) + " allows " + t.clientName(party, e.Client)
	case audit.ConsentDenied:
		return who(e.Actor) + " denies " + t.clientName(party, e.Client)
	case audit.SignOut:
		return who(e.Actor) + " is signed out"
	case audit.LogoutReceived:
		return "has ended the session of " + who(e.Target)
	case audit.CodeReplayed, audit.CodeMisused, audit.RefreshReused, audit.ClientRefused, audit.RequestRefused, audit.LogoutFailed:
		return "refused: " + e.Words(templates.Sentence)
	case audit.ServerAsked:
		return "has connected the secondary"
	case audit.ServerDecided:
		return "the administrator decided about the secondary: " + e.Detail["decision"]
	}
	return ""
}
