package frappeimport

import (
	"strings"

	"github.com/fedhub/fedhub/hub/settings"
)

// consentOf is what the site's settings say about asking for consent: "auto",
// "force", or nothing. The newer settings count only where they are switched
// on; else what stands in the older ones goes on counting.
func consentOf(docs []Doc) string {
	consent := ""
	for _, d := range docs {
		switch {
		case d.Type == OAuthSettings && d.on("skip_authorization"):
			return settings.Auto
		case d.Type == ProviderSettings && strings.EqualFold(d.text("skip_authorization"), "Auto"):
			consent = settings.Auto
		case consent == "" && d.says("skip_authorization"):
			consent = settings.Force // also where nothing was chosen
		}
	}
	return consent
}

// settingsRecord is the rule for what else stands in the settings: what opens
// the hub to others is for an administrator to decide.
func settingsRecord(d Doc) Record {
	r := Record{Kind: d.Type, Name: d.Type, Place: d.At, Outcome: Unchanged}
	if d.on("enable_dynamic_client_registration") {
		r.note("The site lets any app register itself, which newer versions do unless it is switched off. Here that stays as it is.")
		r.todo("Look through the OAuth Clients above: any that registered itself would be trusted here like one that an administrator added.")
		r.todo("If apps should register themselves: fedhub settings set --registration token")
	}
	if origins := words(d.text("allowed_public_client_origins")); len(origins) > 0 {
		r.note("The site lets pages of these origins call its token endpoint: " + strings.Join(origins, ", ") + ". Here each application names its own.")
		r.todo("Enter the origins at the applications that need them.")
	}
	return r
}
