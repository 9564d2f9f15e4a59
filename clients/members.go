package clients

import (
	"fmt"

	"github.com/fedhub/fedhub/internal/jsonx"
)

// A declaration is what a client says of itself, in the words of RFC 7591 §2.
// Most members have a field of Client to themselves. From the others several
// fields follow (settle in declaration.go).
type declaration struct {
	Client
	applicationType, scope    string
	grantTypes, responseTypes []string
	jwks                      jsonx.Value
}

// A member is one name of client metadata, and the place of its value.
type member struct {
	name  string
	place func(*declaration) any // a pointer: *string, *[]string, *bool, **int64 or *jsonx.Value
}

// members is every name that is understood. What is not here is ignored, as
// RFC 7591 §2 wants.
var members = []member{
	// RFC 7591 §2
	{"redirect_uris", func(d *declaration) any { return &d.RedirectURIs }},
	{"token_endpoint_auth_method", func(d *declaration) any { return &d.AuthMethod }},
	{"grant_types", func(d *declaration) any { return &d.grantTypes }},
	{"response_types", func(d *declaration) any { return &d.responseTypes }},
	{"client_name", func(d *declaration) any { return &d.Name }},
	{"client_uri", func(d *declaration) any { return &d.ClientURI }},
	{"logo_uri", func(d *declaration) any { return &d.LogoURI }},
	{"scope", func(d *declaration) any { return &d.scope }},
	{"contacts", func(d *declaration) any { return &d.Registration.Contacts }},
	{"tos_uri", func(d *declaration) any { return &d.TosURI }},
	{"policy_uri", func(d *declaration) any { return &d.PolicyURI }},
	{"jwks_uri", func(d *declaration) any { return &d.JWKSURI }},
	{"jwks", func(d *declaration) any { return &d.jwks }},
	{"software_id", func(d *declaration) any { return &d.Registration.SoftwareID }},
	{"software_version", func(d *declaration) any { return &d.Registration.SoftwareVersion }},
	{"software_statement", func(d *declaration) any { return &d.Registration.Statement }}, // §2.3

	// OpenID Connect Registration §2
	{"application_type", func(d *declaration) any { return &d.applicationType }},
	{"sector_identifier_uri", func(d *declaration) any { return &d.SectorIdentifierURI }},
	{"subject_type", func(d *declaration) any { return &d.SubjectType }},
	{"id_token_signed_response_alg", func(d *declaration) any { return &d.IDTokenAlg }},
	{"id_token_encrypted_response_alg", func(d *declaration) any { return &d.Algs.IDTokenEnc.Alg }},
	{"id_token_encrypted_response_enc", func(d *declaration) any { return &d.Algs.IDTokenEnc.Enc }},
	{"userinfo_signed_response_alg", func(d *declaration) any { return &d.Algs.Userinfo }},
	{"userinfo_encrypted_response_alg", func(d *declaration) any { return &d.Algs.UserinfoEnc.Alg }},
	{"userinfo_encrypted_response_enc", func(d *declaration) any { return &d.Algs.UserinfoEnc.Enc }},
	{"request_object_signing_alg", func(d *declaration) any { return &d.Algs.Request }},
	{"request_object_encryption_alg", func(d *declaration) any { return &d.Algs.RequestEnc.Alg }},
	{"request_object_encryption_enc", func(d *declaration) any { return &d.Algs.RequestEnc.Enc }},
	{"token_endpoint_auth_signing_alg", func(d *declaration) any { return &d.Algs.Assertion }},
	{"default_max_age", func(d *declaration) any { return &d.Requests.DefaultMaxAge }},
	{"require_auth_time", func(d *declaration) any { return &d.Requests.RequireAuthTime }},
	{"default_acr_values", func(d *declaration) any { return &d.Requests.DefaultACRValues }},
	{"initiate_login_uri", func(d *declaration) any { return &d.Requests.InitiateLoginURI }},
	{"request_uris", func(d *declaration) any { return &d.Requests.URIs }},

	// RP-Initiated Logout §3.1, Front-Channel Logout §2, Back-Channel Logout §2.2
	{"post_logout_redirect_uris", func(d *declaration) any { return &d.PostLogoutRedirectURIs }},
	{"frontchannel_logout_uri", func(d *declaration) any { return &d.FrontchannelLogoutURI }},
	{"frontchannel_logout_session_required", func(d *declaration) any { return &d.FrontchannelLogoutSession }},
	{"backchannel_logout_uri", func(d *declaration) any { return &d.BackchannelLogoutURI }},
	{"backchannel_logout_session_required", func(d *declaration) any { return &d.BackchannelLogoutSession }},

	// RFC 9126 §6, RFC 9101 §10.5
	{"require_pushed_authorization_requests", func(d *declaration) any { return &d.Requests.Pushed }},
	{"require_signed_request_object", func(d *declaration) any { return &d.Requests.Signed }},

	// JARM §3
	{"authorization_signed_response_alg", func(d *declaration) any { return &d.Algs.Authorization }},
	{"authorization_encrypted_response_alg", func(d *declaration) any { return &d.Algs.AuthorizationEnc.Alg }},
	{"authorization_encrypted_response_enc", func(d *declaration) any { return &d.Algs.AuthorizationEnc.Enc }},

	// RFC 9701 §6
	{"introspection_signed_response_alg", func(d *declaration) any { return &d.Algs.Introspection }},
	{"introspection_encrypted_response_alg", func(d *declaration) any { return &d.Algs.IntrospectionEnc.Alg }},
	{"introspection_encrypted_response_enc", func(d *declaration) any { return &d.Algs.IntrospectionEnc.Enc }},

	// RFC 9449 §5.2, RFC 8705 §2.1.2 and §3.4
	{"dpop_bound_access_tokens", func(d *declaration) any { return &d.DPoPBound }},
	{"tls_client_certificate_bound_access_tokens", func(d *declaration) any { return &d.CertificateBound }},
	{"tls_client_auth_subject_dn", func(d *declaration) any { return &d.TLS.SubjectDN }},
	{"tls_client_auth_san_dns", func(d *declaration) any { return &d.TLS.DNS }},
	{"tls_client_auth_san_uri", func(d *declaration) any { return &d.TLS.URI }},
	{"tls_client_auth_san_ip", func(d *declaration) any { return &d.TLS.IP }},
	{"tls_client_auth_san_email", func(d *declaration) any { return &d.TLS.Email }},

	// CIBA §4
	{"backchannel_token_delivery_mode", func(d *declaration) any { return &d.CIBA.Delivery }},
	{"backchannel_client_notification_endpoint", func(d *declaration) any { return &d.CIBA.NotificationURI }},
	{"backchannel_authentication_request_signing_alg", func(d *declaration) any { return &d.Algs.CIBARequest }},

	// RFC 9396 §10
	{"authorization_details_types", func(d *declaration) any { return &d.DetailTypes }},
}

// read takes the members from a JSON object. The error names the member.
func (d *declaration) read(raw jsonx.Object) error {
	for _, m := range members {
		if !raw.Says(m.name) {
			continue
		}
		if err := raw.Member(m.name, m.place(d)); err != nil {
			return fmt.Errorf("its %w", err)
		}
	}
	return nil
}

// write is the reverse of read. What is empty is left out.
func (d *declaration) write() map[string]any {
	out := map[string]any{}
	for _, m := range members {
		switch value := m.place(d).(type) {
		case *string:
			put(out, m.name, *value, *value != "")
		case *[]string:
			put(out, m.name, *value, len(*value) > 0)
		case *bool:
			put(out, m.name, true, *value)
		case **int64:
			put(out, m.name, *value, *value != nil)
		case *jsonx.Value:
			put(out, m.name, *value, len(*value) > 0)
		}
	}
	return out
}

func put(out map[string]any, name string, value any, there bool) {
	if there {
		out[name] = value
	}
}
