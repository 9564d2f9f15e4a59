// Package algs holds the algorithms that a client chose and checks them against
// what the hub supports. It knows no client: the rules get what they need as
// arguments.
package algs

// Chosen are the algorithms for what the hub signs or encrypts for a client and
// the reverse, by their names in RFC 7518. Empty means unsigned where that is
// possible, or else the hub's choice.
type Chosen struct {
	IDTokenEnc       Encryption `bson:"id_token_enc,omitempty"`      // OIDC Registration §2
	Userinfo         string     `bson:"userinfo,omitempty"`          // OIDC Registration §2
	UserinfoEnc      Encryption `bson:"userinfo_enc,omitempty"`      //
	Authorization    string     `bson:"authorization,omitempty"`     // JARM §3
	AuthorizationEnc Encryption `bson:"authorization_enc,omitempty"` //
	Introspection    string     `bson:"introspection,omitempty"`     // RFC 9701 §6
	IntrospectionEnc Encryption `bson:"introspection_enc,omitempty"` //
	Request          string     `bson:"request,omitempty"`           // request objects: OIDC Registration §2, RFC 9101 §10
	RequestEnc       Encryption `bson:"request_enc,omitempty"`       //
	Assertion        string     `bson:"assertion,omitempty"`         // client assertions: OIDC Registration §2
	CIBARequest      string     `bson:"ciba_request,omitempty"`      // CIBA §4
}

// Encryption is the alg and enc of a JWE header. Without an Alg nothing is
// encrypted; without an Enc it is A128CBC-HS256 (OIDC Registration §2).
type Encryption struct {
	Alg string `bson:"alg,omitempty"`
	Enc string `bson:"enc,omitempty"`
}

// Means are the keys and secrets of a client.
type Means struct {
	Method        string // its authentication method
	Secret        bool   // it authenticates with a secret
	JWKS, JWKSURI string // the keys that it publishes
}
