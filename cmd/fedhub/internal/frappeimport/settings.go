package frappeimport

import (
	"strings"

	"github.com/fedhub/fedhub/hub/settings"
)

// consentOf is the consent setting of the site: "auto", "force" or empty. The newer
// settings count only if they are switched on, otherwise the older ones do.
func consentOf(docs []Doc) string {
	consent := ""
	for _, d := range docs {
		switch {
		case d.Type == OAuthSettings && d.on("skip_authorization"):
			return settings.Auto
		case d.Type == ProviderSettings && strings.EqualFold(d.text("skip_authorization"), "Auto"):
			consent = settings.Auto
		case consent == "" && d.says("skip_authorization"):
			consent = settings.Force // the default
		}
	}
	return consent
}

// settingsRecord is the rule for the other settings: those that open the hub to
// others are left to the administrator.
func settingsRecord(d Doc) Record {
	r := Record{Kind: d.Type, Name: d.Type, Place: d.At, Outcome: Unchanged}
	if d.on("enable_dynamic_client_registration") {
		r.note("The site allows all applications to register themselves, which is the default of newer versions. The setting of this hub is not changed.")
		r.todo("Check the OAuth Clients above: an application that registered itself would be trusted here like one that an administrator added.")
		r.todo("To let applications register themselves, run: fedhub settings set --registration token")
	}
	if origins := words(d.text("allowed_public_client_origins")); len(origins) > 0 {
		r.note("The site allows pages of these origins to call its token endpoint: " + strings.Join(origins, ", ") + ". Here each application has its own list of origins.")
		r.todo("Enter the origins in the applications that need them.")
	}
	return r
}
