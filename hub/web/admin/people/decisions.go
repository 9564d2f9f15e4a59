package people

import (
	"cmp"
	"errors"
	"io/fs"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// decisionsShown is the number of links per page.
const decisionsShown = 50

// Decisions is GET /admin/account-links: recently linked and unlinked
// identities, with the reasons and the possible undo; with ?user= those of one
// user.
func (d *Handler) Decisions(c *gin.Context) error {
	return d.showDecisions(c, http.StatusOK, templates.AdminDecisions{User: c.Query("user")})
}

func (d *Handler) showDecisions(c *gin.Context, status int, page templates.AdminDecisions) error {
	ctx := c.Request.Context()
	keys, err := d.Upstreams.All(ctx)
	if err != nil {
		return err
	}
	for _, k := range keys {
		page.Keys = append(page.Keys, templates.Option{Name: k.ID, Value: locales.Stored(k.Name)})
	}
	var records []linking.LinkEvent
	if page.User != "" {
		records, err = d.Linking.Records(ctx, page.User)
	} else {
		records, err = d.Linking.AllRecords(ctx, c.Query("after"), decisionsShown+1)
	}
	if err != nil {
		return err
	}
	if page.User == "" && len(records) > decisionsShown {
		records = records[:decisionsShown]
		page.Next = records[decisionsShown-1].ID
	}
	for _, r := range records {
		row, err := d.decision(c, r)
		if err != nil {
			return err
		}
		page.Decisions = append(page.Decisions, row)
	}
	return d.Responder.Show(c, status, page)
}

func (d *Handler) decision(c *gin.Context, r linking.LinkEvent) (templates.Decision, error) {
	out := templates.Decision{ID: r.ID, UserID: r.UserID, Key: r.LoginKey, Provider: r.LoginKey, Unlinked: r.Action == linking.Unlinked, Moved: r.Action == linking.Moved, Emptied: r.Emptied,
		Row: r.Row, Rule: locales.Of(linking.RowTitle(r.Row)), Reason: locales.From(r.Words), Policy: policyWords(r), Made: r.Made, Until: r.Expires, Undone: r.Undone, UndoneBy: r.UndoneBy}
	if r.KeyName != "" {
		out.Provider = r.KeyName
	}
	u, err := d.Users.Get(c.Request.Context(), r.UserID)
	if errors.Is(err, fs.ErrNotExist) {
		out.User = locales.Say("signouts.somebody-who-was-removed")
		return out, nil
	}
	if err == nil {
		out.User = admin.Account(u)
	}
	return out, err
}

// LinkBeforehand is POST /admin/account-links/link: an administrator links an
// identity to a user before its first sign-in.
func (d *Handler) LinkBeforehand(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	typed := templates.LinkBeforehand{Account: strings.TrimSpace(form["account"]), Key: form["key"], Issuer: strings.TrimSpace(form["issuer"]), Subject: strings.TrimSpace(form["subject"])}
	wrong := func(field string, text locales.Text) error {
		return d.showDecisions(c, http.StatusUnprocessableEntity, templates.AdminDecisions{Form: typed, Mistakes: []templates.Mistake{{Field: field, Text: text}}})
	}
	user, err := d.Users.ByEmail(ctx, typed.Account)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, emailaddr.ErrInvalid) {
		return wrong("account", locales.Say("decisions.nobody-here-has-this-address"))
	}
	if err != nil {
		return err
	}
	key, err := d.Upstreams.Get(ctx, typed.Key)
	if errors.Is(err, fs.ErrNotExist) {
		return wrong("key", locales.Say("decisions.choose-a-login-key"))
	}
	if err != nil {
		return err
	}
	issuer := cmp.Or(typed.Issuer, key.Issuer, key.BaseURL)
	decision, err := d.Keys.LinkBeforehand(ctx, d.Actor(c), user, linking.Claim{Key: key.ID, Issuer: issuer, Subject: typed.Subject}, authentication.PolicyOf(key))
	if err != nil {
		return err
	}
	if decision.Action == linking.Refuse {
		return wrong("subject", locales.Of(decision.Why))
	}
	return web.SeeOther(c, "/admin/account-links?done=added")
}

// UndoDecision is POST /admin/account-links/undo: it undoes the change and
// signs the user out everywhere.
func (d *Handler) UndoDecision(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	err = d.Keys.UndoLink(c.Request.Context(), d.Actor(c), form["record"])
	switch {
	case errors.Is(err, linking.ErrUndone), errors.Is(err, fs.ErrNotExist):
		return &web.ErrorPage{Status: http.StatusGone, Heading: locales.Say("decisions.that-is-undone-already-or"), Text: locales.Say("decisions.nothing-was-changed"), Action: backToDecisions}
	case errors.Is(err, fs.ErrExist):
		return &web.ErrorPage{Status: http.StatusConflict, Heading: locales.Say("decisions.the-identity-is-somebody-elses"), Text: locales.Say("decisions.nothing-was-changed-disconnect-it"), Action: backToDecisions}
	case errors.Is(err, linking.ErrLastWayIn):
		return &web.ErrorPage{Status: http.StatusConflict, Heading: locales.Say("decisions.that-is-your-own-only"), Text: locales.Say("decisions.set-a-password-or-connect"), Action: backToDecisions}
	case err != nil:
		return err
	}
	return web.SeeOther(c, "/admin/account-links?done=undone")
}

var backToDecisions = templates.Action{Label: locales.Say("decisions.tab"), URL: "/admin/account-links"}

// policyWords describes the policy at the time; an earlier hub stored a sentence.
func policyWords(r linking.LinkEvent) locales.Text {
	if r.Policy != "" {
		return locales.Stored(r.Policy)
	}
	return trustWords(r.Trust)
}

// trustWords describes the trust in a login key; empty if trust did not matter.
func trustWords(t linking.Trust) locales.Text {
	if t.Linking == "" && t.SignUps == "" {
		return locales.Text{}
	}
	var names templates.SimulatorPolicy
	words := locales.Say("decisions.trust", "linking", named(names.LinkingWays(), t.Linking), "signups", named(names.SignUpWays(), t.SignUps))
	and := func(id string, pairs ...any) {
		words = locales.Say("decisions.trust-and", "before", words, "more", locales.Say(id, pairs...))
	}
	if t.TrustEmail {
		and("decisions.trust-email")
	}
	if len(t.AuthoritativeDomains) > 0 {
		and("decisions.trust-domains", "domains", strings.Join(t.AuthoritativeDomains, ", "))
	}
	if !t.MigrateUntil.IsZero() {
		and("decisions.trust-migration", "day", locales.OnDay(t.MigrateUntil))
	}
	return words
}

// named is the form's text for a value.
func named(choices []templates.Option, value string) locales.Text {
	for _, choice := range choices {
		if choice.Name == value {
			return choice.Value
		}
	}
	return locales.Stored(value)
}
