package templates

import "github.com/fedhub/fedhub/templates/locales"

// Fact is a fact about a step of a sign-in. Its name, and values that the
// program chose, are stored as codes; other values are data.
func Fact(name, value string) Row {
	row := Row{Name: locales.Stored(name), Value: locales.Stored(value)}
	if id, known := factNames[name]; known {
		row.Name = locales.Say(id)
	}
	values := factValues
	if name == "action" {
		values = factActions
	}
	if id, known := values[value]; known {
		row.Value = locales.Say(id)
	}
	return row
}

var factNames = map[string]string{
	"algorithm":                 "fact.algorithm",
	"answers name the issuer":   "fact.names-issuer",
	"authorization endpoint":    "fact.authorization-endpoint",
	"because":                   "fact.because",
	"behind it":                 "fact.cause",
	"claims":                    "fact.claims",
	"client authentication":     "fact.client-authentication",
	"client id":                 "fact.client-id",
	"code_verifier sent":        "fact.verifier-sent",
	"credentials":               "fact.credentials",
	"described as":              "fact.description",
	"email":                     "fact.email",
	"email verified":            "fact.email-verified",
	"email_verified":            "fact.email-verified",
	"email_verified by":         "fact.verified-by",
	"enabled there":             "fact.enabled",
	"endpoint":                  "fact.endpoint",
	"error description":         "fact.description",
	"host":                      "fact.host",
	"how it proved itself":      "fact.authentication",
	"hubs passed":               "fact.hubs",
	"issuer":                    "fact.issuer",
	"key id":                    "fact.key-id",
	"key set":                   "fact.key-set",
	"left out":                  "fact.left-out",
	"lifetime":                  "fact.lifetime",
	"name":                      "fact.name",
	"of them cut out of a text": "fact.cut",
	"redirect uri":              "fact.redirect-uri",
	"redirect_uri received":     "fact.redirect-received",
	"redirect URIs registered":  "fact.redirect-registered",
	"redirect_uri sent":         "fact.redirect-sent",
	"refresh token":             "fact.refresh-token",
	"roles elsewhere":           "fact.roles-elsewhere",
	"roles here":                "fact.roles-here",
	"roles there":               "fact.roles-there",
	"row":                       "fact.row",
	"action":                    "fact.action",
	"scopes":                    "fact.scopes",
	"secret":                    "fact.secret",
	"signature":                 "fact.signature",
	"signature algorithms":      "fact.signature-algorithms",
	"status":                    "fact.status",
	"subject":                   "fact.subject",
	"token endpoint":            "fact.token-endpoint",
	"userinfo endpoint":         "fact.userinfo-endpoint",
	"with":                      "fact.with",
}

var factValues = map[string]string{
	"yes":                       "tried.yes",
	"no":                        "tried.no",
	"a certificate":             "fact.value-by-certificate",
	"the Authorization header":  "fact.value-by-header",
	"client_secret in the body": "fact.value-by-body",
	"not at all":                "fact.value-by-nothing",
	"in the header":             "fact.value-in-header",
	"in the form":               "fact.value-in-form",
	"not an address":            "fact.value-no-address",
	"not checked: there is no client secret to check it with":                                                               "fact.value-unsigned",
	"short: anyone with an ID token can guess it. Create a new one at the site; if it is not longer, update the site first": "fact.value-short-secret",
	"your trust in this site; it says nothing itself":                                                                       "fact.value-by-trust",
	"unknown": "fact.value-unknown",
}

// factActions are the texts of linking.Action.
var factActions = map[string]string{
	"sign in":           "fact.action-sign-in",
	"link":              "fact.action-link",
	"confirm":           "fact.action-confirm",
	"confirm by mail":   "fact.action-confirm-by-mail",
	"create":            "fact.action-create",
	"create unverified": "fact.action-create-unverified",
	"refuse":            "fact.action-refuse",
}
