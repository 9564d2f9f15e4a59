package peer

// About is what a hub publishes about itself as the client of one peer key. All
// values except Name are absolute URLs.
type About struct {
	ClientID    string // the address of this document
	Name        string // of the hub, shown to the other administrator
	Issuer      string // the hub's front page
	Callback    string // the redirect URI
	SignedOut   string // the post-logout redirect URI
	Backchannel string // where logout tokens are posted
	JWKSURI     string
}

// A Document is a Client ID Metadata Document
// (draft-ietf-oauth-client-id-metadata-document §4) with the names of RFC 7591
// §2. It is served as JSON at its own client_id, and another hub needs nothing
// else.
type Document struct {
	ClientID                string   `json:"client_id"`
	ClientName              string   `json:"client_name"`
	ClientURI               string   `json:"client_uri"`
	ApplicationType         string   `json:"application_type"`
	RedirectURIs            []string `json:"redirect_uris"`
	PostLogoutRedirectURIs  []string `json:"post_logout_redirect_uris"`
	GrantTypes              []string `json:"grant_types"`
	ResponseTypes           []string `json:"response_types"`
	Scope                   string   `json:"scope"`
	TokenEndpointAuthMethod string   `json:"token_endpoint_auth_method"`
	TokenEndpointAuthAlg    string   `json:"token_endpoint_auth_signing_alg"`
	JWKSURI                 string   `json:"jwks_uri"`
	BackchannelLogoutURI    string   `json:"backchannel_logout_uri"`
	BackchannelLogoutSID    bool     `json:"backchannel_logout_session_required"`
	SoftwareID              string   `json:"software_id"`
}

// Metadata is the document of one peer key. Each key has its own document,
// because each has its own callback and its own logout endpoint, and a document
// can have only one of the latter.
func Metadata(a About) Document {
	return Document{
		ClientID:                a.ClientID,
		ClientName:              a.Name,
		ClientURI:               a.Issuer,
		ApplicationType:         "web",
		RedirectURIs:            []string{a.Callback},
		GrantTypes:              []string{"authorization_code", "refresh_token"},
		ResponseTypes:           []string{"code"},
		Scope:                   "openid profile email roles offline_access",
		TokenEndpointAuthMethod: "private_key_jwt", // no shared secret: §4.1 of the draft forbids it
		TokenEndpointAuthAlg:    "ES256",
		JWKSURI:                 a.JWKSURI,
		BackchannelLogoutURI:    a.Backchannel,
		BackchannelLogoutSID:    true,
		PostLogoutRedirectURIs:  []string{a.SignedOut},
		SoftwareID:              "fedhub",
	}
}
