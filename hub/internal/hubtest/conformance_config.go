package hubtest

import (
	"crypto/tls"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// arrays, booleans and texts are the members of OpenID Connect Discovery §3,
// RFC 8414 §2 and their registered extensions, by type.
var (
	metadataArray = regexp.MustCompile(`_supported$|^response_types_supported$|^acr_values_supported$|^authorization_details_types_supported$`)
	scopeName     = regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]+$`)
)

// registeredMetadata are the names in IANA's registry of authorization server
// metadata, and our own.
const registeredMetadata = `issuer authorization_endpoint token_endpoint jwks_uri registration_endpoint scopes_supported response_types_supported
	response_modes_supported grant_types_supported token_endpoint_auth_methods_supported token_endpoint_auth_signing_alg_values_supported
	service_documentation ui_locales_supported op_policy_uri op_tos_uri revocation_endpoint revocation_endpoint_auth_methods_supported
	revocation_endpoint_auth_signing_alg_values_supported introspection_endpoint introspection_endpoint_auth_methods_supported
	introspection_endpoint_auth_signing_alg_values_supported code_challenge_methods_supported signed_metadata device_authorization_endpoint
	tls_client_certificate_bound_access_tokens mtls_endpoint_aliases userinfo_endpoint acr_values_supported subject_types_supported
	id_token_signing_alg_values_supported id_token_encryption_alg_values_supported id_token_encryption_enc_values_supported
	userinfo_signing_alg_values_supported userinfo_encryption_alg_values_supported userinfo_encryption_enc_values_supported
	request_object_signing_alg_values_supported request_object_encryption_alg_values_supported request_object_encryption_enc_values_supported
	display_values_supported claim_types_supported claims_supported claims_locales_supported claims_parameter_supported
	request_parameter_supported request_uri_parameter_supported require_request_uri_registration require_signed_request_object
	pushed_authorization_request_endpoint require_pushed_authorization_requests introspection_signing_alg_values_supported
	introspection_encryption_alg_values_supported introspection_encryption_enc_values_supported
	authorization_response_iss_parameter_supported check_session_iframe frontchannel_logout_supported backchannel_logout_session_supported
	end_session_endpoint frontchannel_logout_session_supported backchannel_logout_supported backchannel_token_delivery_modes_supported
	backchannel_authentication_endpoint backchannel_authentication_request_signing_alg_values_supported
	backchannel_user_code_parameter_supported dpop_signing_alg_values_supported client_registration_types_supported
	authorization_details_types_supported authorization_signing_alg_values_supported authorization_encryption_alg_values_supported
	authorization_encryption_enc_values_supported prompt_values_supported client_id_metadata_document_supported protected_resources
	fedhub_servers_endpoint fedhub_name`

// CheckMember checks one member against its type.
func (e *Exam) CheckMember(name string, value any) {
	e.Helper()
	if !slices.Contains(strings.Fields(registeredMetadata), name) {
		e.Errorf("%s is no registered name", name)
	}
	switch v := value.(type) {
	case nil:
		e.Errorf("%s is null", name)
	case string:
		if strings.HasSuffix(name, "_endpoint") || strings.HasSuffix(name, "_uri") || name == "issuer" || name == "check_session_iframe" {
			u, err := url.Parse(v)
			if err != nil || u.Scheme != "https" || u.Host == "" || u.Fragment != "" {
				e.Errorf("%s is %q", name, v)
			}
		}
	case []any:
		if len(v) == 0 || !metadataArray.MatchString(name) && name != "protected_resources" {
			e.Errorf("%s is %v", name, v)
		}
		seen := map[any]bool{}
		for _, item := range v {
			if text, ok := item.(string); !ok || text == "" || seen[item] {
				e.Errorf("%s has the item %v", name, item)
			}
			seen[item] = true
		}
	case bool, map[string]any:
	default:
		e.Errorf("%s is a %T", name, value)
	}
}

// CheckRequired checks the required and recommended members.
func (e *Exam) CheckRequired() {
	e.Helper()
	for _, name := range []string{"authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"} {
		e.Site.At(e.T, name)
	}
	required := map[string][]string{
		"response_types_supported":                    {"code"},
		"subject_types_supported":                     {"public"},
		"id_token_signing_alg_values_supported":       {"RS256"},
		"scopes_supported":                            {"openid", "profile", "email", "address", "phone", "offline_access"},
		"claims_supported":                            {"sub", "name", "email"},
		"grant_types_supported":                       {"authorization_code"},
		"request_object_signing_alg_values_supported": {"RS256"},
		"code_challenge_methods_supported":            {"S256"},
	}
	if e.Dynamic {
		required["response_types_supported"] = []string{"code", "id_token", "id_token token"}
		required["grant_types_supported"] = []string{"authorization_code", "implicit"}
		e.Site.At(e.T, "registration_endpoint")
	}
	for name, values := range required {
		for _, value := range values {
			if !e.Site.Lists(name, value) {
				e.Errorf("%s lacks %s", name, value)
			}
		}
	}
	scopes, _ := e.Site.Meta["scopes_supported"].([]any)
	for _, s := range scopes {
		if !scopeName.MatchString(s.(string)) {
			e.Errorf("the scope %q has characters that RFC 6749 §3.3 does not allow", s)
		}
	}
	locales, _ := e.Site.Meta["ui_locales_supported"].([]any)
	for _, l := range locales {
		tag, err := language.Parse(l.(string))
		if err != nil || tag.String() != l {
			e.Errorf("the locale %q is not in its canonical form (RFC 5646)", l)
		}
	}
}

// CheckTLS checks that the whole hub supports TLS 1.3 and refuses versions below
// 1.2.
func (e *Exam) CheckTLS() {
	e.Helper()
	for name, value := range e.Site.Meta {
		if address, ok := value.(string); ok && strings.HasPrefix(address, "http://") {
			e.Errorf("%s is %s", name, address)
		}
	}
	for _, address := range []string{e.Site.URL, e.Site.alias} {
		version, err := e.greet(address, tls.VersionTLS13)
		if err != nil || version != tls.VersionTLS13 {
			e.Errorf("%s speaks %s with who can speak TLS 1.3: %v", address, tls.VersionName(version), err)
		}
		if version, err := e.greet(address, tls.VersionTLS11); err == nil {
			e.Errorf("%s speaks %s", address, tls.VersionName(version))
		}
	}
}

// greet connects with at most this version, and returns the negotiated one.
func (e *Exam) greet(address string, most uint16) (uint16, error) {
	e.Helper()
	config := e.Site.http.Transport.(*http.Transport).TLSClientConfig.Clone()
	config.MinVersion, config.MaxVersion = tls.VersionTLS10, most //nolint:gosec // the version of an old client
	conn, err := tls.Dial("tcp", strings.TrimPrefix(address, "https://"), config)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	return conn.ConnectionState().Version, nil
}
