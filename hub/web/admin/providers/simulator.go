package providers

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Simulator is GET /admin/providers/{id}/simulate.
func (d *Handler) Simulator(c *gin.Context) error {
	key, err := d.Upstreams.Get(c.Request.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, simulator(key, authentication.PolicyOf(key)))
}

// simulator is the page with the stored settings of the key.
func simulator(key federation.LoginKey, p linking.Policy) templates.AdminSimulator {
	claim := templates.SimulatorClaim{Issuer: cmp.Or(key.Issuer, key.BaseURL), Verified: true}
	page := templates.AdminSimulator{ID: key.ID, Name: key.Name, Off: !key.Enabled, Claim: claim}
	page.Policy = templates.SimulatorPolicy{Enabled: key.Enabled, Linking: p.Linking, SignUps: p.SignUps, TrustEmail: p.TrustEmail,
		SignUpDomains: strings.Join(p.SignUpDomains, "\n"), Domains: strings.Join(p.AuthoritativeDomains, "\n"), MigrateUntil: dayOf(p.MigrateUntil)}
	return page
}

// Simulate is POST /admin/providers/{id}/simulate: which user a sign-in would
// find, and how a change of the policy would affect existing users. It saves
// nothing. It is a POST because the form contains users' addresses, which must
// not be in a URL.
func (d *Handler) Simulate(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	key, err := d.Upstreams.Get(c.Request.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	saved := authentication.PolicyOf(key)
	page := simulator(key, saved)
	if form["about"] == "policy" {
		err = d.foresee(c, form, saved, &page)
	} else {
		err = d.would(c, form, key, &page)
	}
	if err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

func (d *Handler) would(c *gin.Context, form map[string]string, key federation.LoginKey, page *templates.AdminSimulator) error {
	p := authentication.PolicyOf(key)
	page.Claim = templates.SimulatorClaim{Issuer: strings.TrimSpace(form["issuer"]), Subject: strings.TrimSpace(form["subject"]), Email: strings.TrimSpace(form["email"]),
		Verified: form["verified"] != "", Roles: form["roles"]}
	page.Roles = rolesHere(key, admin.Names(form["roles"]))
	p.Enabled = true // assume that it is enabled; the page says if it is not
	decision, over, err := d.Linking.Would(c.Request.Context(), linking.Claim{Key: p.KeyID, Issuer: page.Claim.Issuer, Subject: page.Claim.Subject,
		Email: page.Claim.Email, EmailVerified: page.Claim.Verified}, p)
	if err != nil {
		return err
	}
	for _, o := range over {
		page.Passed = append(page.Passed, templates.RuleRow{Row: o.Row, Title: locales.Of(linking.RowTitle(o.Row)), Fact: locales.Of(texts.New(o.Code))})
	}
	page.Decided = templates.RuleRow{Row: decision.Row, Title: locales.Of(linking.RowTitle(decision.Row)), Fact: locales.Of(decision.Why)}
	page.Action = actions[decision.Action]
	if decision.User.ID != "" {
		page.User, page.UserID = admin.Account(decision.User), decision.User.ID
	}
	return nil
}

// rolesHere are the local roles for the provider's roles.
func rolesHere(key federation.LoginKey, there []string) []string {
	names := make([]mapping.Name, len(there))
	for i, role := range there {
		names[i].Text = role
	}
	here := mapping.Rules(key.RoleMap).Roles(names)
	if key.KeepsAdminsOut() {
		return slices.DeleteFunc(here, func(role string) bool { return role == users.AdminRole })
	}
	return here
}

// actions describe an action's effect on the user.
var actions = map[linking.Action]locales.Text{
	linking.SignIn:           locales.Say("simulator.they-are-signed-in"),
	linking.Link:             locales.Say("simulator.they-are-linked-and-signed"),
	linking.Confirm:          locales.Say("simulator.they-are-asked-to-prove"),
	linking.ConfirmByMail:    locales.Say("simulator.they-are-sent-an-email"),
	linking.Create:           locales.Say("simulator.they-get-a-new-account"),
	linking.CreateUnverified: locales.Say("simulator.they-get-a-new-account-2"),
	linking.Refuse:           locales.Say("simulator.they-are-refused-with-the"),
}

func (d *Handler) foresee(c *gin.Context, form map[string]string, saved linking.Policy, page *templates.AdminSimulator) error {
	page.Policy = templates.SimulatorPolicy{Enabled: form["enabled"] != "", Linking: form["linking"], SignUps: form["sign_ups"], TrustEmail: form["trust_email"] != "",
		SignUpDomains: form["sign_up_domains"], Domains: form["authoritative_domains"], MigrateUntil: strings.TrimSpace(form["migrate_until"])}
	after := saved
	after.Enabled, after.Linking, after.SignUps, after.TrustEmail = page.Policy.Enabled, page.Policy.Linking, page.Policy.SignUps, page.Policy.TrustEmail
	after.SignUpDomains, after.AuthoritativeDomains = strings.Fields(page.Policy.SignUpDomains), strings.Fields(page.Policy.Domains)
	after.MigrateUntil = time.Time{}
	if page.Policy.MigrateUntil != "" {
		day, err := time.Parse(time.DateOnly, page.Policy.MigrateUntil)
		if err != nil {
			page.Mistakes = []templates.Mistake{{Field: "migrate_until", Text: locales.Say("simulator.write-the-day-like-2030")}}
			return nil
		}
		after.MigrateUntil = day
	}
	effects, err := d.Keys.Foresee(c.Request.Context(), saved, after)
	if err != nil {
		return err
	}
	page.Foreseen = foreseen(effects)
	return nil
}

func foreseen(e linking.Effects) *templates.Foreseen {
	out := &templates.Foreseen{Counted: e.Counted, Whole: e.Whole}
	for _, line := range []struct {
		tone, text string
		effect     linking.Effect
	}{
		{"danger", "simulator.danger-text", e.LockedOut},
		{"warn", "simulator.warn-text", e.Merged},
		{"warn", "simulator.warn-text-2", e.Split},
		{"", "simulator.would-be-refused-there-from", e.Refused},
		{"", "simulator.would-be-asked-to-prove", e.Asked},
	} {
		if n := line.effect.Count; n > 0 {
			out.Lines = append(out.Lines, templates.ForeseenLine{Tone: line.tone, Count: n, Text: locales.Say(line.text, "count", n), Examples: line.effect.Examples})
		}
	}
	return out
}
