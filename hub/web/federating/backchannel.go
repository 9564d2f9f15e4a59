package federating

import (
	"errors"
	"io/fs"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/texts"
)

// Backchannel is POST /oauth2/backchannel/{key}: a provider reports that one of
// its sessions ended (OIDC Back-Channel Logout §2.5). The sessions here that
// came from it end, and their clients are notified.
func (h *Handler) Backchannel(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	raw, err := form.Require("logout_token")
	if err != nil {
		return err
	}
	connector, key, err := h.Upstreams.OpenAny(c.Request.Context(), c.Param("key"))
	if errors.Is(err, fs.ErrNotExist) {
		return oauth.InvalidRequest("oauth.logout.key")
	}
	if err != nil {
		return err
	}
	receiver, ok := connector.(federation.LogoutReceiver)
	if !ok {
		return oauth.InvalidRequest("oauth.logout.none")
	}
	ended, err := receiver.LogoutToken(c.Request.Context(), raw)
	if err != nil {
		return h.badLogout(c, key.ID, err)
	}
	jti := "logout/" + key.ID + "/" + ended.JTI
	used, err := h.Replayed(c.Request.Context(), jti)
	if err != nil {
		return err
	}
	if used {
		return h.badLogout(c, key.ID, errors.New("the token was used before"))
	}
	if err := h.endUpstream(c, key.ID, ended); err != nil {
		return err
	}
	// This is last: after an error the provider may send the same token again.
	if err := h.Replay(c.Request.Context(), jti, ended.Expires); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	c.Status(http.StatusOK) // §2.8
	return nil
}

func (h *Handler) endUpstream(c *gin.Context, keyID string, ended federation.Ended) error {
	for s, err := range h.Sessions.FromUpstream(c.Request.Context(), keyID, ended.SID, ended.Subject) {
		if err != nil {
			return err
		}
		h.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.LogoutReceived, Target: s.UserID, LoginKey: keyID, IP: c.ClientIP(), Ref: web.Ref(c)})
		if err := h.Logouts.EndBecause(c.Request.Context(), s, texts.New("signout.upstream")); err != nil {
			return err
		}
	}
	return nil
}

// badLogout responds as §2.8 requires, without the check that failed: that is
// in the log.
func (h *Handler) badLogout(c *gin.Context, keyID string, err error) error {
	var fault *federation.Fault
	if errors.As(err, &fault) && fault.Kind == federation.Unreachable {
		return oauth.TemporarilyUnavailable("oauth.logout.keys").Because(err)
	}
	// It is logged, not stored: anyone can send any number of such tokens.
	h.Audit.Note(c.Request.Context(), audit.Event{Kind: audit.LogoutFailed, LoginKey: keyID, IP: c.ClientIP(), Ref: web.Ref(c), Why: texts.Of(err)})
	return oauth.InvalidRequest("oauth.logout.token").Because(err)
}
