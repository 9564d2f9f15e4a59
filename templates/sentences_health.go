package templates

// healthSentences are what needs attention; those that end in "do" say what to
// do about it.
var healthSentences = map[string]string{
	"warning.certificate":      "The TLS certificate of {host} ({name}) ends on {day}.",
	"warning.certificate.do":   "Tell the people who run it; when it has ended, nobody can sign in there.",
	"warning.changed":          "{name} is not what it was ({cause}).",
	"warning.changed.do":       "Compare its Base URL and issuer with the login key. An issuer that changes without notice may be somebody else.",
	"warning.join":             "{name} has not let this hub in ({status}).",
	"warning.join.do":          "Ask its administrator to approve this hub, then ask again on the page of the login key.",
	"warning.join.unasked":     "{name} has not let this hub in (it was never asked).",
	"warning.moved":            "Endpoints of {name} are on other hosts now: {hosts}.",
	"warning.moved.do":         "Find out whether that is meant; if so, add the hosts to the login key. Until then nobody can sign in there.",
	"warning.secret.do":        "Make a new one there, and enter it in the login key.",
	"warning.secret.ended":     "The client secret at {name} ended on {day}.",
	"warning.secret.ends":      "The client secret at {name} ends on {day}.",
	"warning.line":             "{what} {do}",
	"warning.secret.short":     "The client secret at {name} is short: whoever sees one ID token of the site can find it by trying.",
	"warning.secret.short.do":  "Update the site, make a new secret there, and enter it in the login key.",
	"warning.server.keys":      "None of the keys that you approved for the server {host} is published any more.",
	"warning.server.keys.do":   "Ask its administrator whether that was meant, and approve it again.",
	"warning.server.unread":    "The metadata document or the keys of the server {host} can't be read ({cause}).",
	"warning.server.unread.do": "Its people can't sign in here until that works again. Tell its administrator.",
	"warning.signing":          "Signing keys",
	"warning.signing.old":      "The {alg} key that this hub signs with is in use since {day}.",
	"warning.signing.old.do":   "Rotate the signing keys, and let them be replaced by schedule.",
	"warning.silent":           "{name} doesn't answer ({cause}).",
	"warning.silent.do":        "Try its address in a browser; if it is up, look at the network between it and this hub.",
	"warning.untrusted":        "What {name} says of itself can't be used ({cause}).",
	"warning.untrusted.do":     "Tell the people who run it.",
	"warning.roles":            "Of some people {name} does not say any more which groups they are in, only that another place knows. Their roles of before stay until {day} at most; that of administrator has ended.",
	"warning.roles.admin":      "Of some people {name} does not say any more which groups they are in, only that another place knows. That of administrator has ended.",
	"warning.roles.ended":      "Roles of people from {name} ended on {day}, because it had not said for 14 days which groups they are in.",
	"warning.roles.do":         "Have it send fewer groups or app roles instead (in Entra ID: groups assigned to the application), and let those people sign in again. Who they are stands in the log and the audit, under roles.unknown and roles.lapsed.",

	"warning.outgoing":    "The proxy {address} judges alone which addresses this hub fetches from ({setting}).",
	"warning.outgoing.do": "It must let nothing reach inner networks. Where the hub can resolve names itself, take {setting} away.",

	"warning.proxy.unlisted":    "{address} sends X-Forwarded-For in many requests, and nobody said that it is a proxy of yours.",
	"warning.proxy.unlisted.do": "If it is, add it to FEDHUB_TRUSTED_PROXIES. Until then all who come through it are counted as one.",
	"warning.proxy.unnamed":     "The proxy {address} does not say in {header} whom it speaks for ({entry}).",
	"warning.proxy.unnamed.do":  "Let it write the visitor's address into {header}. Until then all who come through it are counted as one.",
}
