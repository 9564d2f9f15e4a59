package admin

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// the form's names, which are the provider's own (OAuth Provider Settings)
var settingsFields = map[string]string{"consent": "skip_authorization", "server_domains": "trusted_domains"}

// consentWords are the two modes as the form has them.
var consentWords = map[string]string{settings.Force: "Force", settings.Auto: "Auto"}

// ProviderSettings is GET /admin/settings.
func (d *Door) ProviderSettings(c *gin.Context) error {
	s, err := d.Settings.Current(c.Request.Context())
	if err != nil {
		return err
	}
	return d.Edge.Show(c, http.StatusOK, templates.AdminSettings{
		HubName: s.HubName, SkipAuthorization: consentWords[s.Consent],
		TrustedDomains: strings.Join(s.ServerDomains, "\n"), Issuer: d.Issuer,
	})
}

// SaveSettings is POST /admin/settings.
func (d *Door) SaveSettings(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	err = d.Settings.Change(c.Request.Context(), d.by(c), func(s *settings.Settings) {
		s.HubName = form["hub_name"]
		s.Consent = strings.ToLower(form["skip_authorization"])
		s.ServerDomains = lines(form["trusted_domains"])
	})
	if wrong, ok := mistakes(err, settingsFields); ok {
		return d.Edge.Show(c, unprocessable, templates.AdminSettings{
			HubName: form["hub_name"], SkipAuthorization: form["skip_authorization"],
			TrustedDomains: form["trusted_domains"], Issuer: d.Issuer, Mistakes: wrong,
		})
	}
	if err != nil {
		return err
	}
	d.record(c, audit.Event{Kind: audit.SettingsSaved})
	return web.SeeOther(c, "/admin/settings?done=saved")
}
