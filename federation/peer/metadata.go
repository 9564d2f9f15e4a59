package peer

// About is what a hub tells the world about itself as the client of one peer
// key. All are absolute URLs but Name.
type About struct {
	ClientID    string // where this document is served
	Name        string // of the hub, shown to the other administrator
	Issuer      string // the hub's front page
	Callback    string // where people come back to
	SignedOut   string // where they come back to when they have signed out there
	Backchannel string // where logout tokens are posted
	JWKSURI     string
}

// A Document is a Client ID Metadata Document
// (draft-ietf-oauth-client-id-metadata-document §4) in the words of RFC 7591
// §2. Served as JSON at its own client_id, it is all that another hub needs to
// know us.
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

// Metadata is the document of one peer key. There is one for each key, because
// each has its own callback and its own address for logout tokens, and a
// document has room for one of the latter.
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
		TokenEndpointAuthMethod: "private_key_jwt", // no shared secret: the draft's §4.1 forbids one
		TokenEndpointAuthAlg:    "ES256",
		JWKSURI:                 a.JWKSURI,
		BackchannelLogoutURI:    a.Backchannel,
		BackchannelLogoutSID:    true,
		PostLogoutRedirectURIs:  []string{a.SignedOut},
		SoftwareID:              "fedhub",
	}
}
