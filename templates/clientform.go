package templates

import (
	"slices"

	"github.com/fedhub/fedhub/templates/locales"
)

// A ClientForm is the settings of a client, as typed. The comment of each field
// is the name of its control; lists have one item per line unless the comment
// says otherwise.
type ClientForm struct {
	Name               string // app_name
	RedirectURIs       string // redirect_uris
	DefaultRedirectURI string // default_redirect_uri
	Scopes             string // scopes, separated by spaces
	SkipAuthorization  bool   // skip_authorization
	HighSecurity       string // high_security: "", "fapi2" or "fapi2-message-signing"
	Disabled           bool   // disabled

	// Grant and response types.
	Type               string // type, key of a ClientType
	GrantType          string // grant_type: "Authorization Code", "Implicit" or ""
	ResponseType       string // response_type: "Code" or "Token"
	RefreshTokens      bool   // refresh_tokens
	ClientCredentials  bool   // client_credentials
	PKCE               string // pkce: "always", "nonce" or "optional"
	OpenIDMeansProfile bool   // openid_means_profile

	// Response types and grants.
	Responses           []string // response_types: Value of each Choice that is ticked
	Grants              []string // grants: likewise
	ExchangeFrom        string   // exchange_from
	ExchangeImpersonate bool     // exchange_impersonate
	ExchangeDelegate    bool     // exchange_delegate
	CIBADelivery        string   // ciba_delivery: "", "poll" or "ping"
	CIBANotificationURI string   // ciba_notification_uri
	CIBARequestAlg      string   // ciba_request_alg

	// Client authentication.
	AuthMethod   string // auth_method, as in RFC 7591 §2
	AssertionAlg string // assertion_alg
	JWKSURI      string // jwks_uri
	JWKS         string // jwks, as JSON
	TLSSubjectDN string // tls_subject_dn
	TLSDNS       string // tls_dns
	TLSURI       string // tls_uri
	TLSIP        string // tls_ip
	TLSEmail     string // tls_email

	// Tokens.
	IDTokenAlg          string // id_token_alg
	IDToken             Sealing
	UserinfoAlg         string // userinfo_alg
	Userinfo            Sealing
	AuthorizationAlg    string // authorization_alg
	Authorization       Sealing
	IntrospectionAlg    string // introspection_alg
	Introspection       Sealing
	IDTokenClaims       bool   // id_token_claims
	OpaqueTokens        bool   // opaque_tokens
	DPoPBound           bool   // dpop_bound
	CertificateBound    bool   // certificate_bound
	SubjectType         string // subject_type: "", "public" or "pairwise"
	SectorIdentifierURI string // sector_identifier_uri
	Resources           string // resources
	Serves              string // serves
	DetailTypes         string // detail_types, separated by spaces

	// Requests.
	RequirePushed    bool   // require_pushed
	RequireSigned    bool   // require_signed
	RequestAlg       string // request_alg
	Request          Sealing
	RequestURIs      string // request_uris
	DefaultMaxAge    string // default_max_age, in seconds
	RequireAuthTime  bool   // require_auth_time
	DefaultACRValues string // default_acr_values, separated by spaces
	InitiateLoginURI string // initiate_login_uri
	Origins          string // origins

	// Who may use it, and what users see.
	AllowedRoles string // allowed_roles, one per line
	SecondFactor bool   // second_factor
	ClientURI    string // client_uri
	LogoURI      string // logo_uri
	PolicyURI    string // policy_uri
	TosURI       string // tos_uri
	Site         bool   // it is a Frappe site
	SendErrors   bool   // send_errors, of a Frappe site

	// Signing out.
	FrontchannelLogoutURI     string // frontchannel_logout_uri
	FrontchannelLogoutSession bool   // frontchannel_logout_session
	BackchannelLogoutURI      string // backchannel_logout_uri
	BackchannelLogoutSession  bool   // backchannel_logout_session
	PostLogoutRedirectURIs    string // post_logout_redirect_uris

	Open  []string // sections that are open, by their names on the page
	Names Names
}

// A Sealing is the encryption to the client: the controls of the part "signed"
// with the suffixes _enc and _enc_content.
type Sealing struct{ Key, Content string }

// Names are what the hub supports: authentication methods and algorithms (RFC
// 7518 §3 to §5).
type Names struct {
	Methods  []string // empty for all
	Signing  []string // of the hub's signatures
	Proving  []string // of the client's signatures
	Wrapping []string // of encrypted keys
	Content  []string
}

// Shows reports whether a section is open.
func (f ClientForm) Shows(section string) bool { return slices.Contains(f.Open, section) }

// A Choice is one check box of several.
type Choice struct {
	ID    string // of the box; it is its name too
	Value string
	Label locales.Text
	Hint  locales.Text
}

// ResponseChoices are the response types, by their protocol names.
func ResponseChoices() []Choice {
	return []Choice{
		{ID: "response-code", Value: "code", Label: locales.Say("clientform.code")},
		{ID: "response-none", Value: "none", Label: locales.Say("clientform.none")},
		{ID: "response-code-id_token", Value: "code id_token", Label: locales.Say("clientform.code-id-token")},
		{ID: "response-code-token", Value: "code token", Label: locales.Say("clientform.code-token")},
		{ID: "response-code-id_token-token", Value: "code id_token token", Label: locales.Say("clientform.code-id-token-token")},
		{ID: "response-id_token", Value: "id_token", Label: locales.Say("clientform.id-token")},
		{ID: "response-id_token-token", Value: "id_token token", Label: locales.Say("clientform.id-token-token")},
		{ID: "response-token", Value: "token", Label: locales.Say("clientform.token")},
	}
}

// GrantChoices are the grants in addition to the Grant Type.
func GrantChoices() []Choice {
	const urn = "urn:ietf:params:oauth:grant-type:"
	return []Choice{
		{"grant-device", urn + "device_code", locales.Say("clientform.grant-device"), locales.Say("clientform.grant-device-hint")},
		{"grant-exchange", urn + "token-exchange", locales.Say("clientform.grant-exchange"), locales.Say("clientform.grant-exchange-hint")},
		{"grant-jwt", urn + "jwt-bearer", locales.Say("clientform.grant-jwt"), locales.Say("clientform.grant-jwt-hint")},
		{"grant-ciba", "urn:openid:params:grant-type:ciba", locales.Say("clientform.grant-ciba"), locales.Say("clientform.grant-ciba-hint")},
	}
}

// A Box is a choice and whether it is ticked.
type Box struct {
	Choice
	On bool
}

func boxes(choices []Choice, on []string) []Box {
	var all []Box
	for _, choice := range choices {
		all = append(all, Box{choice, slices.Contains(on, choice.Value)})
	}
	return all
}

// ResponseBoxes and GrantBoxes are the check boxes of the form.
func (f ClientForm) ResponseBoxes() []Box { return boxes(ResponseChoices(), f.Responses) }

// GrantBoxes is described with ResponseBoxes.
func (f ClientForm) GrantBoxes() []Box { return boxes(GrantChoices(), f.Grants) }
