package authorize

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/web"
)

// recipient is where the request is answered.
func recipient(r flows.Request, client clients.Client) sender {
	return sender{redirectURI: r.RedirectURI, state: r.State, fragment: client.ResponseType == clients.ResponseToken}
}

// respond gives the client its answer, once per flow.
func (d *Door) respond(c *gin.Context, client clients.Client, to sender, flow flows.Flow, p sessions.Person, g grants.Grant) error {
	if flow.ID != "" {
		// Of two tabs that finish together one goes on.
		if err := d.Flows.End(c.Request.Context(), flow.ID); err != nil {
			return err
		}
	}
	a := grants.Authorization{
		Grant:       g,
		Epoch:       p.Session.Epoch,
		Scopes:      flow.Request.Scopes,
		RedirectURI: flow.Request.RedirectSent,
		Challenge:   flow.Request.Challenge,
		Nonce:       flow.Request.Nonce,
		AuthTime:    p.Session.AuthTime,
		ACR:         p.Session.ACR,
		AMR:         p.Session.AMR,
		SID:         p.Session.SID,
	}
	if err := d.Sessions.NoteClient(c.Request.Context(), p.Session, client.ID); err != nil {
		return err
	}
	answer, err := d.success(c, client, a, p)
	if err != nil {
		return err
	}
	if state := d.sessionState(c, client, flow.Request, p.Session); state != "" {
		answer.Set("session_state", state)
	}
	d.Audit.Routine(c.Request.Context(), audit.Event{Kind: audit.CodeIssued, Actor: p.User.ID, Client: client.ID, IP: c.ClientIP(), Ref: web.Ref(c)})
	return d.deliver(c, client, to, answer)
}

// sessionState lets a page of the client notice that the session changed
// (OIDC Session Management §2). It is for authentication requests alone.
func (d *Door) sessionState(c *gin.Context, client clients.Client, r flows.Request, s sessions.Session) string {
	if !slices.Contains(r.Scopes, "openid") {
		return ""
	}
	return d.Sessions.State(c.Writer, c.Request, s, client.ID, clients.OriginOf(r.RedirectURI))
}

// success makes the parameters of a good answer.
func (d *Door) success(c *gin.Context, client clients.Client, a grants.Authorization, p sessions.Person) (url.Values, error) {
	code, err := d.Grants.NewCode(c.Request.Context(), a)
	if err != nil {
		return nil, err
	}
	if client.ResponseType != clients.ResponseToken {
		return url.Values{"code": {code}}, nil
	}
	// Implicit (RFC 6749 §4.2.2): the code never leaves the hub; redeeming it
	// here gives the token the same family to hang on as any other.
	f, _, err := d.Grants.Redeem(c.Request.Context(), code, grants.Proof{ClientID: client.ID, RedirectURI: a.RedirectURI, Access: tokens.AccessLife})
	if err != nil {
		return nil, err
	}
	token, err := d.Tokens.ForUser(c.Request.Context(), f, p.User, f.Scopes, oauth.Confirmation{})
	if err != nil {
		return nil, err
	}
	return url.Values{
		"access_token": {token},
		"token_type":   {"Bearer"},
		"expires_in":   {strconv.Itoa(int(tokens.AccessLife / time.Second))},
		"scope":        {oauth.JoinScope(f.Scopes)},
	}, nil
}

// answerError tells the client what went wrong with a fresh request.
func (d *Door) answerError(c *gin.Context, client clients.Client, to sender, err error) error {
	return d.answerErrorIn(c, client, to, flows.Flow{}, err)
}

// answerErrorIn is the same at the end of a flow. What is no word of the
// protocol stays here, as a page.
func (d *Door) answerErrorIn(c *gin.Context, client clients.Client, to sender, flow flows.Flow, err error) error {
	var page *web.Problem
	var protocol *oauth.Error
	if errors.As(err, &page) || !errors.As(err, &protocol) {
		return err
	}
	if flow.ID != "" {
		if err := d.Flows.End(c.Request.Context(), flow.ID); err != nil {
			return err
		}
	}
	d.Audit.Note(c.Request.Context(), audit.Event{Kind: audit.RequestRefused, Client: client.ID, IP: c.ClientIP(), Ref: web.Ref(c), Reason: protocol.Error()})
	return d.deliver(c, client, to, url.Values{
		"error":             {protocol.Code},
		"error_description": {protocol.Description},
	})
}

// deliver sends the answer to the client's own address. The address was
// compared with the registered ones; what it already has as a query is kept
// (RFC 6749 §4.1.2).
func (d *Door) deliver(c *gin.Context, client clients.Client, to sender, answer url.Values) error {
	if to.state != "" {
		answer.Set("state", to.state)
	}
	answer.Set("iss", d.Issuer) // RFC 9207 §2: in every answer, good or bad
	return d.Edge.Leave(c, appendTo(to, answer), client.Name)
}

func appendTo(to sender, answer url.Values) string {
	sep := "?"
	switch {
	case to.fragment:
		sep = "#"
	case strings.HasSuffix(to.redirectURI, "?"):
		sep = ""
	case strings.Contains(to.redirectURI, "?"):
		sep = "&"
	}
	return to.redirectURI + sep + answer.Encode()
}
