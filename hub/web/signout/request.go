package signout

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// A request is a logout request of an app (RP-Initiated Logout §2). Its ui_locales
// are read together with the languages of the browser (hub/web/language).
type request struct {
	params oauth.Params
	hint   *tokens.Hint   // nil: none
	client clients.Client // zero if the request names none
	to     string         // where to go afterwards, with state; "": nowhere
}

// onward is what happens after the sign-out.
func (r request) onward() onward {
	then := onward{ClientID: r.client.ID, Address: r.to}
	if r.client.ID != "" {
		then.Client = shown(r.client)
	}
	return then
}

// EndSession is GET and POST /oauth2/logout (RP-Initiated Logout §2).
func (d *Handler) EndSession(c *gin.Context) error {
	params, err := read(c)
	if err != nil {
		return err
	}
	if c.Request.Method == http.MethodPost && d.Sessions.BoundToBrowser(c.Request) == "" {
		// Browsers omit Lax cookies from a cross-site POST, so the hub would not
		// see an active session. A redirect to the same request by GET sends them.
		return web.SeeOther(c, "/oauth2/logout?"+params.Encode())
	}
	r, err := d.check(c.Request.Context(), params)
	var refused *oauth.Error
	if err != nil && !errors.As(err, &refused) {
		return err
	}
	s, err := d.target(c, r)
	nobody := errors.Is(err, sessions.ErrNobody)
	switch {
	case err != nil && !nobody:
		return err
	case refused != nil:
		return d.refuse(c, s, nobody, refused)
	case nobody:
		return d.already(c, r)
	}
	sure, err := d.sure(c.Request.Context(), r, s)
	if err != nil {
		return err
	}
	if sure {
		return d.end(c, []sessions.Session{s}, r.onward())
	}
	return d.confirm(c, s, r)
}

func read(c *gin.Context) (oauth.Params, error) {
	// §2: GET has the parameters in the query, POST in the body.
	if c.Request.Method == http.MethodPost {
		return web.Form(c)
	}
	return web.Query(c)
}

// checks are in the order of RP-Initiated Logout §2. The first error ends the
// request, and none of its parameters is used (§4).
var checks = []func(*Handler, context.Context, *request) error{
	(*Handler).checkHint,
	(*Handler).checkClient,
	(*Handler).checkAddress,
}

func (d *Handler) check(ctx context.Context, params oauth.Params) (request, error) {
	r := request{params: params}
	for _, check := range checks {
		if err := check(d, ctx, &r); err != nil {
			return request{}, err
		}
	}
	return r, nil
}

// checkHint accepts only a token that this hub issued.
func (d *Handler) checkHint(ctx context.Context, r *request) error {
	if r.params["id_token_hint"] == "" {
		return nil
	}
	hint, err := d.Tokens.Hint(ctx, r.params["id_token_hint"])
	if errors.Is(err, tokens.ErrInvalid) {
		return oauth.InvalidRequest("oauth.signout.hint").Because(err)
	}
	if err != nil {
		return err
	}
	r.hint = &hint
	return nil
}

// checkClient finds the client: from the hint's audience, or from client_id. If
// both are present they must be the same.
func (d *Handler) checkClient(ctx context.Context, r *request) error {
	id := r.params["client_id"]
	if r.hint != nil {
		if id != "" && id != r.hint.ClientID {
			return oauth.InvalidRequest("oauth.signout.client_id")
		}
		id = r.hint.ClientID
	}
	if id == "" {
		return nil
	}
	client, err := d.Clients.Get(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return oauth.InvalidRequest("oauth.signout.client")
	}
	r.client = client
	return err
}

// checkAddress refuses a URL that is not registered for the client, because
// otherwise the hub would be an open redirector (§3).
func (d *Handler) checkAddress(_ context.Context, r *request) error {
	address := r.params["post_logout_redirect_uri"]
	switch {
	case address == "":
		return nil
	case r.client.ID == "":
		return oauth.InvalidRequest("oauth.signout.hintless")
	case !r.client.AllowsPostLogout(address):
		return oauth.InvalidRequest("oauth.signout.unregistered")
	}
	r.to = address
	if state := r.params["state"]; state != "" {
		r.to = oauth.WithQuery(address, url.Values{"state": {state}}) // §3
	}
	return nil
}

// sure reports whether the user need not be asked: the hint proves that the app
// means the session of this browser (§2). The user is asked if the hint is of
// another session, even of the same user, or if the logout_hint names another
// user.
func (d *Handler) sure(ctx context.Context, r request, s sessions.Session) (bool, error) {
	if r.hint == nil || r.hint.SID == "" || r.hint.SID != s.SID {
		return false, nil
	}
	named := r.params["logout_hint"]
	if named == "" || named == r.hint.Subject || named == s.SID || named == s.UserID {
		return true, nil
	}
	u, err := d.Users.Get(ctx, s.UserID)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && strings.EqualFold(u.Email, named), err
}

// target is the session of this browser that the request is about: that of the hint,
// else that of the account which the hint or the logout_hint names, else the
// current one. An app does not end the session of another account than its own
// without a page.
func (d *Handler) target(c *gin.Context, r request) (sessions.Session, error) {
	s, err := d.Sessions.Held(c.Request)
	if err != nil && !errors.Is(err, sessions.ErrNobody) || err == nil && r.hint != nil && r.hint.SID == s.SID {
		return s, err
	}
	others, otherErr := d.Sessions.Others(c.Request)
	if otherErr != nil || len(others) == 0 {
		return s, errors.Join(err, otherErr)
	}
	if r.hint != nil && r.hint.SID != "" {
		if i := slices.IndexFunc(others, func(p sessions.Person) bool { return p.Session.SID == r.hint.SID }); i >= 0 {
			return others[i].Session, nil
		}
	}
	if named := r.params["logout_hint"]; named != "" && r.hint == nil {
		if i := slices.IndexFunc(others, func(p sessions.Person) bool { return p.Named(named) }); i >= 0 {
			return others[i].Session, nil
		}
	}
	if r.hint == nil {
		return s, err
	}
	for _, p := range others {
		subject, err := d.Tokens.Subject(c.Request.Context(), r.client.ID, p.User.ID)
		if err != nil {
			return s, err
		}
		if subject == r.hint.Subject {
			return p.Session, nil
		}
	}
	return s, err
}

// confirm asks the user, and stores the app's request meanwhile.
func (d *Handler) confirm(c *gin.Context, s sessions.Session, r request) error {
	then := r.onward()
	stop, err := d.keep(c, stopAsked, then)
	if err != nil {
		return err
	}
	return d.ask(c, http.StatusOK, s, templates.SignOut{Stop: stop, Client: then.Client})
}

// already answers a request without a session. A hint shows that the app sent its
// own user. Any site can send a client_id alone, so then the user decides whether
// to go to the app.
func (d *Handler) already(c *gin.Context, r request) error {
	if r.hint != nil {
		return d.goOn(c, r.onward())
	}
	page := templates.SignedOut{}
	if redirecturi.OriginOf(r.params["post_logout_redirect_uri"]) != "" && r.to != "" {
		page.Back = templates.Action{Label: locales.Say("request.go-to", "shown", shown(r.client)), URL: r.to}
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

// refuse redirects nowhere. A signed-in user is still asked whether to sign out:
// the user wants that, and the error is the app's.
func (d *Handler) refuse(c *gin.Context, s sessions.Session, nobody bool, err *oauth.Error) error {
	d.Audit.Note(c.Request.Context(), audit.Event{Kind: audit.RequestRefused, Actor: s.UserID, IP: c.ClientIP(), Ref: web.Ref(c), Why: texts.Of(err)})
	if nobody {
		return err
	}
	return d.ask(c, http.StatusBadRequest, s, templates.SignOut{Code: err.Code, Description: err.Description(templates.Sentence)})
}
