package guard

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/texts"
)

// Refused administration requests are audited, up to a limit for each user and
// for all users together, so that the audit log cannot be flooded. The rest is
// in the log only.
var (
	refusedEach = web.Rate{Burst: 20, Every: time.Minute}
	refusedAll  = web.Rate{Burst: 200, Every: 10 * time.Second}
)

// A refusals records refused administration requests and the reasons.
type refusals struct {
	audit     *audit.Recorder
	each, all *web.KeyLimiter
}

func (g *Guard) newRefusals() refusals {
	return refusals{g.Audit, web.NewKeyLimiter(refusedEach, g.Now), web.NewKeyLimiter(refusedAll, g.Now)}
}

func (r refusals) record(c *gin.Context, p sessions.Person, code string) {
	e := audit.Event{Kind: audit.AdminRefused, Actor: p.User.ID, LoginKey: p.Session.LoginKey, IP: c.ClientIP(), Ref: web.Ref(c),
		Why: texts.New(code), Detail: map[string]string{"method": c.Request.Method, "page": c.FullPath()}}
	if r.each.Allow(p.User.ID) && r.all.Allow("") {
		r.audit.Record(c.Request.Context(), e)
	} else {
		r.audit.Routine(c.Request.Context(), e)
	}
}

// form records an administrator's form that was refused before it was read,
// such as one that another site made their browser send.
func (r refusals) form(g *Guard, handle web.HandlerFunc) web.HandlerFunc {
	return func(c *gin.Context) error {
		looked := false
		err := g.posted(func(c *gin.Context) error { looked = true; return handle(c) })(c)
		var page *web.ErrorPage
		if !looked && errors.As(err, &page) && page.Status == http.StatusForbidden {
			if p, perr := g.Sessions.Current(c.Request); perr == nil {
				r.record(c, p, "admin.refused.form")
			}
		}
		return err
	}
}
