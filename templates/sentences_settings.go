package templates

var settingsSentences = map[string]string{
	"settings.admin_hours.bad":            "Let a sign-in of an administrator last 1 to {max} hours.",
	"settings.audit_days.bad":             "Keep the record of events for 1 to {max} days, or write 0 to keep it for ever.",
	"settings.consent.bad":                "Choose Force or Auto.",
	"settings.domain.bad":                 `"{domain}" is not a host name. Write one per line, like hub.example.org, or .example.org for every host below it.`,
	"settings.hub_name.bad":               "Give the hub a name of 1 to 80 characters.",
	"settings.key_days.bad":               "Replace signing keys after 1 to {max} days, or write 0 to never do it by schedule.",
	"settings.passwords.bad":              "Choose who may sign in with a password: all or administrators.",
	"settings.recent_minutes.bad":         "Ask again after 1 to {max} minutes.",
	"settings.refresh_seconds.bad":        "Answer a repeated refresh for 1 to {max} seconds, or write 0 to take it for theft at once.",
	"settings.registered.bad":             "Keep 1 to {max} apps that registered themselves.",
	"settings.registered_per_network.bad": "Keep 1 to {max} apps that registered themselves from one network.",
	"settings.registration.bad":           "Choose who may register apps: off, token or open.",
	"settings.software_issuer.bad":        `"{line}" is not an issuer and the address of its keys. Write one per line, like https://federation.example.org https://federation.example.org/jwks.`,
	"settings.trace_days.bad":             "Keep login traces for 1 to {max} days.",
	"settings.traces.bad":                 "Choose which sign-ins are traced: failures, all or off.",
	"settings.unused_days.bad":            "Remove apps that were never used after 1 to {max} days, or write 0 to never do it.",
	"settings.voucher.bad":                `"{line}" does not say who may vouch for people. Write the issuer, the address of its keys, the login key and the client ids, like https://idp.example.org https://idp.example.org/jwks staff client_a,client_b.`,
}
