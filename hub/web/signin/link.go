package signin

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
)

// pendingLink is stored while the user proves that the existing account is theirs.
// It is sealed, bound to the browser, and names the provider's subject, so that
// the proof is valid for no other identity (FE-51).
type pendingLink struct {
	Way      method
	KeyID    string
	KeyName  string
	Identity federation.Identity
	UserID   string
	Epoch    int64 // the user's, when the proof was requested
	Email    string
	MailOnly bool // the address is not verified here, so only an email is proof
}

// askToLink asks for proof of the account that the identity matches. It links
// nothing before.
func (d *Handler) askToLink(c *gin.Context, j pendingLogin, key federation.LoginKey, identity federation.Identity, decision linking.Decision) error {
	user := decision.User
	l := pendingLink{j.method, key.ID, key.Name, identity, user.ID, user.SessionGeneration, user.Email, decision.Action == linking.ConfirmByMail}
	if l.MailOnly && !d.Linking.Mails() {
		d.refusedLink(c, l, texts.New("link.letter"))
		return refusedUpstream(key.Name, j)
	}
	name := flows.Name()
	browser := d.Sessions.Browser(c.Writer, c.Request)
	if err := d.Stops.Keep(c.Request.Context(), stopLink, name, browser, l); err != nil {
		return err
	}
	return web.SeeOther(c, "/signin/link?stop="+name)
}

func (d *Handler) refusedLink(c *gin.Context, l pendingLink, why texts.Text) {
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.LinkRefused, LoginKey: l.KeyID, Target: l.UserID,
		IP: c.ClientIP(), Ref: web.Ref(c), Why: why})
}

// LinkShow is GET /signin/link.
func (d *Handler) LinkShow(c *gin.Context) error {
	l, j, err := d.pendingLink(c, c.Query("stop"))
	if err != nil {
		return err
	}
	again, ok := d.retried(c)
	if !ok {
		again.Status = http.StatusOK
	}
	return d.linkPage(c, again.Status, c.Query("stop"), l, j, again.Said.note())
}

func (d *Handler) pendingLink(c *gin.Context, name string) (pendingLink, pendingLogin, error) {
	var l pendingLink
	err := d.Stops.Peek(c.Request.Context(), stopLink, name, d.Sessions.BoundToBrowser(c.Request), &l)
	if err != nil {
		return pendingLink{}, pendingLogin{}, err
	}
	j, err := d.pendingLogin(c, l.Way)
	return l, j, err
}

func (d *Handler) linkPage(c *gin.Context, status int, name string, l pendingLink, j pendingLogin, alert templates.Note) error {
	user, err := d.Users.Get(c.Request.Context(), l.UserID)
	if err != nil {
		return err
	}
	err = d.mayUsePassword(c, user.Admin())
	if err != nil && !errors.Is(err, errOnlyAdministrators) {
		return err
	}
	page := templates.Link{
		Stop: name, Client: j.shown(), Provider: l.KeyName, Email: l.Email, Alert: alert,
		Password: user.Password != "" && !l.MailOnly && err == nil, Mail: d.Linking.Mails(), Sent: c.Query("sent") != "",
		Cancel: "/signin" + local(j),
	}
	if !l.MailOnly {
		if page.Upstreams, err = d.otherWays(c, l.KeyID); err != nil {
			return err
		}
	}
	return d.Responder.Show(c, status, page)
}

// mostWays limits the buttons on the page when there are many providers.
const mostWays = 12

// otherWays are the providers that can prove the account. They are all providers
// with a button on the sign-in page: before the proof, the page must not reveal
// which of them the account has.
func (d *Handler) otherWays(c *gin.Context, but string) ([]templates.Upstream, error) {
	keys, err := d.Upstreams.Enabled(c.Request.Context())
	if err != nil {
		return nil, err
	}
	var out []templates.Upstream
	for _, k := range keys {
		if k.Ready() && !k.Hidden && k.ID != but && len(out) < mostWays {
			out = append(out, templates.Upstream{Key: k.ID, Name: k.Name, Icon: k.Symbol()})
		}
	}
	return out, nil
}

// LinkConfirm is POST /signin/link: with the password of the account it links the
// identity and signs the user in.
func (d *Handler) LinkConfirm(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	l, j, err := d.pendingLink(c, form["stop"])
	if err != nil {
		return err
	}
	user, err := d.Users.Authenticate(c.Request.Context(), l.Email, form["password"], d.Sessions.From(c))
	if page, ok := unlooked(err, d.Now(), "/signin/link?stop="+url.QueryEscape(form["stop"])); ok {
		d.notLookedAt(c, j, err)
		return page
	}
	if errors.Is(err, users.ErrProveAddress) {
		d.failed(c, j, l.Email, err)
		return proveAddress(j)
	}
	if err == nil && user.ID != l.UserID {
		err = users.ErrWrongPassword
	}
	if err == nil {
		err = d.mayUsePassword(c, user.Admin()) // the identity signs this user in from now on
	}
	if alert, status, ok := mistake(err); ok {
		d.failed(c, j, l.Email, err)
		return d.retry(c, "/signin/link?stop="+url.QueryEscape(form["stop"]), retry{Said: alert, Status: status})
	}
	if err != nil {
		return err
	}
	// The password was correct, so errors in ending old attempts do not matter.
	l.Epoch = user.SessionGeneration
	return d.link(c, form["stop"], l, j, linking.ProofPassword)
}

// link links the two, once: from here on the interruption is used up, also if the
// link fails.
func (d *Handler) link(c *gin.Context, stop string, l pendingLink, j pendingLogin, proof linking.Proof) error {
	ctx := c.Request.Context()
	var kept pendingLink
	if err := d.Stops.Take(ctx, stopLink, stop, d.Sessions.BoundToBrowser(c.Request), &kept); err != nil {
		return err
	}
	key, err := d.Upstreams.Get(ctx, l.KeyID)
	if err != nil {
		return err
	}
	user, err := d.Users.Get(ctx, l.UserID)
	if err != nil {
		return err
	}
	user.SessionGeneration = l.Epoch
	decision, err := d.Linking.Confirm(ctx, user, authentication.ClaimOf(l.Identity), authentication.PolicyOf(key), proof)
	if err != nil {
		return err
	}
	if decision.Action == linking.Refuse {
		d.refusedLink(c, l, decision.Why)
		return refusedUpstream(key.Name, j)
	}
	return d.linked(c, j, key, l.Identity, decision)
}

// linked records a link, ends the sessions of an account that was emptied for it,
// and signs the user in.
func (d *Handler) linked(c *gin.Context, j pendingLogin, key federation.LoginKey, identity federation.Identity, decision linking.Decision) error {
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.LinkMade, Actor: decision.User.ID, LoginKey: key.ID, IP: c.ClientIP(), Agent: c.Request.UserAgent(), Ref: web.Ref(c),
		Why: decision.Why, Detail: map[string]string{"row": decision.Row, "record": decision.Record}})
	if decision.Emptied {
		if err := d.Logouts.EndAll(c.Request.Context(), decision.User); err != nil {
			return err
		}
	}
	d.Sessions.NoteSignInMethod(c.Writer, key.ID)
	if err := d.UpstreamTokens.Keep(c.Request.Context(), decision.User, identity); err != nil {
		return err
	}
	return d.finish(c, j, d.started(decision.User, key, identity))
}

// linkBy continues when the user returns from another provider to prove the
// account. This alone starts no session and neither creates nor matches accounts:
// the identity must already be linked to the same account.
func (d *Handler) linkBy(c *gin.Context, stop string, key federation.LoginKey, identity federation.Identity) error {
	l, j, err := d.pendingLink(c, stop)
	if err != nil {
		return err
	}
	d.UpstreamTokens.GiveBack(c.Request.Context(), key.ID, identity.Tokens) // the sign-in there is only a proof
	user, err := d.Linking.Proves(c.Request.Context(), authentication.ClaimOf(identity), authentication.PolicyOf(key))
	if err != nil && !errors.Is(err, linking.ErrNotLinked) {
		return err
	}
	if err != nil || user.ID != l.UserID || l.MailOnly {
		d.refusedLink(c, l, texts.New("link.returned.other", "name", key.Name))
		return d.retry(c, "/signin/link?stop="+url.QueryEscape(stop), retry{Status: http.StatusForbidden,
			Said: said{texts.New("link.that-didnt-prove-the-account"), texts.New("link.try-another-way-or-go")}})
	}
	return d.link(c, stop, l, j, linking.ProofIdentity)
}
