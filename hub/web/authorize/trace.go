package authorize

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/texts"
)

// traceRequest records the request without its secrets. Of URIs that may hold a
// secret it records only the bare address.
func traceRequest(c *gin.Context, params oauth.Params, r authrequest.Request, client clients.Client) {
	a := traces.Of(c.Request.Context())
	a.About(traces.About{Client: short(params["client_id"])})
	var facts []traces.Fact
	for _, name := range []string{"client_id", "response_type", "response_mode", "scope", "prompt", "max_age", "acr_values"} {
		if params.Has(name) {
			facts = append(facts, traces.Fact{Name: name, Value: params[name]})
		}
	}
	if params.Has("redirect_uri") {
		facts = append(facts, traces.Fact{Name: "redirect_uri", Value: bareAddress(params["redirect_uri"])})
	}
	for _, name := range []string{"request", "request_uri", "login_hint", "id_token_hint", "claims", "authorization_details", "dpop_jkt"} {
		if params.Has(name) {
			facts = append(facts, traces.Fact{Name: "with", Value: name})
		}
	}
	why := texts.New("trace.asked")
	if client.Name != "" {
		why = texts.New("trace.asked.by", "name", client.Name)
	}
	if client.Server != nil {
		facts = append(facts, traces.Fact{Name: "hubs passed", Value: strings.Join(r.Via, " → ")})
		why = cameFrom(a, client, r)
	}
	a.Note(traces.Request, why, facts...)
}

// cameFrom records the hub that sent the user, and that hub's trace reference.
func cameFrom(a *traces.Recorder, client clients.Client, r authrequest.Request) texts.Text {
	base, _, found := strings.Cut(client.ID, hubaddress.MetadataPath)
	if !found {
		base = redirecturi.OriginOf(client.ID)
	}
	ref, ok := traces.ParseReference(r.Trace)
	if !ok {
		return texts.New("trace.sent", "hub", web.Shown(client).Shown())
	}
	a.CameFrom(traces.Hop{Base: base, Ref: ref})
	return texts.New("trace.sent.reference", "hub", web.Shown(client).Shown(), "ref", ref)
}

// bareAddress is a URI without the parts that may be secret.
func bareAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "not an address"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return clip(u.String(), 300)
}

// traceRefusal records why the error was not sent to the client.
func (d *Handler) traceRefusal(c *gin.Context, clientID string, err error) {
	a := traces.Of(c.Request.Context())
	known, lookup := d.Clients.Lookup(c.Request.Context(), clientID)
	if lookup != nil {
		known = clients.Client{}
	}
	if unknown := unknownClient(err); unknown {
		a.Fail(traces.Stranger, stranger(known))
		return
	}
	if sent, ok := unregistered(err); ok {
		a.Fail(traces.Redirect, mismatch(sent, known.RedirectURIs),
			traces.Fact{Name: "redirect_uri received", Value: bareAddress(sent)},
			traces.Fact{Name: "redirect URIs registered", Value: strconv.Itoa(len(known.RedirectURIs))})
	}
}

// stranger says why a client may not make requests.
func stranger(known clients.Client) texts.Text {
	switch {
	case known.ID == "":
		return texts.New("trace.stranger")
	case known.Server != nil && known.Server.State == clients.Pending:
		return texts.New("trace.stranger.pending", "hub", known.Server.Host)
	case known.Server != nil && known.Server.State != clients.Active:
		return texts.New("trace.stranger.hub", "hub", known.Server.Host, "state", known.Server.State.Words())
	}
	return texts.New("trace.stranger.off", "name", known.Name)
}

// traceDenial records why this user was refused, if the reason is about the user.
func traceDenial(c *gin.Context, protocol, err error) {
	a := traces.Of(c.Request.Context())
	switch {
	case errors.Is(err, errNoRole):
		a.Fail(traces.NoRole, texts.Of(protocol))
	case errors.Is(err, errNoAddress):
		a.Fail(traces.Unproved, texts.Of(protocol))
	}
}

// traceStep records what the user is asked.
func traceStep(c *gin.Context, to step, person *sessions.Person) {
	a := traces.Of(c.Request.Context())
	pages := map[step]string{signIn: "trace.page.signin", chooseAccount: "trace.page.choose", askConsent: "trace.page.consent", prove: "trace.page.confirm", stepUp: "trace.page.second"}
	code := pages[to]
	if to == signIn && person != nil {
		code = "trace.page.again"
	}
	a.Remark(traces.Page, texts.New(code))
}

// traceSession records the user of the existing session.
func traceSession(c *gin.Context, p sessions.Person) {
	a := traces.Of(c.Request.Context())
	a.About(traces.About{User: p.User.ID, LoginKey: p.Session.LoginKey})
	a.Remark(traces.Session, texts.New("trace.session", "begun", p.Session.Created.UTC().Format(time.RFC3339)),
		traces.Fact{Name: "acr", Value: p.Session.ACR}, traces.Fact{Name: "amr", Value: strings.Join(p.Session.AMR, " ")})
}

// routine reports whether an error is the normal response to prompt=none
// (OIDC Core §3.1.2.6).
func routine(r authrequest.Request, e *oauth.Error) bool {
	return r.Prompt.None && (e.Code == "login_required" || e.Code == "consent_required" || e.Code == "interaction_required")
}

// reference is the reference of this trace for another hub, so that each links to
// the other's trace.
func reference(c *gin.Context, client clients.Client, answer url.Values) string {
	if client.Server == nil || (answer.Get("error") == "" && traces.Of(c.Request.Context()).Kept() == "") {
		return ""
	}
	return web.Ref(c)
}
