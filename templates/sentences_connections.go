package templates

// connectionSentences are about this hub and another: how its request to be
// let in was answered, and why the other must be approved again.
var connectionSentences = map[string]string{
	"hub.held.keys":     "It published entirely new keys. That is what it would look like if someone else had taken over its address.",
	"hub.held.redirect": "It named a redirect URI on another host.",

	"join.active":           "{name} lets people sign in here.",
	"join.busy":             "{name} has too many requests right now. Try again later.",
	"join.rejected":         "{name} turned the request down.",
	"join.refused":          "The administrator of {name} said no. Ask them, then send the request again.",
	"join.removed":          "{name} doesn't know this site any more. Send the request again to be let in.",
	"join.requested":        "{name} has the request. Its administrator must approve this site; after that people can sign in.",
	"join.strange":          "{name} answered in a way that can't be used ({cause}).",
	"join.suspended":        "The administrator of {name} has stopped sign-ins to this site for now.",
	"join.unaccepted":       "{name} didn't accept the request. If you used an invite, it may be used up or out of date.",
	"join.unchecked":        "{name} could not check who this site is. It must be able to read {address}, and the clocks of both must agree.",
	"join.unreachable":      "{name} can't be reached from this server ({cause}). It will be asked again.",
	"join.unsupported":      `{name} is not a fedhub, so it takes no requests from servers. Register this site there by hand as a client, and add it here with the kind "openid", its client id and its secret.`,
	"join.unsupported.apps": `{name} is not a fedhub, so it takes no requests from servers. Register this site there by hand as a client, and add it here with the kind "openid", its client id and its secret. It lets apps register themselves (RFC 7591), so its administrator may have a token for that instead.`,
}
