// Package tried is the page with the result of a test of a sign-in provider.
package tried

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/authentication/trial"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Handler serves the page.
type Handler struct {
	Stops     *flows.Interruptions
	Sessions  *cookies.Service
	Upstreams *federation.Registry
	Linking   *linking.Service
	Responder *web.Responder
	Now       func() time.Time
}

// Show is GET /admin/providers/{id}/tried. It judges the answer by the present
// settings, so an administrator can change them and load the page again.
func (d *Handler) Show(c *gin.Context) error {
	var result trial.Result
	err := d.Stops.Peek(c.Request.Context(), trial.Stop, c.Query("stop"), d.Sessions.BoundToBrowser(c.Request), &result)
	if err != nil {
		return triedGone(c, err)
	}
	person, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	if result.KeyID != c.Param("id") || result.Session != person.Session.ID {
		return triedGone(c, flows.ErrGone)
	}
	key, err := d.Upstreams.Get(c.Request.Context(), result.KeyID)
	if err != nil {
		return err
	}
	page := templates.AdminKeyTried{ID: key.ID, Name: key.Name, Enabled: key.Enabled, Kind: key.Kind, Warning: locales.Of(key.SecretWarning(d.Now()))}
	for _, s := range result.Steps {
		page.Steps = append(page.Steps, shownStep(s))
	}
	if f := result.Failure; f.Step != "" {
		page.Failed, page.Advice, page.Setting = true, locales.Of(f.Why), f.Setting
		page.Steps = append(page.Steps, templates.NeverTried(key.Kind, f.Step)...)
		return d.Responder.Show(c, http.StatusOK, page)
	}
	if err := d.judge(c, &page, key, result.Identity); err != nil {
		return err
	}
	if result.Bare && key.KeepTokens {
		page.Warnings = append(page.Warnings, locales.Say("tried.no-refresh-token-came-so"))
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

func triedGone(c *gin.Context, cause error) error {
	if !errors.Is(cause, flows.ErrGone) {
		return cause
	}
	return &web.ErrorPage{Status: http.StatusGone, Heading: locales.Say("tried.this-test-is-over"), Text: locales.Say("tried.what-came-of-it-is"), Cause: cause,
		Action: templates.Action{Label: locales.Say("tried.back-to-the-login-key"), URL: "/admin/providers/" + url.PathEscape(c.Param("id"))}}
}

func shownStep(s trial.Step) templates.TriedStep {
	step := templates.NewTriedStep(s.Name, s.Took, locales.Of(s.Why))
	for _, f := range s.Facts {
		step.Facts = append(step.Facts, templates.Fact(f.Name, f.Value))
	}
	return step
}

// judge says who this would be here.
func (d *Handler) judge(c *gin.Context, page *templates.AdminKeyTried, key federation.LoginKey, identity federation.Identity) error {
	policy := authentication.PolicyOf(key)
	policy.Enabled = true // what would be if it were
	began := d.Now()
	decision, over, err := d.Linking.Would(c.Request.Context(), authentication.ClaimOf(identity), policy)
	if err != nil {
		return err
	}
	step := templates.NewTriedStep("policy", d.Now().Sub(began), locales.Text{})
	page.Rule = templates.RuleRow{Row: decision.Row, Title: locales.Of(linking.RowTitle(decision.Row)), Fact: locales.Of(decision.Why)}
	page.Decision = inWords(decision)
	step.Facts = []templates.Row{{Name: locales.Say("tried.rule"), Value: page.Rule.Title}, {Name: locales.Say("tried.what-follows"), Value: page.Decision}}
	page.Steps = append(page.Steps, step)
	page.Refused = decision.Action == linking.Refuse
	for _, p := range over {
		page.Passed = append(page.Passed, templates.RuleRow{Row: p.Row, Title: locales.Of(linking.RowTitle(p.Row)), Fact: locales.Of(texts.New(p.Code))})
	}
	page.Claims = shownClaims(identity)
	page.Warnings = append(page.Warnings, cautions(key, identity, policy)...)
	return nil
}

// inWords is what would become of you, the one who tests.
func inWords(d linking.Decision) locales.Text {
	switch account := (templates.Person{Name: d.User.Name, Email: d.User.Email, Username: d.User.Username}).Account(); d.Action {
	case linking.SignIn:
		return locales.Say("tried.you-would-be-signed-in", "account", account)
	case linking.Link:
		return locales.Say("tried.you-would-be-connected-to", "account", account)
	case linking.Confirm:
		return locales.Say("tried.you-would-be-asked-to", "account", account)
	case linking.ConfirmByMail:
		return locales.Say("tried.you-would-get-an-email", "account", account)
	case linking.Create:
		return locales.Say("tried.you-would-get-a-new")
	case linking.CreateUnverified:
		return locales.Say("tried.you-would-get-a-new-2")
	}
	return locales.Say("tried.you-would-be-turned-away")
}

// shownClaims are what the provider says, without what could be used.
func shownClaims(i federation.Identity) []templates.Row {
	var out []templates.Row
	say := func(name, value locales.Text) { out = append(out, templates.Row{Name: name, Value: value}) }
	add := func(name locales.Text, value string) {
		if value != "" {
			say(name, locales.Stored(federation.CleanText(value, 200)))
		}
	}
	add(locales.Say("tried.issuer"), i.Issuer)
	if i.Subject != "" {
		say(locales.Say("tried.subject"), redacted(i.Subject))
	}
	add(locales.Say("tried.email"), i.Email)
	if i.Email != "" {
		say(locales.Say("tried.email-verified"), yes(i.EmailVerified))
	}
	add(locales.Say("tried.name"), i.Name)
	add(locales.Say("tried.given-name"), i.GivenName)
	add(locales.Say("tried.family-name"), i.FamilyName)
	add(locales.Say("tried.user-name"), i.PreferredUsername)
	add(locales.Say("tried.picture"), i.Picture)
	add(locales.Say("tried.language"), i.Locale)
	add(locales.Say("tried.roles-here"), strings.Join(i.Roles, ", "))
	add(locales.Say("tried.signed-in-by"), strings.TrimSpace(i.ACR+" "+strings.Join(i.AMR, " ")))
	return out
}

// redacted shows enough of a subject to recognise it.
func redacted(s string) locales.Text {
	s = federation.CleanText(s, 200)
	if r := []rune(s); len(r) > 8 {
		return locales.Say("tried.subject-start", "start", string(r[:4]), "count", len(r))
	}
	return locales.Stored(s)
}

func yes(b bool) locales.Text {
	if b {
		return locales.Say("tried.yes")
	}
	return locales.Say("tried.no")
}

// cautions are what to know before people use the key.
func cautions(k federation.LoginKey, i federation.Identity, p linking.Policy) []locales.Text {
	var out []locales.Text
	switch {
	case i.Email == "":
		out = append(out, locales.Say("tried.the-provider-gave-no-email"))
	case !i.EmailVerified && k.Kind == federation.KindFrappe:
		out = append(out, locales.Say("tried.a-frappe-site-says-of"))
	case !i.EmailVerified:
		out = append(out, locales.Say("tried.the-provider-does-not-say"))
	case !p.Believes(i.Email):
		out = append(out, locales.Say("tried.the-email-address-is-verified"))
	}
	if k.KeepsAdminsOut() {
		out = append(out, locales.Say("tried.administrators-of-this-hub-are"))
	}
	if k.SignUps == federation.Allow && k.Kind != federation.KindPeer {
		out = append(out, locales.Say("tried.anybody-who-can-sign-in"))
	}
	if k.Linking == federation.Auto && len(k.AuthoritativeDomains) == 0 {
		out = append(out, locales.Say("tried.people-are-to-be-connected"))
	}
	return out
}
