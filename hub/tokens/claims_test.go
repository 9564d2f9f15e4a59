package tokens

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/users"
)

func face() users.User {
	return users.User{
		ID: "u1", Email: "ada@example.org", EmailVerified: true, Profile: users.Profile{Name: "Ada Lovelace", GivenName: "Ada", FamilyName: "Lovelace",
			MiddleName: "King", Nickname: "Ada", Username: "ada", ProfileURL: "https://ada.example.org/", Picture: "https://ada.example.org/a.png",
			Website: "https://ada.example.org/", Gender: "female", Birthdate: "1815-12-10", Zoneinfo: "Europe/London", Locale: "en-GB",
			Phone: "+442079460018", Address: users.Address{Street: "12 St James's Square", Locality: "London", PostalCode: "SW1Y 4JH", Country: "UK"}},
		Roles: []string{"writer"}, Updated: time.Unix(1_700_000_000, 0),
	}
}

func TestEveryScopeReleasesAllOfItsClaimsAndNoOther(t *testing.T) {
	for _, scope := range Scopes() {
		got := slices.Sorted(maps.Keys(UserClaims(face(), []string{scope.Name})))
		want := slices.Sorted(slices.Values(scope.Claims))
		want = slices.DeleteFunc(want, func(s string) bool { return s == "sub" }) // sub depends on the client
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", scope.Name, got, want)
		}
	}
}

func TestAClaimWithoutAValueIsLeftOut(t *testing.T) {
	all := []string{"openid", "profile", "email", "phone", "address"}
	if got := UserClaims(users.User{ID: "u1", Profile: users.Profile{Name: " "}}, all); len(got) != 0 {
		t.Errorf("got %v, want nothing", got)
	}
}

func TestClaimsAreWellTyped(t *testing.T) {
	got := UserClaims(face(), []string{"profile", "email", "phone", "address"})
	for name, want := range map[string]any{
		"updated_at": int64(1_700_000_000), "email_verified": true, "phone_number_verified": false, "birthdate": "1815-12-10",
	} {
		if got[name] != want {
			t.Errorf("%s: got %#v, want %#v", name, got[name], want)
		}
	}
	address, _ := got["address"].(map[string]any)
	if got, want := address["formatted"], "12 St James's Square\nSW1Y 4JH London\nUK"; got != want {
		t.Errorf("formatted: got %q, want %q", got, want)
	}
	if got, want := address["street_address"], any("12 St James's Square"); got != want {
		t.Errorf("street_address: got %q, want %q", got, want)
	}
	if _, found := address["region"]; found {
		t.Error("a region that is not known is told")
	}
}

func TestWhatIsAskedForByNameIsReleasedWithinTheClientsScopes(t *testing.T) {
	c := clients.Client{Scopes: []string{"openid", "profile", "email"}}
	for raw, want := range map[string]string{
		`{"userinfo":{"name":null,"email":{"essential":true}}}`:                            "email name",
		`{"userinfo":{"name#de":null}}`:                                                    "name",
		`{"userinfo":{"email":{"value":"ada@example.org"}}}`:                               "email",
		`{"userinfo":{"email":{"value":"eve@example.org"}}}`:                               "",
		`{"userinfo":{"email":{"values":["eve@example.org","ada@example.org"]}}}`:          "email",
		`{"userinfo":{"email_verified":{"value":true},"updated_at":{"value":1700000000}}}`: "email_verified updated_at",
		`{"userinfo":{"phone_number":{"essential":true},"roles":null}}`:                    "", // of scopes that the client is not allowed
		`{"userinfo":{"sub":{"value":"u2"},"iss":null,"nonsense":null}}`:                   "",
		`{"id_token":{"name":null}}`:                                                       "",
	} {
		request, err := oauth.ParseClaims(raw)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(slices.Sorted(maps.Keys(RequestedClaims(face(), c, request.Userinfo))), " ")
		if got != want {
			t.Errorf("%s: got %q, want %q", raw, got, want)
		}
	}
}

// The examples of OIDC Core A.3 and A.4 were made with SHA-256.
func TestHalfHashes(t *testing.T) {
	for alg, want := range map[string]int{"RS256": 16, "PS256": 16, "ES256": 16, "HS256": 16, "ES384": 24, "EdDSA": 32} {
		if got := halfHash(alg, "x"); len(got) != (want*8+5)/6 {
			t.Errorf("%s: got %q, want %d bytes", alg, got, want)
		}
	}
	if got, want := halfHash("RS256", "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ"; got != want {
		t.Errorf("at_hash of A.3: got %q, want %q", got, want)
	}
	if got, want := halfHash("RS256", "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"), "LDktKdoQak3Pk0cnXxCltA"; got != want {
		t.Errorf("c_hash of A.4: got %q, want %q", got, want)
	}
}
