package authrequest

import (
	"time"

	"github.com/fedhub/fedhub/hub/oauth"
)

// A Request is a checked authorization request (RFC 6749 §4.1.1, OIDC Core
// §3.1.2.1). It does not change once a flow has begun.
type Request struct {
	ClientID     string         `bson:"clientId"`
	RedirectURI  string         `bson:"redirectUri"`  // where the answer goes
	RedirectSent string         `bson:"redirectSent"` // the parameter as sent, "" if omitted
	Response     oauth.Response `bson:"response"`
	Mode         oauth.Mode     `bson:"mode"` // the response mode
	Scopes       []string       `bson:"scopes"`
	State        string         `bson:"state"`
	Nonce        string         `bson:"nonce"`
	Challenge    string         `bson:"challenge"`
	Prompt       oauth.Prompt   `bson:"prompt"`
	MaxAge       *int64         `bson:"maxAge"`             // seconds; nil if not requested
	AuthTime     bool           `bson:"authTime,omitempty"` // the answer must contain auth_time
	LoginHint    string         `bson:"loginHint"`
	ACRValues    string         `bson:"acrValues"`
	UILocales    string         `bson:"uiLocales"`
	IDP          string         `bson:"idp,omitempty"` // login key that the app wants for sign-in

	// Subject is the sub that the client requests; empty: any user. ACRs, if
	// not empty, are the acceptable authentication context classes.
	Subject string   `bson:"subject,omitempty"`
	ACRs    []string `bson:"acrs,omitempty"`

	Claims    string   `bson:"claims,omitempty"`    // the claims parameter, JSON (OIDC Core §5.5)
	Resources []string `bson:"resources,omitempty"` // RFC 8707
	Agreed    []string `bson:"agreed,omitempty"`    // the names of these APIs in a consent
	Details   string   `bson:"details,omitempty"`   // authorization_details, JSON (RFC 9396)
	JKT       string   `bson:"jkt,omitempty"`       // id of the pushed request (RFC 9126)
	Pushed    string   `bson:"pushed,omitempty"`    // id of the pushed request it is (RFC 9126)

	// Via are the hubs that the request has passed, for loop detection, and
	// Trace is the last hub's reference for it.
	Via   []string `bson:"via"`
	Trace string   `bson:"trace,omitempty"`

	// App is the forwarding hub's name of its app, for display only, on pages
	// that also name that hub.
	App string `bson:"app,omitempty"`
}

// Life is how long a user may take to answer: long enough to find a password.
const Life = 30 * time.Minute
