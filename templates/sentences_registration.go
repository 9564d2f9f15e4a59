package templates

var registrationSentences = map[string]string{
	"document.address.bad":        "its address is not one that a metadata document can have",
	"document.address.elsewhere":  `it names "{address}", which is not at {host}`,
	"document.auth_method.bad":    "its token_endpoint_auth_method must be {method}",
	"document.client_id.bad":      `its client_id is "{id}", which is not the address it was read from`,
	"document.grant_types.bad":    "its grant_types must contain authorization_code",
	"document.host.bad":           "this hub takes no documents from {host} unless its administrator allows it",
	"document.keys.encrypting":    "the keys it names are only good to encrypt to",
	"document.keys.unread":        "the keys it names could not be read",
	"document.long":               "it could not be read: the address must answer 200 with application/json of at most {max} KB, without a redirect",
	"document.many":               "this hub knows too many clients by their documents already; try again tomorrow, or ask its administrator to register this one",
	"document.own":                "it is this hub's own, and a hub cannot be a client of itself",
	"document.redirect.elsewhere": `its redirect URI "{address}" is not at {host}`,
	"document.response_types.bad": "its response_types must contain code",
	"document.secret":             "it must not contain {member}",

	"registration.metadata.bad":           "the client metadata cannot be used: {cause}",
	"registration.response_types.grant":   "response_types contains {response}, which needs the grant type {grant}",
	"registration.response_types.missing": "response_types is missing; the grant type implicit needs id_token, token or both",
	"registration.members.unknown":        "It has members that are not known here: {members}; fedhub client show prints an app with those that are.",
	"registration.scope.unknown":          "scope names nothing that an app can register for here; there are {scopes}",
	"registration.statement.bad":          "the software statement is not a JWT",
	"registration.statement.issuer":       "the software statement has no iss",
	"registration.statement.refused":      "the software statement is not accepted: {cause}",
	"registration.statement.stranger":     "the software statement is by an issuer that this hub does not trust",
	"registration.statement.unverified":   "the software statement could not be verified",
}
