package templates

// eventSentences say why something stands in the record of events.
var eventSentences = map[string]string{
	"imported":          "Imported from another system.",
	"imported.identity": "Imported with the user.",
	"reset.shown":       "The link was shown to the administrator.",
	"browser.confirmed": "A link that was mailed was used.",
	"prove.mailed":      "Asked for a way to prove who they are.",
	"prove.again":       "Proved once more who they are.",
	"reset.used":        "A link that was mailed was used.",
	"invited":           "Invited by {by}.",

	"site.redirect":      "The redirect URI that the site sent was registered: {address}",
	"site.secret":        "The site has it.",
	"site.secret.maybe":  "The site may have it.",
	"site.secret.unused": "Nobody ever used it, and the site has another.",

	"link.letter": "Only an email could prove the account, and this hub sends none.",
	"link.other":  "The person came back from {name} as somebody who is not linked to the account.",

	"signin.prove":          "too many wrong passwords in a row; a link to the address is needed besides",
	"signin.wrong":          "the e-mail address or the password is wrong",
	"signin.busy":           "too many passwords are being checked at once; try again in a moment",
	"signin.throttled":      "too many wrong passwords; the next attempt counts from {until}",
	"signin.administrators": "passwords are for administrators alone, by the settings",
	"disabled":              "this user is disabled",
	"quiet.question":        "it would take a question, and prompt=none forbids asking",
	"quiet.other":           "the upstream knows somebody else in this browser than this hub",

	"event.more":       "… and {more} more of these within a minute. They are counted and not listed.",
	"client.refused":   "{why}",
	"request.refused":  "{why}",
	"tokens.misused":   "{why}",
	"signout.all":      "All sessions of the account were ended.",
	"signout.provider": "The provider that the person signed in with was turned off or removed.",
	"signout.guessed":  "The current password was wrong five times in the session.",
	"signout.upstream": "The session at the server they came from has ended.",
	"logout.answered":  "the client answered {status}",

	"upstream.refused":           "the upstream refused: {error}",
	"upstream.refused.described": "the upstream refused: {error} (\"{description}\")",
	"unreachable":                "unreachable: {cause}",
	"untrusted":                  "untrusted: {cause}",
	"misconfigured":              "misconfigured: {cause}",
	"circular":                   "circular: {cause}",
	"unexpected":                 "unexpected: {cause}",
	"upstream.other":             "the upstream answered with somebody else",
	"upstream.disconnected":      "the account was disconnected",
	"upstream.tokens":            "Tokens were not taken back: {cause}",
}
