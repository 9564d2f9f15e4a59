package clients

import (
	"reflect"
	"slices"

	"github.com/fedhub/fedhub/internal/forms"
)

// A Setter is who may set a property of a client; several are joined by |.
type Setter uint8

// The setters. A property without any is set by the hub only.
const (
	ByForm         Setter = 1 << iota // an administrator, on the client's page
	ByFlag                            // an operator, by a flag of "client add"; others are set by --from-json
	ByRegistration                    // the client, when it registers itself (RFC 7591), or what follows from that
	ByDocument                        // likewise the metadata document that an app publishes
	ByHub                             // the metadata document of a federated hub
)

const (
	bySelf  = ByRegistration | ByDocument
	byAdmin = ByForm | ByFlag
)

// A Property is one stored property of a client. Properties lists all of them.
type Property struct {
	Stored   string // its path in the database record
	Metadata string // the member of client metadata; empty: none
	Control  string // the form control, and the field of its forms.Problems; empty: Stored
	Setters  Setter
	Imported string // its name in imports; empty: imports do not set it
	place    func(*Client) any
	rule     func(Client, bool) forms.Problems // checked by Validate; free: any value of its type; nil: only the hub writes it
}

// Properties lists all properties of a client, in the order in which an import
// reports differences.
func Properties() []Property { return slices.Clone(properties) }

// By reports whether a setter may set the property.
func (p Property) By(s Setter) bool { return p.Setters&s != 0 }

// Of returns a pointer to the property's value in a client.
func (p Property) Of(c *Client) any { return p.place(c) }

// free is the rule of a property that accepts any value.
func free(Client, bool) forms.Problems { return nil }

func (p Property) value(c *Client) reflect.Value { return reflect.ValueOf(p.place(c)).Elem() }

// Same reports whether two clients have the same value. Nil and an empty list
// are equal.
func (p Property) Same(a, b Client) bool {
	if p.Stored == "frappe" {
		return a.site() == b.site()
	}
	one, other := p.value(&a), p.value(&b)
	if one.Kind() == reflect.Slice && one.Len() == 0 && other.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(one.Interface(), other.Interface())
}

// CopyTo copies the property. Afterwards the clients share its memory.
func (p Property) CopyTo(to *Client, from Client) {
	if p.Stored == "frappe" {
		to.takeSite(from)
		return
	}
	p.value(to).Set(p.value(&from))
}

// Take copies every property that the setter may set.
func (c *Client) Take(by Setter, from Client) {
	from = from.Clone()
	for _, p := range properties {
		if p.By(by) {
			p.CopyTo(c, from)
		}
	}
}

// properties is the single list of what is stored of a client. Forms, flags,
// metadata, imports and copies use it, and tests compare each of them with it.
// A missing setter is a decision: then there is no control, flag or member for
// the property.
var properties = []Property{
	// What it is, and where its answers go.
	{"id", "", "", ByFlag, "", func(c *Client) any { return &c.ID }, free}, // checked by Registry.Add
	{"name", "client_name", "app_name", bySelf | byAdmin | ByHub, "App Name", func(c *Client) any { return &c.Name }, checkName},
	{"type", "application_type", "", bySelf | byAdmin, "type", func(c *Client) any { return &c.Type }, checkType},
	{"auth_method", "token_endpoint_auth_method", "", bySelf | byAdmin, "authentication method", func(c *Client) any { return &c.AuthMethod }, checkMethod},
	{"redirect_uris", "redirect_uris", "", bySelf | byAdmin | ByHub, "Redirect URIs", func(c *Client) any { return &c.RedirectURIs }, checkRedirects},
	{"default_redirect_uri", "", "", bySelf | byAdmin, "Default Redirect URI", func(c *Client) any { return &c.DefaultRedirectURI }, checkDefault},
	{"grant_types", "grant_types", "grant_type", bySelf | byAdmin, "Grant Types", func(c *Client) any { return &c.GrantTypes }, checkGrantTypes},
	{"response_types", "response_types", "", bySelf | byAdmin, "Response Types", func(c *Client) any { return &c.ResponseTypes }, checkResponses},
	{"scopes", "scope", "", bySelf | byAdmin, "Scopes", func(c *Client) any { return &c.Scopes }, checkScopes},
	{"openid_means_profile", "", "", byAdmin, "meaning of openid", func(c *Client) any { return &c.OpenIDMeansProfile }, free},
	{"pkce", "", "", byAdmin, "state of PKCE", func(c *Client) any { return &c.PKCE }, checkPKCE},
	{"pkce_optional", "", "", ByRegistration | ByFlag, "PKCE", func(c *Client) any { return &c.PKCEOptional }, checkPKCE},
	{"skip_authorization", "", "", byAdmin, "Skip Authorization", func(c *Client) any { return &c.SkipAuthorization }, checkTrust},
	{"allowed_roles", "", "", byAdmin, "Allowed Roles", func(c *Client) any { return &c.AllowedRoles }, checkRoles},
	{"second_factor", "", "", byAdmin, "", func(c *Client) any { return &c.SecondFactor }, free},
	{"id_token_alg", "id_token_signed_response_alg", "", bySelf | byAdmin, "ID token algorithm", func(c *Client) any { return &c.IDTokenAlg }, checkAlgs},
	{"id_token_claims", "", "", bySelf | byAdmin, "claims in ID tokens", func(c *Client) any { return &c.IDTokenClaims }, free}, // no metadata names it, so a declaration clears it
	{"claims", "", "", ByFlag, "", func(c *Client) any { return &c.Claims }, checkClaims},                                       // on a page of its own
	{"registration.contacts", "contacts", "", bySelf, "contacts", func(c *Client) any { return &c.Registration.Contacts }, free},
	{"registration.software_id", "software_id", "", bySelf, "software id", func(c *Client) any { return &c.Registration.SoftwareID }, free},
	{"registration.software_version", "software_version", "", bySelf, "software version", func(c *Client) any { return &c.Registration.SoftwareVersion }, free},
	{"client_uri", "client_uri", "", bySelf | ByForm | ByHub, "Client URI", func(c *Client) any { return &c.ClientURI }, checkLinks},
	{"logo_uri", "logo_uri", "", bySelf | byAdmin | ByHub, "Logo URI", func(c *Client) any { return &c.LogoURI }, checkLinks},
	{"tos_uri", "tos_uri", "", bySelf | byAdmin | ByHub, "TOS URI", func(c *Client) any { return &c.TosURI }, checkLinks},
	{"policy_uri", "policy_uri", "", bySelf | byAdmin | ByHub, "Policy URI", func(c *Client) any { return &c.PolicyURI }, checkLinks},
	{"frappe", "", "", 0, "site", func(c *Client) any { return &c.Frappe }, checkFrappe}, // a command makes the whole client of a site
	{"frappe.send_errors", "", "send_errors", ByForm, "", func(c *Client) any { return &c.ofSite().SendErrors }, free},
	{"disabled", "", "", ByForm, "", func(c *Client) any { return &c.Disabled }, free},

	// Requests and grants (RFC 7591 §2, OAuth 2.0 Multiple Response Types, RFC
	// 8693, RFC 8707, RFC 9396, CIBA §4).
	{"exchange.from", "", "exchange_from", byAdmin, "", func(c *Client) any { return &c.Exchange.From }, checkBeside},
	{"exchange.impersonate", "", "exchange_impersonate", byAdmin, "", func(c *Client) any { return &c.Exchange.Impersonate }, free},
	{"exchange.delegate", "", "exchange_delegate", byAdmin, "", func(c *Client) any { return &c.Exchange.Delegate }, free},
	{"ciba.delivery", "backchannel_token_delivery_mode", "ciba_delivery", ByRegistration | ByForm, "", func(c *Client) any { return &c.CIBA.Delivery }, checkBeside},
	{"ciba.notification_uri", "backchannel_client_notification_endpoint", "ciba_notification_uri", ByRegistration | ByForm, "", func(c *Client) any { return &c.CIBA.NotificationURI }, checkBeside},
	{"algs.ciba_request", "backchannel_authentication_request_signing_alg", "ciba_request_alg", bySelf | ByForm, "", func(c *Client) any { return &c.Algs.CIBARequest }, checkBeside},
	{"resources", "", "", byAdmin, "", func(c *Client) any { return &c.Resources }, checkBeside},
	{"serves", "", "", byAdmin, "", func(c *Client) any { return &c.Serves }, checkBeside},
	{"detail_types", "authorization_details_types", "", ByRegistration | byAdmin, "", func(c *Client) any { return &c.DetailTypes }, checkDetails},
	{"high_security", "", "", byAdmin, "", func(c *Client) any { return &c.HighSecurity }, checkProfile},

	// Authentication (OpenID Connect Registration §2, RFC 8705 §2.1.2, RFC 9449
	// §5.2).
	{"algs.assertion", "token_endpoint_auth_signing_alg", "assertion_alg", bySelf | ByForm, "", func(c *Client) any { return &c.Algs.Assertion }, checkAssertion},
	{"jwks_uri", "jwks_uri", "", bySelf | byAdmin | ByHub, "", func(c *Client) any { return &c.JWKSURI }, checkKeys},
	{"jwks", "jwks", "", bySelf | byAdmin | ByHub, "", func(c *Client) any { return &c.JWKS }, checkKeys},
	{"tls.subject_dn", "tls_client_auth_subject_dn", "tls_subject_dn", bySelf | ByForm, "", func(c *Client) any { return &c.TLS.SubjectDN }, checkTLSName},
	{"tls.dns", "tls_client_auth_san_dns", "tls_dns", bySelf | ByForm, "", func(c *Client) any { return &c.TLS.DNS }, checkTLSName},
	{"tls.uri", "tls_client_auth_san_uri", "tls_uri", bySelf | ByForm, "", func(c *Client) any { return &c.TLS.URI }, checkTLSName},
	{"tls.ip", "tls_client_auth_san_ip", "tls_ip", bySelf | ByForm, "", func(c *Client) any { return &c.TLS.IP }, checkTLSName},
	{"tls.email", "tls_client_auth_san_email", "tls_email", bySelf | ByForm, "", func(c *Client) any { return &c.TLS.Email }, checkTLSName},
	{"certificate_bound", "tls_client_certificate_bound_access_tokens", "", bySelf | byAdmin, "", func(c *Client) any { return &c.CertificateBound }, free},
	{"dpop_bound", "dpop_bound_access_tokens", "", bySelf | byAdmin, "", func(c *Client) any { return &c.DPoPBound }, free},

	// Tokens and answers (OpenID Connect Registration §2, JARM §3, RFC 9701
	// §6).
	{"algs.id_token_enc.alg", "id_token_encrypted_response_alg", "id_token_enc", bySelf | ByForm, "", func(c *Client) any { return &c.Algs.IDTokenEnc.Alg }, checkAlgs},
	{"algs.id_token_enc.enc", "id_token_encrypted_response_enc", "id_token_enc_content", bySelf | ByForm, "", func(c *Client) any { return &c.Algs.IDTokenEnc.Enc }, checkAlgs},
	{"algs.userinfo", "userinfo_signed_response_alg", "userinfo_alg", bySelf | ByForm, "", func(c *Client) any { return &c.Algs.Userinfo }, checkAlgs},
	{"algs.userinfo_enc.alg", "userinfo_encrypted_response_alg", "userinfo_enc", bySelf | ByForm, "", func(c *Client) any { return &c.Algs.UserinfoEnc.Alg }, checkAlgs},
	{"algs.userinfo_enc.enc", "userinfo_encrypted_response_enc", "userinfo_enc_content", bySelf | ByForm, "", func(c *Client) any { return &c.Algs.UserinfoEnc.Enc }, checkAlgs},
	{"algs.authorization", "authorization_signed_response_alg", "authorization_alg", bySelf | ByForm, "", func(c *Client) any { return &c.Algs.Authorization }, checkAlgs},
	{"algs.authorization_enc.alg", "authorization_encrypted_response_alg", "authorization_enc", bySelf | ByForm, "", func(c *Client) any { return &c.Algs.AuthorizationEnc.Alg }, checkAlgs},
	{"algs.authorization_enc.enc", "authorization_encrypted_response_enc", "authorization_enc_content", bySelf | ByForm, "", func(c *Client) any { return &c.Algs.AuthorizationEnc.Enc }, checkAlgs},
	{"algs.introspection", "introspection_signed_response_alg", "introspection_alg", bySelf | ByForm, "", func(c *Client) any { return &c.Algs.Introspection }, checkAlgs},
	{"algs.introspection_enc.alg", "introspection_encrypted_response_alg", "introspection_enc", bySelf | ByForm, "", func(c *Client) any { return &c.Algs.IntrospectionEnc.Alg }, checkAlgs},
	{"algs.introspection_enc.enc", "introspection_encrypted_response_enc", "introspection_enc_content", bySelf | ByForm, "", func(c *Client) any { return &c.Algs.IntrospectionEnc.Enc }, checkAlgs},
	{"opaque_tokens", "", "", byAdmin, "", func(c *Client) any { return &c.OpaqueTokens }, free},
	{"subject_type", "subject_type", "", bySelf | byAdmin, "", func(c *Client) any { return &c.SubjectType }, checkSubject},
	{"sector_identifier_uri", "sector_identifier_uri", "", bySelf | byAdmin, "", func(c *Client) any { return &c.SectorIdentifierURI }, checkSubject},

	// Rules for requests (OpenID Connect Registration §2, RFC 9126 §6, RFC 9101
	// §10.5).
	{"requests.pushed", "require_pushed_authorization_requests", "require_pushed", bySelf | byAdmin, "", func(c *Client) any { return &c.Requests.Pushed }, free},
	{"requests.signed", "require_signed_request_object", "require_signed", bySelf | byAdmin, "", func(c *Client) any { return &c.Requests.Signed }, free},
	{"algs.request", "request_object_signing_alg", "request_alg", bySelf | ByForm, "", func(c *Client) any { return &c.Algs.Request }, checkAsking},
	{"algs.request_enc.alg", "request_object_encryption_alg", "request_enc", bySelf | ByForm, "", func(c *Client) any { return &c.Algs.RequestEnc.Alg }, free},
	{"algs.request_enc.enc", "request_object_encryption_enc", "request_enc_content", bySelf | ByForm, "", func(c *Client) any { return &c.Algs.RequestEnc.Enc }, free},
	{"requests.uris", "request_uris", "request_uris", bySelf | ByForm, "", func(c *Client) any { return &c.Requests.URIs }, checkRequests},
	{"requests.default_max_age", "default_max_age", "default_max_age", bySelf | ByForm, "", func(c *Client) any { return &c.Requests.DefaultMaxAge }, checkRequests},
	{"requests.require_auth_time", "require_auth_time", "require_auth_time", bySelf | ByForm, "", func(c *Client) any { return &c.Requests.RequireAuthTime }, free},
	{"requests.default_acr_values", "default_acr_values", "default_acr_values", bySelf | ByForm, "", func(c *Client) any { return &c.Requests.DefaultACRValues }, checkRequests},
	{"requests.initiate_login_uri", "initiate_login_uri", "initiate_login_uri", bySelf | byAdmin, "", func(c *Client) any { return &c.Requests.InitiateLoginURI }, checkInitiate},
	{"origins", "", "", byAdmin, "", func(c *Client) any { return &c.Origins }, checkOrigins},

	// Sign-out (RP-Initiated Logout §3.1, Front-Channel Logout §2, Back-Channel
	// Logout §2.2).
	{"post_logout_redirect_uris", "post_logout_redirect_uris", "", bySelf | byAdmin | ByHub, "", func(c *Client) any { return &c.PostLogoutRedirectURIs }, checkLogout},
	{"backchannel_logout_uri", "backchannel_logout_uri", "", bySelf | byAdmin | ByHub, "", func(c *Client) any { return &c.BackchannelLogoutURI }, checkLogout},
	{"backchannel_logout_session", "backchannel_logout_session_required", "", bySelf | ByForm, "", func(c *Client) any { return &c.BackchannelLogoutSession }, free},
	{"frontchannel_logout_uri", "frontchannel_logout_uri", "", bySelf | byAdmin, "", func(c *Client) any { return &c.FrontchannelLogoutURI }, checkLogout},
	{"frontchannel_logout_session", "frontchannel_logout_session_required", "", bySelf | ByForm, "", func(c *Client) any { return &c.FrontchannelLogoutSession }, free},

	// Registration, and what the hub itself writes.
	{"registration.statement", "software_statement", "", ByRegistration, "", func(c *Client) any { return &c.Registration.Statement }, free}, // RFC 7591 §2.3
	{"registration.vouched", "", "", bySelf, "", func(c *Client) any { return &c.Registration.Vouched }, free},                               // who issued the statement
	{"registration.token_hash", "", "", 0, "", func(c *Client) any { return &c.Registration.TokenHash }, nil},
	{"registration.at", "", "", 0, "", func(c *Client) any { return &c.Registration.At }, nil},
	{"registration.network", "", "", 0, "", func(c *Client) any { return &c.Registration.Network }, nil},
	{"registration.unused_since", "", "", 0, "", func(c *Client) any { return &c.Registration.UnusedSince }, nil},
	{"secrets", "", "", 0, "", func(c *Client) any { return &c.Secrets }, nil}, // set by AddSecret and DropSecret
	{"generation", "", "", 0, "", func(c *Client) any { return &c.ConsentVersion }, nil},
	{"created", "", "", 0, "", func(c *Client) any { return &c.Created }, nil},
	{"updated", "", "", 0, "", func(c *Client) any { return &c.Updated }, nil},
	{"created_by", "", "", 0, "", func(c *Client) any { return &c.CreatedBy }, nil},
	{"origin", "", "", 0, "", func(c *Client) any { return &c.Origin }, nil},
	{"imported", "", "", 0, "", func(c *Client) any { return &c.Imported }, nil},
	{"habits", "", "", 0, "", func(c *Client) any { return &c.Habits }, nil},
	{"server", "", "", 0, "", func(c *Client) any { return &c.Server }, nil},     // of a federated hub
	{"document", "", "", 0, "", func(c *Client) any { return &c.Document }, nil}, // of a client with a metadata document
}

// ofSite is the stored data of a Frappe site; empty for other clients.
func (c *Client) ofSite() *FrappeSite {
	if c.Frappe == nil {
		return new(FrappeSite)
	}
	return c.Frappe
}
