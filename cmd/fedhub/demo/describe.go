package demo

import (
	"net/http"
	"strings"

	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/templates"
)

// told are the requests that have words of their own. The rest are shown by
// method and path. Those with an empty text go without saying.
var told = map[string]string{
	"GET /.well-known/openid-configuration": "discovery",
	"POST /oauth2/servers":                  "introduces itself (signed, with an invite)",
	"GET /oauth2/jwks":                      "public keys",
	"GET /oauth2/userinfo":                  "userinfo",
	"GET /signin":                           "sign-in page",
	"POST /signin":                          "e-mail address and password",
	"GET /consent":                          "consent page",
	"POST /consent":                         "answers the consent page",
	"POST /signout":                         "signs out",
	"POST /backchannel-logout":              "back-channel logout (signed logout token)",
	"GET /callback":                         "callback, with the answer of the secondary",
	"GET /favicon.ico":                      "",
	"GET /style.css":                        "",
	"GET /livez":                            "",
	"GET /readyz":                           "",
}

// described are the same for paths that end in an id.
var described = []struct{ start, text string }{
	{"GET " + hubaddress.MetadataPath, "client metadata"},
	{"POST " + hubaddress.BackchannelPath, "back-channel logout (signed logout token)"},
	{"POST /signin/with/", "continue with the " + PrimaryName},
	{"GET " + hubaddress.CallbackPath, "back with the answer of the primary"},
	{"GET /static/", ""},
}

// describe puts a request into words, without anything from its query but the
// client id, and that only if it is one of ours.
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
		return "authorize (client: " + name + ")"
	}
	return "authorize (client: unknown)"
}

// retell puts an event into words. Most need none, because the request that
// caused them was told of.
func (t *trace) retell(party string, e audit.Event) string {
	who := func(id string) string { return t.person(party, id) }
	switch e.Kind {
	case audit.SetupDone:
		return who(e.Actor) + " is the first administrator"
	case audit.SignInOK:
		if e.LoginKey != "" {
			return who(e.Actor) + " is signed in, from the primary"
		}
		return who(e.Actor) + " is signed in"
	case audit.SignInFailed:
		return "a sign-in failed: " + e.Words(templates.Sentence)
	case audit.UpstreamError:
		return "the primary did not sign anybody in: " + e.Words(templates.Sentence)
	case audit.LinkMade:
		return "has an account for " + who(e.Actor) + " from now on"
	case audit.LinkRefused:
		return "lets nobody in: " + e.Words(templates.Sentence)
	case audit.ConsentGiven:
		return who(e.Actor) + " says yes to " + t.clientName(party, e.Client)
	case audit.ConsentDenied:
		return who(e.Actor) + " says no to " + t.clientName(party, e.Client)
	case audit.SignOut:
		return who(e.Actor) + " is signed out"
	case audit.LogoutReceived:
		return "ended the session of " + who(e.Target)
	case audit.CodeReplayed, audit.CodeMisused, audit.RefreshReused, audit.ClientRefused, audit.RequestRefused, audit.LogoutFailed:
		return "refused: " + e.Words(templates.Sentence)
	case audit.ServerAsked:
		return "lets the secondary in"
	case audit.ServerDecided:
		return "the administrator decides about the secondary: " + e.Detail["decision"]
	}
	return ""
}
