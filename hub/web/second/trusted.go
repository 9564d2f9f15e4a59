package second

import (
	"context"
	"errors"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/trustedbrowsers"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/internal/texts"
)

// trustedFor is how long a browser can be trusted; 0 if it can't.
func (d *Handler) trustedFor(ctx context.Context) (time.Duration, error) {
	rules, err := d.Factors.Settings(ctx)
	return rules.TrustedBrowserLife(), err
}

func from(c *gin.Context) trustedbrowsers.From {
	return trustedbrowsers.From{Agent: c.Request.UserAgent(), Network: web.Network(c.ClientIP())}
}

// trusts reports whether the user trusts this browser. The trust counts only for a
// new sign-in: a confirmation and a step-up ask for the factor.
func (d *Handler) trusts(c *gin.Context, start sessions.Start) (bool, error) {
	ctx := c.Request.Context()
	held := d.Sessions.TrustedTokens(c.Request)
	if start.After.ID != "" || len(held) == 0 {
		return false, nil
	}
	life, err := d.trustedFor(ctx)
	if err != nil || life == 0 {
		return false, err
	}
	for _, t := range held {
		b, next, err := d.Trusted.Use(ctx, start.User, t.Name, t.Token, from(c), life)
		if errors.Is(err, trustedbrowsers.ErrCopied) {
			d.record(c, audit.Event{Kind: audit.TrustedRemoved, Target: start.User.ID, Why: texts.Of(err)})
			continue
		}
		if errors.Is(err, trustedbrowsers.ErrUntrusted) {
			continue
		}
		if err != nil {
			return false, err
		}
		d.Sessions.KeepTrusted(c.Writer, c.Request, cookies.TrustedToken{Name: t.Name, Token: next}, b.Expires.Sub(d.Now()))
		d.Audit.Routine(ctx, audit.Event{Kind: audit.TrustedUsed, Actor: start.User.ID, Target: start.User.ID, IP: c.ClientIP(), Ref: web.Ref(c), Detail: map[string]string{"browser": b.ID}})
		return true, nil
	}
	return false, nil
}

// trust stores that the user trusts this browser, if the user chose that and the
// settings allow it.
func (d *Handler) trust(c *gin.Context, h halfway, user users.User, wanted bool) error {
	ctx := c.Request.Context()
	life, err := d.trustedFor(ctx)
	if err != nil || life == 0 || h.After != "" || !wanted {
		return err
	}
	name, token, err := d.Trusted.Trust(ctx, user, from(c), life)
	if err != nil {
		return err
	}
	d.Sessions.KeepTrusted(c.Writer, c.Request, cookies.TrustedToken{Name: name, Token: token}, life)
	d.record(c, audit.Event{Kind: audit.TrustedAdded, Actor: user.ID, Target: user.ID})
	return nil
}
