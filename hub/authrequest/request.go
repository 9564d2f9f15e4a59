package authrequest

import (
	"time"

	"github.com/fedhub/fedhub/hub/oauth"
)

// A Request is an authorization request that was checked (RFC 6749 §4.1.1,
// OIDC Core §3.1.2.1). It never changes once a flow has begun.
type Request struct {
	ClientID     string         `bson:"clientId"`
	RedirectURI  string         `bson:"redirectUri"`  // where the answer goes
	RedirectSent string         `bson:"redirectSent"` // the parameter as sent, "" if it was left out
	Response     oauth.Response `bson:"response"`
	Mode         oauth.Mode     `bson:"mode"` // how the answer travels
	Scopes       []string       `bson:"scopes"`
	State        string         `bson:"state"`
	Nonce        string         `bson:"nonce"`
	Challenge    string         `bson:"challenge"`
	Prompt       oauth.Prompt   `bson:"prompt"`
	MaxAge       *int64         `bson:"maxAge"`             // seconds; nil if not asked for
	AuthTime     bool           `bson:"authTime,omitempty"` // the answer must say when the person signed in
	LoginHint    string         `bson:"loginHint"`
	ACRValues    string         `bson:"acrValues"`
	UILocales    string         `bson:"uiLocales"`
	IDP          string         `bson:"idp,omitempty"` // login key that the app wants its people to sign in with

	// Subject is whom the client means, by the name it knows them by; empty:
	// anybody. ACRs are how they must have signed in, if not empty: any of
	// them will do.
	Subject string   `bson:"subject,omitempty"`
	ACRs    []string `bson:"acrs,omitempty"`

	Claims    string   `bson:"claims,omitempty"`    // the claims parameter, JSON (OIDC Core §5.5)
	Resources []string `bson:"resources,omitempty"` // RFC 8707
	Details   string   `bson:"details,omitempty"`   // authorization_details, JSON (RFC 9396)
	JKT       string   `bson:"jkt,omitempty"`       // DPoP key the code is bound to (RFC 9449 §10)
	Pushed    string   `bson:"pushed,omitempty"`    // id of the pushed request it is (RFC 9126)

	// Via are the hubs the request already passed, for loop detection, and
	// Trace the reference that the last of them has for it.
	Via   []string `bson:"via"`
	Trace string   `bson:"trace,omitempty"`

	// App is what the hub that asks calls the app of its own that it asks for:
	// for show alone, on pages that name that hub too.
	App string `bson:"app,omitempty"`
}

// Life is how long a person may take to answer one: long enough to find a
// password.
const Life = 30 * time.Minute
