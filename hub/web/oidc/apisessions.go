package oidc

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/oauth"
)

// scopeSessions lets an app see where a person is signed in.
const scopeSessions = "sessions"

// sessionsNeed is what the list asks of the sign-in: it says from where and
// with what somebody works, and an app that holds an old token must not keep
// watching that.
var sessionsNeed = demand{maxAge: 15 * time.Minute}

// apiSession is one browser. Its name is not told: with it an app could pass
// for one that the session knows.
type apiSession struct {
	Current  bool     `json:"current"` // the token comes from it
	Agent    string   `json:"user_agent"`
	IP       string   `json:"ip"`
	Started  int64    `json:"started_at"`
	Seen     int64    `json:"seen_at"`
	AuthTime int64    `json:"auth_time,omitempty"` // absent where nobody can say
	ACR      string   `json:"acr,omitempty"`
	AMR      []string `json:"amr,omitempty"`
}

// Sessions is GET /api/sessions: where the token's person is signed in, as on
// their own page, the one last seen first.
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
