package authorize

import (
	"crypto/rand"
	"errors"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
)

// respond sends the response to the client, once per flow.
func (d *Handler) respond(c *gin.Context, client clients.Client, flow flows.Flow, p sessions.Person, g grants.Grant) error {
	if err := d.finish(c, flow); err != nil {
		return err
	}
	r := flow.Request
	a := g.Authorization(r.Scopes, p.Session.SignIn)
	a.ACR, _ = sessions.ACRFor(r.ACRs, a.ACR)
	a.RedirectURI, a.Challenge, a.Nonce, a.SID = r.RedirectSent, r.Challenge, r.Nonce, p.Session.SID
	a.Trace = traces.Of(c.Request.Context()).Kept()
	a.Terms = grants.TokenConstraints{Claims: r.Claims, Resources: r.Resources, Details: r.Details, Confirm: oauth.Confirmation{JKT: r.JKT}}
	if err := d.Sessions.NoteClient(c.Request.Context(), p.Session, client.ID); err != nil {
		return err
	}
	answer, err := d.success(c, client, r, a, p)
	if err != nil {
		return err
	}
	if state := d.sessionState(c, client, flow.Request, p.Session); state != "" {
		answer.Set("session_state", state)
	}
	d.Audit.Routine(c.Request.Context(), audit.Event{Kind: audit.CodeIssued, Actor: p.User.ID, Client: client.ID, IP: c.ClientIP(), Ref: web.Ref(c)})
	return d.deliver(c, client, r, answer)
}

// sessionState lets a page of the client detect that the session has changed
// (OIDC Session Management §2). Only authentication requests get one.
func (d *Handler) sessionState(c *gin.Context, client clients.Client, r authrequest.Request, s sessions.Session) string {
	if !slices.Contains(r.Scopes, "openid") {
		return ""
	}
	return d.Sessions.State(c.Writer, c.Request, s, client.ID, redirecturi.OriginOf(r.RedirectURI))
}

// finish marks the flow and the pushed request as used, so that only one of two
// tabs gets a response.
func (d *Handler) finish(c *gin.Context, flow flows.Flow) error {
	if flow.ID != "" {
		if err := d.Flows.End(c.Request.Context(), flow.ID); err != nil {
			return err
		}
	}
	err := d.Requests.Spend(c.Request.Context(), flow.Request)
	var protocol *oauth.Error
	if errors.As(err, &protocol) {
		return misconfigured(err)
	}
	return err
}

// success builds the parameters of a successful response: one for each word of the
// response type (OAuth 2.0 Multiple Response Types §3 to §5).
func (d *Handler) success(c *gin.Context, client clients.Client, r authrequest.Request, a grants.Authorization, p sessions.Person) (url.Values, error) {
	answer := url.Values{}
	if r.Response == "none" {
		return answer, nil
	}
	code, f, err := d.family(c, r.Response, a, p.Session)
	if err != nil {
		return nil, err
	}
	if code != "" {
		answer.Set("code", code)
	}
	var token string
	if r.Response.Has("token") { // RFC 6749 §4.2.2
		// An API may have been deleted while the user read the page.
		left, err := d.Requests.Still(c.Request.Context(), client, clients.GrantImplicit, d.Now(), authrequest.Access{Scopes: f.Scopes, Resources: f.Terms.Resources})
		if err != nil {
			return nil, err
		}
		f.Scopes, f.Terms.Resources = left.Scopes, left.Resources
		issued, err := d.Tokens.ForUser(c.Request.Context(), f, p.User, f.Scopes, oauth.Confirmation{})
		if err != nil {
			return nil, err
		}
		token = issued.Token
		answer.Set("access_token", token)
		answer.Set("token_type", "Bearer")
		answer.Set("expires_in", strconv.FormatInt(issued.ExpiresIn, 10))
		answer.Set("scope", oauth.JoinScope(f.Scopes))
	}
	if r.Response.Has("id_token") { // OIDC Core §3.2.2.5, §3.3.2.5
		id, err := d.Tokens.ID(c.Request.Context(), tokens.ID{
			Client: client, Family: f, User: p.User, Scopes: f.Scopes, AccessToken: token, Code: code, State: r.State,
		})
		if err != nil {
			return nil, err
		}
		answer.Set("id_token", id)
	}
	return answer, nil
}

// family creates the token family, unless the session has ended meanwhile. The
// code is empty if the response has none.
func (d *Handler) family(c *gin.Context, response oauth.Response, a grants.Authorization, s sessions.Session) (code string, f grants.TokenFamily, err error) {
	ctx := c.Request.Context()
	if response.Has("code") {
		code, f, err = d.Grants.NewCode(ctx, a, response.Front())
	} else {
		f, _, err = d.Grants.Begin(ctx, rand.Text(), a, grants.CodeRedemption{Access: tokens.AccessLife})
	}
	if err != nil {
		return "", f, err
	}
	if err := d.Sessions.Confirm(ctx, s); err != nil {
		return "", f, errors.Join(err, d.Grants.Revoke(lasting.Of(ctx), f.ID, "session.ended"))
	}
	return code, f, nil
}

// answerError sends an error to the client. An error that the protocol does not
// define is shown here as a page.
func (d *Handler) answerError(c *gin.Context, client clients.Client, flow flows.Flow, err error) error {
	var page *web.ErrorPage
	var protocol *oauth.Error
	if errors.As(err, &page) || !errors.As(err, &protocol) {
		return err
	}
	if err := d.finish(c, flow); err != nil {
		return err
	}
	if routine(flow.Request, protocol) {
		traces.Of(c.Request.Context()).Remark(traces.Denied, texts.New("request.refused", "why", protocol.Why), traces.Fact{Name: "error", Value: protocol.Code})
	}
	traceDenial(c, protocol, err)
	d.Audit.Note(c.Request.Context(), audit.Event{Kind: audit.RequestRefused, Client: client.ID, IP: c.ClientIP(), Ref: web.Ref(c), Why: protocol.Sentence()})
	if client.Frappe != nil && !client.Frappe.SendErrors {
		return keepFromSite(client, protocol, err)
	}
	answer := url.Values{
		"error":             {protocol.Code},
		"error_description": {protocol.Description(templates.Sentence)},
	}
	if mayMislead(client, flow) {
		return d.deliverAsking(c, client, flow.Request, answer)
	}
	return d.deliver(c, client, flow.Request, answer)
}

// mayMislead reports whether an error response would redirect the user from a link
// to this hub to a URI that no administrator chose, before the user did anything
// here (RFC 9700 §4.11.2). After a step the user knows the client. The RFC excepts
// prompt=none, because no user is waiting for a page.
func mayMislead(client clients.Client, flow flows.Flow) bool {
	return !client.Trusted() && flow.ID == "" && !flow.Request.Prompt.None
}
