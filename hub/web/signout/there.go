package signout

import (
	"context"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/texts"
)

// thereWait is how long the request for the provider's sign-out page may take. The
// user is already signed out here, and waits.
const thereWait = 3 * time.Second

// there puts the provider's sign-out page before the next step, if the provider's
// settings say to end its session too (OpenID Connect RP-Initiated Logout 1.0 §2).
// The next step is stored under the state that the provider returns. If the provider
// does not respond, its session stays; ours has ended.
func (d *Handler) there(c *gin.Context, s sessions.Session, then onward) (onward, error) {
	if s.LoginKey == "" {
		return then, nil
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), thereWait)
	defer cancel()
	connector, key, err := d.Upstreams.OpenAny(ctx, s.LoginKey)
	if err != nil || !key.SignOutThere {
		return then, nil
	}
	if leaver, ok := connector.(federation.LogoutPage); ok {
		// Its page does not redirect back, so our page has a link to it.
		if page := (leavePage{key.Name, leaver.LeavePage()}); !slices.Contains(then.Leave, page) {
			then.Leave = append(slices.Clip(then.Leave), page)
		}
		return then, d.UpstreamTokens.Untie(c.Request.Context(), s.UserID, s.LoginKey)
	}
	signOuter, able := connector.(federation.SignOuter)
	hint := d.Sessions.UpstreamToken(s)
	if !able || hint == "" {
		return then, nil
	}
	state, err := d.keep(c, stopThere, then)
	if err != nil {
		return onward{}, err
	}
	page, err := signOuter.SignOut(ctx, federation.Tokens{ID: hint}, hubaddress.Hub(d.Issuer).SignedOut(), state)
	if err != nil {
		d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.UpstreamError, Actor: s.UserID, LoginKey: key.ID, IP: c.ClientIP(), Ref: web.Ref(c), Why: texts.Of(err)})
	}
	if err != nil || page == "" {
		return then, nil
	}
	return onward{ClientID: then.ClientID, Client: key.Name, Address: page}, nil
}

// back is the URL to which the browser returns after the provider's sign-out. An
// expired state, or another browser's, leads nowhere.
func (d *Handler) back(c *gin.Context, state string) error {
	then, err := d.recall(c, stopThere, state)
	if err != nil {
		return err
	}
	if then.Address == "" {
		return d.signedOut(c, then)
	}
	return d.Responder.Redirect(c, then.Address, then.Client)
}
