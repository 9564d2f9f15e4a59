package operations

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// the form's names are the provider's own (OAuth Provider Settings)
var settingsFields = map[string]string{"consent": "skip_authorization", "server_domains": "trusted_domains"}

// consentWords are the form's names for the two modes.
var consentWords = map[string]string{settings.Force: "Force", settings.Auto: "Auto"}

// ProviderSettings is GET /admin/settings.
func (d *Handler) ProviderSettings(c *gin.Context) error {
	return d.showSettings(c, http.StatusOK, "", nil)
}

// showSettings shows the stored settings, and a new token if there is one.
func (d *Handler) showSettings(c *gin.Context, status int, token string, wrong []templates.Mistake) error {
	s, err := d.Settings.Current(c.Request.Context())
	if err != nil {
		return err
	}
	return d.showForm(c, status, templates.AdminSettings{
		HubName: s.HubName, SkipAuthorization: consentWords[s.Consent],
		RequirePushed: s.RequirePushed, EmailSignIn: s.EmailSignIn, UserNameSignIn: s.UserNameSignIn, PhoneSignIn: s.PhoneSignIn, TrustedDomains: strings.Join(s.ServerDomains, "\n"),
		Registration: s.Registration, DocumentDomains: strings.Join(s.DocumentDomains, "\n"), SoftwareIssuers: strings.Join(s.SoftwareIssuers, "\n"),
		Vouchers:  strings.Join(s.Vouchers, "\n"),
		Passwords: s.PasswordsOf(), BreachedURL: s.BreachedURL,
		SignUp: s.SignUpOf(), SignUpDomains: strings.Join(s.SignUpDomains, "\n"), SignUpApproval: s.SignUpApproval,
		SecondFactor: s.SecondFactorOf(), SecondFactorRoles: strings.Join(s.SecondFactorRoles, "\n"), SecondFactorDays: strconv.Itoa(s.SecondFactorFor()), TrustedBrowserDays: strconv.Itoa(s.TrustedBrowserFor()),
		Traces: s.TraceMode(), TraceDays: strconv.Itoa(s.TraceKept()),
		RecentMinutes: strconv.Itoa(s.RecentFor()), AdminHours: strconv.Itoa(s.AdminFor()), StaySignedIn: s.StayOf(), AuditDays: strconv.Itoa(s.AuditKept()), DeletionDays: strconv.Itoa(s.DeletionFor()),
		RefreshSeconds: strconv.Itoa(s.RefreshAgain()),
		Registered:     strconv.Itoa(s.RegisteredAtMost()), PerNetwork: strconv.Itoa(s.RegisteredFromOne()), UnusedDays: strconv.Itoa(s.UnusedFor()),

		Token: token, Mistakes: wrong,
	})
}

func (d *Handler) showForm(c *gin.Context, status int, page templates.AdminSettings) error {
	all, err := d.Initials.All(c.Request.Context())
	if err != nil {
		return err
	}
	page.Issuer, page.Mail = d.Issuer, d.Settings.Delivers()
	if page.Unused, err = d.unused(c); err != nil {
		return err
	}
	for _, t := range all {
		page.Tokens = append(page.Tokens, templates.InitialToken{ID: t.ID, Hint: t.Hint, Left: t.Left, By: t.CreatedBy, Expires: t.Expires})
	}
	slices.SortFunc(page.Tokens, func(a, b templates.InitialToken) int { return a.Expires.Compare(b.Expires) })
	return d.Responder.Show(c, status, page)
}

// SaveSettings is POST /admin/settings.
func (d *Handler) SaveSettings(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	err = d.Operator.ChangeSettings(c.Request.Context(), d.Actor(c), func(s *settings.Settings) {
		s.HubName = form["hub_name"]
		s.Consent = form["skip_authorization"]
		s.RequirePushed = form["require_pushed"] == "1"
		s.EmailSignIn = form["email_sign_in"] == "1"
		s.UserNameSignIn, s.PhoneSignIn = form["user_name_sign_in"] == "1", form["phone_sign_in"] == "1"
		s.ServerDomains = admin.Lines(form["trusted_domains"])
		s.Registration = form["registration"]
		s.DocumentDomains = admin.Lines(form["document_domains"])
		s.SoftwareIssuers = admin.Lines(form["software_issuers"])
		s.Vouchers = admin.Lines(form["vouchers"])
		s.Passwords = form["passwords"]
		s.BreachedURL = textOr(form, "breached_url", s.BreachedURL)
		if form.Has("sign_up") {
			s.SignUp, s.SignUpDomains, s.SignUpApproval = form["sign_up"], admin.Lines(form["sign_up_domains"]), form["sign_up_approval"] == "1"
		}
		if form.Has("second_factor") {
			s.SecondFactor, s.SecondFactorRoles = form["second_factor"], admin.Lines(form["second_factor_roles"])
		}
		s.SecondFactorDays = countOr(form, "second_factor_days", s.SecondFactorDays)
		s.TrustedBrowserDays = countOr(form, "trusted_browser_days", s.TrustedBrowserDays)
		s.Traces, s.TraceDays = form["traces"], traceDays(form["trace_days"])
		s.AuditDays = countOr(form, "audit_days", s.AuditDays)
		s.DeletionDays = countOr(form, "deletion_days", s.DeletionDays)
		s.RecentMinutes, s.AdminHours = numberOr(form, "recent_minutes", s.RecentMinutes), numberOr(form, "admin_hours", s.AdminHours)
		s.StaySignedIn = textOr(form, "stay_signed_in", s.StaySignedIn)
		s.RefreshSeconds = countOr(form, "refresh_seconds", s.RefreshSeconds)
		s.Registered, s.RegisteredPerNetwork = numberOr(form, "registered", s.Registered), numberOr(form, "registered_per_network", s.RegisteredPerNetwork)
		s.UnusedDays = countOr(form, "unused_days", s.UnusedDays)
	})
	if wrong, ok := web.Mistakes(err, settingsFields); ok {
		return d.showForm(c, admin.Unprocessable, templates.AdminSettings{
			HubName: form["hub_name"], SkipAuthorization: form["skip_authorization"], RequirePushed: form["require_pushed"] == "1", EmailSignIn: form["email_sign_in"] == "1", UserNameSignIn: form["user_name_sign_in"] == "1", PhoneSignIn: form["phone_sign_in"] == "1",
			TrustedDomains: form["trusted_domains"], Registration: form["registration"], DocumentDomains: form["document_domains"],
			SoftwareIssuers: form["software_issuers"], Vouchers: form["vouchers"], Passwords: form["passwords"], BreachedURL: form["breached_url"],
			SignUp: form["sign_up"], SignUpDomains: form["sign_up_domains"], SignUpApproval: form["sign_up_approval"] == "1",
			SecondFactor: form["second_factor"], SecondFactorRoles: form["second_factor_roles"], SecondFactorDays: form["second_factor_days"], TrustedBrowserDays: form["trusted_browser_days"], DeletionDays: form["deletion_days"], Traces: form["traces"], TraceDays: form["trace_days"], RecentMinutes: form["recent_minutes"], AdminHours: form["admin_hours"], StaySignedIn: form["stay_signed_in"], AuditDays: form["audit_days"], RefreshSeconds: form["refresh_seconds"],
			Registered: form["registered"], PerNetwork: form["registered_per_network"], UnusedDays: form["unused_days"], Mistakes: wrong,
		})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/settings?done=saved")
}

// textOr reads a text. If the form has no such field, the stored value stays.
func textOr(form oauth.Params, name, stays string) string {
	if !form.Has(name) {
		return stays
	}
	return form[name]
}

// numberOr reads a number. If the form has no such field, the stored value
// stays; text that is not a number becomes a number that validation refuses.
func numberOr(form oauth.Params, name string, stays int) int {
	if !form.Has(name) {
		return stays
	}
	n, err := strconv.Atoi(strings.TrimSpace(form[name]))
	if err != nil || n == 0 {
		return -1
	}
	return n
}

// countOr reads a number, which may be 0. If the form has no such field, the stored
// value stays; text that is not a number becomes one that validation refuses.
func countOr(form oauth.Params, name string, stays *int) *int {
	if !form.Has(name) {
		return stays
	}
	n, err := strconv.Atoi(strings.TrimSpace(form[name]))
	if err != nil {
		n = -1
	}
	return &n
}

// traceDays reads a number of days; other text becomes a number that validation refuses.
func traceDays(typed string) int {
	days, err := strconv.Atoi(strings.TrimSpace(typed))
	if err != nil || days == 0 {
		return -1
	}
	return days
}

// MakeInitialToken is POST /admin/settings/tokens: it makes an initial access
// token for registering apps. The token is shown once.
func (d *Handler) MakeInitialToken(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	uses, err := strconv.Atoi(form["uses"])
	if err != nil || uses < 1 || uses > registration.MaxInitialUses {
		return d.showSettings(c, admin.Unprocessable, "", []templates.Mistake{{Field: "uses", Text: locales.Say("settings.say-how-many-apps-may")}})
	}
	days, err := strconv.Atoi(form["days"])
	if err != nil || days < 1 || days > 366 {
		return d.showSettings(c, admin.Unprocessable, "", []templates.Mistake{{Field: "days", Text: locales.Say("settings.say-for-how-many-days")}})
	}
	token, _, err := d.Operator.NewInitialToken(c.Request.Context(), d.Actor(c), uses, time.Duration(days)*24*time.Hour)
	if err != nil {
		return err
	}
	return d.showSettings(c, http.StatusOK, token, nil)
}

// EndInitialToken is POST /admin/settings/tokens/delete.
func (d *Handler) EndInitialToken(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	if err := d.Operator.EndInitialToken(c.Request.Context(), d.Actor(c), form["token"]); err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/settings?done=removed")
}
