package operations

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// signOutsShown is the number of sign-outs per page.
const signOutsShown = 50

// SignOuts is GET /admin/sign-out-delivery: the list, newest first.
func (d *Handler) SignOuts(c *gin.Context) error {
	ctx := c.Request.Context()
	lines, err := d.Logouts.Recent(ctx, c.Query("before"), signOutsShown)
	if err != nil {
		return err
	}
	var page templates.AdminSignOuts
	for _, s := range lines {
		who, err := d.who(ctx, s.UserID)
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, templates.SignOutRow{ID: s.SID, Who: who, At: s.At, To: locales.Say("signouts.recipients", "count", len(s.Recipients)), State: d.signOutState(s)})
	}
	if len(lines) == signOutsShown {
		page.More = "/admin/sign-out-delivery?" + url.Values{"before": {lines[len(lines)-1].Place()}}.Encode()
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

// SignOutEntry is GET /admin/sign-out-delivery/{sid}.
func (d *Handler) SignOutEntry(c *gin.Context) error {
	s, err := d.Logouts.Entry(c.Request.Context(), c.Param("sid"))
	if err != nil {
		return err
	}
	who, err := d.who(c.Request.Context(), s.UserID)
	if err != nil {
		return err
	}
	page := templates.AdminSignOut{Who: who, At: s.At, Why: locales.From(s.Words)}
	if page.Why.IsZero() {
		page.Why = locales.Say("signouts.the-session-was-ended-by")
	}
	for _, r := range s.Recipients {
		row := templates.RecipientRow{ClientID: r.ClientID, Name: r.Name, Server: r.Server,
			State: admin.Delivery(s.Standing(r, d.Now())), Tries: r.Tries, Last: r.Last, Error: locales.From(r.Words)}
		if s.Standing(r, d.Now()) == logouts.Retrying {
			row.Next = r.Next
		}
		page.Recipients = append(page.Recipients, row)
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

// who names a user, even after the user is removed.
func (d *Handler) who(ctx context.Context, userID string) (locales.Text, error) {
	u, err := d.Users.Get(ctx, userID)
	if errors.Is(err, fs.ErrNotExist) {
		return locales.Say("signouts.somebody-who-was-removed"), nil
	}
	return admin.Account(u), err
}

// signOutState sums up a sign-out: the worst result of its recipients.
func (d *Handler) signOutState(s logouts.SignOut) templates.Chip {
	counts := s.Count(d.Now())
	if n := counts[logouts.Unreachable]; n > 0 {
		return templates.Chip{Tone: "danger", Text: locales.Say("signouts.count-unreachable", "count", n)}
	}
	if n := counts[logouts.Retrying]; n > 0 {
		return templates.Chip{Tone: "warn", Text: locales.Say("signouts.count-retrying", "count", n)}
	}
	return admin.Delivery(logouts.Delivered)
}
