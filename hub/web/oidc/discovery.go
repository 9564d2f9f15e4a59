package oidc

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/requestobject"
	"github.com/fedhub/fedhub/hub/dpop"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/templates/locales"
)

// metadata is the document of OpenID Connect Discovery §3 and RFC 8414 §2. It
// lists only what the hub supports.
type metadata struct {
	Issuer                string   `json:"issuer"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	TokenEndpoint         string   `json:"token_endpoint"`
	PushedEndpoint        string   `json:"pushed_authorization_request_endpoint"`
	PushedRequired        bool     `json:"require_pushed_authorization_requests"`
	UserinfoEndpoint      string   `json:"userinfo_endpoint"`
	JWKSURI               string   `json:"jwks_uri"`
	RevocationEndpoint    string   `json:"revocation_endpoint"`
	IntrospectionEndpoint string   `json:"introspection_endpoint"`
	EndSessionEndpoint    string   `json:"end_session_endpoint"`
	CheckSessionIframe    string   `json:"check_session_iframe"`
	DeviceEndpoint        string   `json:"device_authorization_endpoint"`
	BackEndpoint          string   `json:"backchannel_authentication_endpoint"` // CIBA §4
	BackDelivery          []string `json:"backchannel_token_delivery_modes_supported"`
	BackAlgs              []string `json:"backchannel_authentication_request_signing_alg_values_supported"`
	BackUserCode          bool     `json:"backchannel_user_code_parameter_supported"`
	RegistrationEndpoint  string   `json:"registration_endpoint,omitempty"`
	Scopes                []string `json:"scopes_supported"`
	Claims                []string `json:"claims_supported"`
	ResponseTypes         []string `json:"response_types_supported"`
	ResponseModes         []string `json:"response_modes_supported"`
	GrantTypes            []string `json:"grant_types_supported"`
	SubjectTypes          []string `json:"subject_types_supported"`
	IDTokenAlgs           []string `json:"id_token_signing_alg_values_supported"`
	IDTokenEncAlgs        []string `json:"id_token_encryption_alg_values_supported"`
	IDTokenEncEncs        []string `json:"id_token_encryption_enc_values_supported"`
	UserinfoAlgs          []string `json:"userinfo_signing_alg_values_supported"`
	UserinfoEncAlgs       []string `json:"userinfo_encryption_alg_values_supported"`
	UserinfoEncEncs       []string `json:"userinfo_encryption_enc_values_supported"`
	RequestAlgs           []string `json:"request_object_signing_alg_values_supported"`
	RequestEncAlgs        []string `json:"request_object_encryption_alg_values_supported"`
	RequestEncEncs        []string `json:"request_object_encryption_enc_values_supported"`
	ResponseAlgs          []string `json:"authorization_signing_alg_values_supported"` // JARM §4
	ResponseEncAlgs       []string `json:"authorization_encryption_alg_values_supported"`
	ResponseEncEncs       []string `json:"authorization_encryption_enc_values_supported"`
	ChallengeMethods      []string `json:"code_challenge_methods_supported"`
	TokenAuth             []string `json:"token_endpoint_auth_methods_supported"`
	TokenAuthAlgs         []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	RevocationAuth        []string `json:"revocation_endpoint_auth_methods_supported"`
	RevocationAuthAlgs    []string `json:"revocation_endpoint_auth_signing_alg_values_supported"`
	IntrospectionAuth     []string `json:"introspection_endpoint_auth_methods_supported"`
	IntrospectionAuthAlgs []string `json:"introspection_endpoint_auth_signing_alg_values_supported"`
	DPoPAlgs              []string `json:"dpop_signing_alg_values_supported"`          // RFC 9449 §5.1
	IntrospectionAlgs     []string `json:"introspection_signing_alg_values_supported"` // RFC 9701 §7
	IntrospectionEncAlgs  []string `json:"introspection_encryption_alg_values_supported"`
	IntrospectionEncEncs  []string `json:"introspection_encryption_enc_values_supported"`
	Prompts               []string `json:"prompt_values_supported"`
	ACRs                  []string `json:"acr_values_supported"`
	ClaimTypes            []string `json:"claim_types_supported"`
	UILocales             []string `json:"ui_locales_supported"`

	// RFC 8705 §3.3, §5
	CertificateBound bool              `json:"tls_client_certificate_bound_access_tokens"`
	Aliases          map[string]string `json:"mtls_endpoint_aliases,omitempty"`

	ClaimsParameter          bool `json:"claims_parameter_supported"`
	RequestParameter         bool `json:"request_parameter_supported"`
	RequestURIParameter      bool `json:"request_uri_parameter_supported"`
	RequestURIRegistration   bool `json:"require_request_uri_registration"`
	AuthorizationResponseIss bool `json:"authorization_response_iss_parameter_supported"`
	FrontchannelLogout       bool `json:"frontchannel_logout_supported"`
	FrontchannelLogoutSID    bool `json:"frontchannel_logout_session_supported"`
	BackchannelLogout        bool `json:"backchannel_logout_supported"`
	BackchannelLogoutSID     bool `json:"backchannel_logout_session_supported"`
	ClientIDMetadata         bool `json:"client_id_metadata_document_supported"`

	// Where another hub requests a connection.
	ServersEndpoint string `json:"fedhub_servers_endpoint"`
	HubName         string `json:"fedhub_name"`
}

// Discovery serves both well-known addresses with one document (RFC 8414 §5).
func (d *Handler) Discovery(c *gin.Context) error {
	body, err := d.Document(c.Request.Context())
	if err != nil {
		return err
	}
	forEverybody(c, "public, max-age=300")
	c.Data(http.StatusOK, "application/json; charset=utf-8", body)
	return nil
}

// Document is the metadata as JSON.
func (d *Handler) Document(ctx context.Context) ([]byte, error) {
	current, err := d.Settings.Current(ctx)
	if err != nil {
		return nil, err
	}
	return d.documents.metadata(current, d.metadata)
}

func (d *Handler) metadata(current settings.Settings) metadata {
	at := func(path string) string { return d.Issuer + path }
	secretOrKey := d.ClientAuth.Methods()
	algs := clientauth.AssertionAlgs(secretOrKey...)
	signs := d.Signing.Offered(clientauth.SigningAlgs())
	m := metadata{
		Issuer:                d.Issuer,
		AuthorizationEndpoint: at("/oauth2/authorize"),
		TokenEndpoint:         at("/oauth2/token"),
		PushedEndpoint:        at("/oauth2/par"),
		PushedRequired:        current.RequirePushed,
		UserinfoEndpoint:      at("/oauth2/userinfo"),
		JWKSURI:               at("/oauth2/jwks"),
		RevocationEndpoint:    at("/oauth2/revoke"),
		IntrospectionEndpoint: at("/oauth2/introspect"),
		EndSessionEndpoint:    at("/oauth2/logout"),
		CheckSessionIframe:    at("/oauth2/session"),
		DeviceEndpoint:        at("/oauth2/device_authorization"),
		BackEndpoint:          at("/oauth2/bc-authorize"),
		BackDelivery:          []string{"poll", "ping"},
		BackAlgs:              requestobject.BackchannelAlgs(),
		ResponseTypes:         oauth.Responses(),
		ResponseModes:         oauth.Modes(),
		GrantTypes:            []string{"authorization_code", "implicit", "refresh_token", "client_credentials", clients.GrantDevice, clients.GrantExchange, clients.GrantCIBA, clients.GrantJWT},
		SubjectTypes:          []string{clients.Public, clients.Pairwise},
		IDTokenAlgs:           signs,
		IDTokenEncAlgs:        clientauth.EncryptionAlgs(),
		IDTokenEncEncs:        clientauth.EncryptionEncs(),
		UserinfoAlgs:          signs,
		UserinfoEncAlgs:       clientauth.EncryptionAlgs(),
		UserinfoEncEncs:       clientauth.EncryptionEncs(),
		RequestAlgs:           requestobject.Algs(),
		RequestEncAlgs:        signing.DecryptionAlgs(),
		RequestEncEncs:        signing.DecryptionEncs(),
		ResponseAlgs:          signs,
		ResponseEncAlgs:       clientauth.EncryptionAlgs(),
		ResponseEncEncs:       clientauth.EncryptionEncs(),
		ChallengeMethods:      []string{oauth.S256},
		TokenAuth:             append(slices.Clone(secretOrKey), clientauth.MethodNone),
		TokenAuthAlgs:         algs,
		RevocationAuth:        append(slices.Clone(secretOrKey), clientauth.MethodNone),
		RevocationAuthAlgs:    algs,
		IntrospectionAuth:     secretOrKey,
		IntrospectionAuthAlgs: algs,
		IntrospectionAlgs:     signs,
		IntrospectionEncAlgs:  clientauth.EncryptionAlgs(),
		IntrospectionEncEncs:  clientauth.EncryptionEncs(),
		DPoPAlgs:              dpop.Algs(),
		Prompts:               []string{"none", "login", "consent", "select_account"},
		ACRs:                  []string{sessions.ACROneFactor, sessions.ACRTwoFactors},
		ClaimTypes:            []string{"normal"},
		UILocales:             locales.Tags(),

		RequestParameter:         true,
		RequestURIParameter:      true,
		RequestURIRegistration:   true,
		ClaimsParameter:          true,
		AuthorizationResponseIss: true,
		FrontchannelLogout:       true,
		FrontchannelLogoutSID:    true,
		BackchannelLogout:        true,
		BackchannelLogoutSID:     true,
		ClientIDMetadata:         true,
		ServersEndpoint:          at("/oauth2/servers"),
		HubName:                  current.HubName,
	}
	if current.Registration != settings.RegistrationOff {
		m.RegistrationEndpoint = at("/oauth2/register")
	}
	m.Claims = []string{"iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "s_hash", "sid"}
	m.CertificateBound, m.Aliases = d.Certificates, m.aliases(d.Issuer, d.Alias)
	for _, s := range tokens.Scopes() {
		m.Scopes = append(m.Scopes, s.Name)
		m.Claims = append(m.Claims, s.Claims...)
	}
	return m
}

// aliases are the endpoints that request client certificates, if their host is
// another one (RFC 8705 §5).
func (m metadata) aliases(issuer, alias string) map[string]string {
	if alias == "" {
		return nil
	}
	all := map[string]string{}
	for name, address := range map[string]string{
		"token_endpoint": m.TokenEndpoint, "userinfo_endpoint": m.UserinfoEndpoint,
		"revocation_endpoint": m.RevocationEndpoint, "introspection_endpoint": m.IntrospectionEndpoint,
		"pushed_authorization_request_endpoint": m.PushedEndpoint, "device_authorization_endpoint": m.DeviceEndpoint,
		"backchannel_authentication_endpoint": m.BackEndpoint,
	} {
		all[name] = alias + strings.TrimPrefix(address, issuer)
	}
	return all
}

// forEverybody allows pages of any origin to read a public document.
func forEverybody(c *gin.Context, caching string) {
	c.Header("Access-Control-Allow-Origin", "*")
	c.Header("Cache-Control", caching)
	c.Writer.Header().Del("Pragma")
}

// JWKS serves the public keys (RFC 7517 §5).
func (d *Handler) JWKS(c *gin.Context) error {
	body, err := d.Signing.JWKS(c.Request.Context())
	if err != nil {
		return err
	}
	forEverybody(c, "public, max-age=300")
	c.Data(http.StatusOK, "application/jwk-set+json", body)
	return nil
}
