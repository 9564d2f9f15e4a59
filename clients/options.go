package clients

import "time"

// Requests are the rules for a client's authorization requests.
type Requests struct {
	Pushed           bool     `bson:"pushed,omitempty"`             // only by PAR (RFC 9126 §6)
	Signed           bool     `bson:"signed,omitempty"`             // only as a signed request object (RFC 9101 §10.5)
	URIs             []string `bson:"uris,omitempty"`               // where its request objects may be read (OIDC Registration §2)
	DefaultMaxAge    *int64   `bson:"default_max_age,omitempty"`    // seconds, where the request has no max_age
	RequireAuthTime  bool     `bson:"require_auth_time,omitempty"`  //
	DefaultACRValues []string `bson:"default_acr_values,omitempty"` //
	InitiateLoginURI string   `bson:"initiate_login_uri,omitempty"` // where others may start a sign-in (OIDC Core §4)
}

// Exchange is what a client may do with other clients' tokens (RFC 8693). It
// may always narrow its own.
type Exchange struct {
	From        []string `bson:"from,omitempty"` // clients whose tokens it may exchange; "*" is all
	Impersonate bool     `bson:"impersonate,omitempty"`
	Delegate    bool     `bson:"delegate,omitempty"`
}

// CIBA is how a client of back-channel authentication gets the answer (OpenID
// Connect CIBA §4).
type CIBA struct {
	Delivery        string `bson:"delivery,omitempty"` // "poll" or "ping"; empty means poll
	NotificationURI string `bson:"notification_uri,omitempty"`
}

// Registration is the extra data of a client that registered itself (RFC 7591).
type Registration struct {
	TokenHash       string    `bson:"token_hash,omitempty" secret:"hash"` // of its registration access token
	SoftwareID      string    `bson:"software_id,omitempty"`
	SoftwareVersion string    `bson:"software_version,omitempty"`
	Contacts        []string  `bson:"contacts,omitempty"`
	Statement       string    `bson:"statement,omitempty"` // the software statement, as it was sent
	Vouched         string    `bson:"vouched,omitempty"`   // who issued it
	At              time.Time `bson:"at,omitempty"`
	Network         string    `bson:"network,omitempty"`      // the network it came from, if no approval was needed
	UnusedSince     time.Time `bson:"unused_since,omitempty"` // when it registered; cleared when it first gets a token
}
