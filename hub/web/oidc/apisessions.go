package oidc

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/oauth"
)

// scopeSessions allows an app to list a user's sessions.
const scopeSessions = "sessions"

// sessionsNeed is the required sign-in for the list. The list shows a user's
// locations and devices, so an app with an old token must not keep access to
// it.
var sessionsNeed = demand{maxAge: 15 * time.Minute}

// apiSession is one browser. It omits the session's id, because an app could
// use that to pose as a client of the session.
type apiSession struct {
	Current  bool     `json:"current"` // the token belongs to it
	Agent    string   `json:"user_agent"`
	IP       string   `json:"ip"`
	Started  int64    `json:"started_at"`
	Seen     int64    `json:"seen_at"`
	AuthTime int64    `json:"auth_time,omitempty"` // absent if unknown
	ACR      string   `json:"acr,omitempty"`
	AMR      []string `json:"amr,omitempty"`
}

// Sessions is GET /api/sessions: the sessions of the token's user, as on the
// account page, the one last seen first.
func (d *Handler) Sessions(c *gin.Context) error {
	d.Authenticator.OfferNonce(c)
	holder, _, err := d.holderOf(c, d.forAPI)
	if err == nil && (holder.AccessTokenClaims.Family == "" || !oauth.Covers(holder.Scopes(), []string{scopeSessions})) {
		err = oauth.InsufficientScope(scopeSessions)
	}
	if err == nil {
		err = requireProof(holder.AccessTokenClaims, sessionsNeed, d.Now())
	}
	if err != nil {
		return d.pointToMetadata(err)
	}
	all, err := d.Browsers.Of(c.Request.Context(), holder.User)
	if err != nil {
		return err
	}
	out := []apiSession{}
	for _, s := range all {
		var signedIn int64
		if !s.AuthTime.IsZero() {
			signedIn = s.AuthTime.Unix()
		}
		out = append(out, apiSession{
			Current: s.SID == holder.Family.SID, Agent: s.Agent, IP: s.IP, Started: s.Created.Unix(), Seen: s.Seen.Unix(),
			AuthTime: signedIn, ACR: s.ACR, AMR: s.AMR,
		})
	}
	c.JSON(http.StatusOK, map[string]any{"sessions": out})
	return nil
}
