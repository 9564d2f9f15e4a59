package conformance_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// A certificationTest is one test with its name in the suite.
type certificationTest struct {
	name string
	run  func(*hubtest.Exam)
	only func(hubtest.Profile) bool // the profiles that have it; all if nil
}

// sit runs the tests of a plan, each with a new browser and new clients.
func sit(t *testing.T, p hubtest.Profile, tests []certificationTest) {
	t.Helper()
	sitAt(t, openSite(t), p, tests)
}

func sitAt(t *testing.T, s *hubtest.Site, p hubtest.Profile, tests []certificationTest) {
	t.Helper()
	for _, test := range tests {
		if test.only != nil && !test.only(p) {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			if awaited[t.Name()] {
				t.Skip("AWAITED: the hub cannot do this yet")
			}
			test.run(&hubtest.Exam{T: t, Profile: p, Site: s})
		})
	}
}

// openSite is newSite, unless all tests of the plan are awaited.
func openSite(t *testing.T) *hubtest.Site {
	t.Helper()
	if awaited[t.Name()] {
		t.Skip("AWAITED: the hub cannot do this yet")
	}
	return hubtest.NewSite(t)
}

// awaited are the tests that do not pass yet.
var awaited = map[string]bool{}

var hybrids = []string{"code id_token", "code token", "code id_token token"}

func TestConformanceBasic(t *testing.T) {
	sit(t, hubtest.Profile{Response: "code", Auth: clientauth.MethodBasic}, slices.Concat(coreTests, requestTests))
}

func TestConformanceImplicit(t *testing.T) { sitEach(t, "", "id_token", "id_token token") }

func TestConformanceHybrid(t *testing.T) { sitEach(t, "", hybrids...) }

func TestConformanceFormPostBasic(t *testing.T) { sitEach(t, "form_post", "code") }

func TestConformanceFormPostImplicit(t *testing.T) {
	sitEach(t, "form_post", "id_token", "id_token token")
}

func TestConformanceFormPostHybrid(t *testing.T) { sitEach(t, "form_post", hybrids...) }

// sitEach runs the core tests with several response types, and with dynamically
// registered clients.
func sitEach(t *testing.T, mode string, responses ...string) {
	t.Helper()
	s := openSite(t)
	for _, response := range responses {
		t.Run(strings.ReplaceAll(response, " ", "+"), func(t *testing.T) {
			p := hubtest.Profile{Response: response, Mode: mode, Auth: clientauth.MethodBasic, Dynamic: true}
			sitAt(t, s, p, slices.Concat(coreTests, requestTests))
		})
	}
}

func TestConformanceConfig(t *testing.T) {
	sit(t, hubtest.Profile{Response: "code", Auth: clientauth.MethodBasic}, configTests)
}

func TestConformanceDynamic(t *testing.T) {
	sit(t, hubtest.Profile{Response: "code", Auth: clientauth.MethodKey, Dynamic: true}, slices.Concat(configTests, dynamicTests))
}

func TestConformanceThirdPartyInitiatedLogin(t *testing.T) {
	sit(t, hubtest.Profile{Response: "code", Auth: clientauth.MethodBasic, Dynamic: true}, thirdPartyTests)
}

func TestConformanceRPInitiatedLogout(t *testing.T)  { sitLogout(t, rpLogoutTests) }
func TestConformanceSessionManagement(t *testing.T)  { sitLogout(t, sessionTests) }
func TestConformanceFrontchannelLogout(t *testing.T) { sitLogout(t, frontchannelTests) }
func TestConformanceBackchannelLogout(t *testing.T)  { sitLogout(t, backchannelTests) }

func sitLogout(t *testing.T, tests []certificationTest) {
	t.Helper()
	sit(t, hubtest.Profile{Response: "code", Auth: clientauth.MethodBasic, Dynamic: true}, tests)
}

// certification is every test of the plans, by section.
var certification = map[string]struct {
	names string
	tests []certificationTest
}{
	"A core flows": {`oidcc-server oidcc-server-client-secret-post oidcc-response-type-missing oidcc-idtoken-signature oidcc-idtoken-unsigned
		oidcc-userinfo-get oidcc-userinfo-post-header oidcc-userinfo-post-body oidcc-ensure-request-without-nonce-succeeds-for-code-flow
		oidcc-ensure-request-without-nonce-fails oidcc-scope-profile oidcc-scope-email oidcc-scope-address oidcc-scope-phone oidcc-scope-all
		oidcc-alternate-happy-flow oidcc-display-page oidcc-display-popup oidcc-prompt-login oidcc-prompt-none-not-logged-in
		oidcc-prompt-none-logged-in oidcc-max-age-1 oidcc-max-age-10000 oidcc-ensure-request-with-unknown-parameter-succeeds
		oidcc-id-token-hint oidcc-login-hint oidcc-ui-locales oidcc-claims-locales oidcc-ensure-request-with-acr-values-succeeds
		oidcc-codereuse oidcc-codereuse-30seconds oidcc-ensure-registered-redirect-uri oidcc-ensure-post-request-succeeds
		oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported
		oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported oidcc-ensure-request-object-with-redirect-uri
		oidcc-claims-essential oidcc-refresh-token oidcc-ensure-request-with-valid-pkce-succeeds`, slices.Concat(coreTests, requestTests)},
	"B metadata": {`oidcc-discovery-endpoint-verification`, configTests},
	"C dynamic": {`oidcc-server oidcc-idtoken-unsigned oidcc-refresh-token oidcc-ensure-request-object-with-redirect-uri oidcc-idtoken-rs256
		oidcc-userinfo-rs256 oidcc-ensure-redirect-uri-in-authorization-request oidcc-redirect-uri-query-OK oidcc-redirect-uri-query-mismatch
		oidcc-redirect-uri-query-added oidcc-redirect-uri-regfrag oidcc-registration-logo-uri oidcc-registration-policy-uri
		oidcc-registration-tos-uri oidcc-registration-jwks-uri oidcc-registration-sector-uri oidcc-registration-sector-bad
		oidcc-server-rotate-keys oidcc-refresh-token-rp-key-rotation oidcc-request-uri-unsigned oidcc-request-uri-signed-rs256
		oidcc-ensure-client-assertion-with-iss-aud-succeeds`, dynamicTests},
	"D third-party initiated login": {`oidcc-3rd_party-init-login oidcc-3rd_party-init-login-nohttps`, thirdPartyTests},
	"E RP-initiated logout": {`oidcc-rp-initiated-logout-discovery-endpoint-verification oidcc-rp-initiated-logout oidcc-rp-initiated-logout-no-state
		oidcc-rp-initiated-logout-bad-post-logout-redirect-uri oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri
		oidcc-rp-initiated-logout-modified-id-token-hint oidcc-rp-initiated-logout-bad-id-token-hint oidcc-rp-initiated-logout-no-id-token-hint
		oidcc-rp-initiated-logout-no-params oidcc-rp-initiated-logout-no-post-logout-redirect-uri oidcc-rp-initiated-logout-only-state`, rpLogoutTests},
	"F session management": {`oidcc-session-management-discovery-endpoint-verification oidcc-session-management-rp-initiated-logout`, sessionTests},
	"G front-channel":      {`oidcc-frontchannel-logout-discovery-endpoint-verification oidcc-frontchannel-rp-initiated-logout`, frontchannelTests},
	"H back-channel":       {`oidcc-backchannel-logout-discovery-endpoint-verification oidcc-backchannel-rp-initiated-logout`, backchannelTests},
}

// TestConformanceForgetsNothing compares the tests with the list of names in the
// suite.
func TestConformanceForgetsNothing(t *testing.T) {
	for section, c := range certification {
		there := map[string]bool{}
		for _, test := range c.tests {
			if there[test.name] {
				t.Errorf("%s: %s is there twice", section, test.name)
			}
			there[test.name] = true
		}
		for name := range strings.FieldsSeq(c.names) {
			if !there[name] {
				t.Errorf("%s: nobody tests %s", section, name)
			}
			delete(there, name)
		}
		for _, name := range slices.Sorted(maps.Keys(there)) {
			t.Errorf("%s: %s is tested, and is not in the list", section, name)
		}
	}
}
