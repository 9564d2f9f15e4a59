package oidc

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/users"
)

// backAnswer is CIBA §7.3.
type backAnswer struct {
	ID        string `json:"auth_req_id"`
	ExpiresIn int64  `json:"expires_in"`
	Interval  int64  `json:"interval"`
}

const (
	maxMessage = 100  // characters of a binding_message that a page shows
	maxNotify  = 1024 // of a client_notification_token (CIBA §7.1)
	maxWaiting = 5    // open requests of one client for one user
)

// BackAuthorize is the backchannel authentication endpoint (CIBA §7). The
// client must authenticate before the response says anything about the user.
func (d *Handler) BackAuthorize(c *gin.Context) error {
	client, form, err := d.Authenticator.RequestFor(c, clients.GrantCIBA)
	if err != nil {
		return err
	}
	params, err := d.Requests.Back(c.Request.Context(), client, form)
	if err != nil {
		return err
	}
	r := pending.Request{Kind: pending.Back, ClientID: client.ID, ACRValues: params["acr_values"], IP: c.ClientIP()}
	life, err := d.readBack(c.Request.Context(), client, params, &r)
	if err != nil {
		return err
	}
	user, err := d.hinted(c, client, params)
	if err != nil {
		return err
	}
	r.UserID = user.ID
	if err := d.mayAskAgain(c, client, user); err != nil {
		return err
	}
	id, _, err := d.Pending.Ask(c.Request.Context(), r, life)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, backAnswer{ID: id, ExpiresIn: int64(life / time.Second), Interval: int64(pending.Interval / time.Second)})
	return nil
}

// mayAskAgain limits the open requests for a user, so that a client cannot
// press them to consent. It only bounds a nuisance, so concurrent requests may
// exceed it.
func (d *Handler) mayAskAgain(c *gin.Context, client clients.Client, user users.User) error {
	waiting, err := d.Pending.Waiting(c.Request.Context(), user.ID)
	if err != nil {
		return err
	}
	mine := 0
	for _, r := range waiting {
		if r.ClientID == client.ID {
			mine++
		}
	}
	if mine >= maxWaiting {
		return oauth.AccessDenied("oauth.ciba.many")
	}
	return nil
}

// readBack checks the parameters in the order of CIBA §7.1.
func (d *Handler) readBack(ctx context.Context, client clients.Client, form oauth.Params, r *pending.Request) (life time.Duration, err error) {
	got, err := d.Authenticator.PersonalAccess(ctx, client, clients.GrantCIBA, form)
	if err != nil {
		return 0, err
	}
	r.Scopes, r.Resources, r.Agreed = got.Scopes, got.Resources, got.Agreed
	if !oauth.Covers(r.Scopes, []string{"openid"}) {
		return 0, oauth.InvalidScope("oauth.ciba.openid")
	}
	if client.CIBA.Delivery == "ping" {
		if r.Notify, err = form.Require("client_notification_token"); err != nil {
			return 0, err
		}
		if len(r.Notify) > maxNotify || !tokenOK(r.Notify) {
			return 0, oauth.InvalidRequest("oauth.ciba.notification")
		}
	}
	r.Message = form["binding_message"]
	if utf8.RuneCountInString(r.Message) > maxMessage || !shows(r.Message) {
		return 0, oauth.InvalidBindingMessage("oauth.ciba.message")
	}
	return lifeOf(form["requested_expiry"])
}

// lifeOf reads requested_expiry, up to the limit for all requests.
func lifeOf(asked string) (time.Duration, error) {
	if asked == "" {
		return pending.Life, nil
	}
	seconds, err := strconv.ParseInt(asked, 10, 32)
	if err != nil || seconds <= 0 {
		return 0, oauth.InvalidRequest("oauth.ciba.expiry")
	}
	return min(time.Duration(seconds)*time.Second, pending.Life), nil
}

// tokenOK is the grammar of a bearer token (RFC 6750 §2.1).
func tokenOK(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && c != '-' && c != '.' && c != '_' && c != '~' && c != '+' && c != '/' && c != '=' {
			return false
		}
	}
	return s != ""
}

// shows refuses invisible characters and those that change the text direction.
func shows(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// hinted returns the user for the client's hint; there must be exactly one.
func (d *Handler) hinted(c *gin.Context, client clients.Client, form oauth.Params) (users.User, error) {
	count := 0
	for _, name := range []string{"login_hint", "id_token_hint", "login_hint_token"} {
		if form[name] != "" {
			count++
		}
	}
	switch {
	case count != 1:
		return users.User{}, oauth.InvalidRequest("oauth.ciba.hints")
	case form["login_hint_token"] != "":
		return users.User{}, oauth.InvalidRequest("oauth.ciba.hint_token")
	case form["id_token_hint"] != "":
		return d.hintedByToken(c, client, form["id_token_hint"])
	}
	u, err := d.Users.ByEmail(c.Request.Context(), form["login_hint"])
	return askable(client, u, err)
}

func (d *Handler) hintedByToken(c *gin.Context, client clients.Client, raw string) (users.User, error) {
	hint, err := d.Tokens.Hint(c.Request.Context(), raw)
	if errors.Is(err, tokens.ErrInvalid) || (err == nil && hint.ClientID != client.ID) {
		return users.User{}, oauth.InvalidRequest("oauth.ciba.hint").Because(err)
	}
	if err != nil {
		return users.User{}, err
	}
	if client.Sector() != "" {
		// A pairwise subject does not identify a user here (OIDC Core §8.1).
		return users.User{}, oauth.InvalidRequest("oauth.ciba.pairwise")
	}
	u, err := d.Users.Get(c.Request.Context(), hint.Subject)
	return askable(client, u, err)
}

// askable returns the same error for every user who cannot be asked: unknown,
// disabled, or without a role that the client requires.
func askable(client clients.Client, u users.User, err error) (users.User, error) {
	if errors.Is(err, fs.ErrNotExist) || (err == nil && (u.Disabled || u.Leaving() || !client.Admits(u.AllRoles()))) {
		return users.User{}, oauth.UnknownUser("oauth.ciba.nobody").Because(err)
	}
	return u, err
}
