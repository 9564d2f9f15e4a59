package hub_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/clients/requestobject"
	"github.com/fedhub/fedhub/federation/frappe"
	"github.com/fedhub/fedhub/federation/openid"
	"github.com/fedhub/fedhub/hub/dpop"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
)

// A tokenUse is one use of a JWT, with a valid token for it.
type tokenUse struct {
	policy jwt.Policy
	from   string // its issuer
	typ    string
	claims map[string]any
}

// tokenUses are all uses of tokens. A new policy needs a token here.
func tokenUses(t *testing.T, now time.Time) []tokenUse {
	t.Helper()
	soon, at := now.Add(time.Minute).Unix(), now.Unix()
	good := map[string]tokenUse{
		"client assertion":   {from: "app", typ: "client-authentication+jwt", claims: map[string]any{"sub": "app", "aud": "hub", "exp": soon, "jti": "1"}},
		"assertion grant":    {from: "voucher", typ: "authorization-grant+jwt", claims: map[string]any{"sub": "ada", "aud": "hub", "exp": soon, "jti": "1"}},
		"software statement": {from: "voucher", typ: "JWT", claims: map[string]any{"software_id": "app"}},
		"request object": {from: "app", typ: "oauth-authz-req+jwt", claims: map[string]any{
			"aud": "hub", "exp": soon, "nbf": at, "iat": at, "jti": "1", "response_type": "code", "client_id": "app", "nonce": "n", "login_hint": "ada"}},
		"back-channel request": {from: "app", typ: "JWT", claims: map[string]any{
			"aud": "hub", "exp": soon, "nbf": at, "iat": at, "jti": "1", "scope": "openid", "login_hint": "ada", "binding_message": "7"}},
		"DPoP proof":                    {typ: "dpop+jwt", claims: map[string]any{"htm": "POST", "htu": "hub", "iat": at, "jti": "1"}},
		"token of this hub, at+jwt":     {from: "hub", typ: "at+jwt", claims: map[string]any{"sub": "ada", "aud": "api", "exp": soon, "iat": at, "jti": "1", "client_id": "app"}},
		"token of this hub, JWT":        {from: "hub", typ: "JWT", claims: map[string]any{"sub": "ada", "aud": "app", "exp": soon, "iat": at, "nonce": "n"}},
		"token of this hub, logout+jwt": {from: "hub", typ: "logout+jwt", claims: map[string]any{"sub": "ada", "aud": "app", "exp": soon, "iat": at, "jti": "1", "events": map[string]any{}}},
		"id_token of a provider":        {from: "provider", typ: "JWT", claims: map[string]any{"sub": "ada", "aud": "hub", "exp": soon, "iat": at, "nonce": "n", "jti": "1"}},
		"userinfo of a provider":        {from: "provider", typ: "JWT", claims: map[string]any{"sub": "ada", "aud": "hub", "name": "Ada"}},
		"logout token of a provider":    {from: "provider", typ: "logout+jwt", claims: map[string]any{"sub": "ada", "aud": "hub", "exp": soon, "iat": at, "jti": "1", "events": map[string]any{}}},
		"id_token of a Frappe site":     {from: "site", typ: "JWT", claims: map[string]any{"sub": "ada", "aud": "hub", "exp": soon, "iat": at, "nonce": "n"}},
	}
	policies := slices.Concat(registration.TokenPolicies(), clientauth.TokenPolicies(), requestobject.TokenPolicies(), openid.TokenPolicies(), frappe.TokenPolicies(),
		[]jwt.Policy{dpop.Policy(), signing.Policy("at+jwt"), signing.Policy("JWT"), signing.Policy("logout+jwt")})
	var uses []tokenUse
	for _, policy := range policies {
		use, ok := good[policy.Use]
		if !ok {
			t.Fatalf("no token for the use %q", policy.Use)
		}
		if use.policy = policy; use.from != "" {
			use.claims["iss"] = use.from
		}
		uses = append(uses, use)
	}
	return uses
}

// A token for one use is refused for every other, even with the same key and an
// algorithm that both uses accept (RFC 8725 §3.11, §3.12).
func TestATokenOfOneUseIsGoodForNoOther(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	shared := []byte(strings.Repeat("k", 64))
	uses := tokenUses(t, now)
	for i, made := range uses {
		for j, read := range uses {
			alg := jose.ES256
			if !slices.Contains(made.policy.Algorithms, alg) || !slices.Contains(read.policy.Algorithms, alg) {
				alg = jose.HS256
			}
			if !slices.Contains(made.policy.Algorithms, alg) {
				continue // none in common
			}
			signer, verifier := any(private), any(private.Public())
			if alg == jose.HS256 {
				signer, verifier = shared, shared
			}
			err := accepts(t, read, signedFor(t, made, alg, signer), verifier, now)
			if i == j && err != nil {
				t.Errorf("%s: its own token: %v", read.policy.Use, err)
			}
			if i != j && err == nil {
				t.Errorf("%s: takes the token of the use %q", read.policy.Use, made.policy.Use)
			}
		}
	}
}

func signedFor(t *testing.T, use tokenUse, alg jose.SignatureAlgorithm, key any) string {
	t.Helper()
	options := &jose.SignerOptions{EmbedJWK: use.policy.EmbeddedKey}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, options.WithType(jose.ContentType(use.typ)))
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(use.claims)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func accepts(t *testing.T, use tokenUse, raw string, key any, now time.Time) error {
	t.Helper()
	token, err := use.policy.Parse(raw)
	if err != nil {
		return err
	}
	payload, err := token.Verify(key)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := jsonx.ParseObject(payload)
	if err != nil {
		t.Fatal(err)
	}
	_, err = use.policy.Check(claims, jwt.Want{Issuer: use.from, Audience: []string{"hub"}, Now: now})
	return err
}

// Everything that reads a signed token has a policy: go-jose's parser is called
// in one place.
func TestSignedTokensAreParsedInOnePlace(t *testing.T) {
	var calls []string
	for folder, files := range sources(t) {
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") || double(folder) {
				continue
			}
			text, err := os.ReadFile(filepath.Join("..", folder, name))
			if err != nil {
				t.Fatal(err)
			}
			for range strings.Count(string(text), ".ParseSigned") {
				calls = append(calls, path.Join(folder, name))
			}
			if strings.Contains(string(text), `"github.com/coreos/go-oidc/`) && !strings.HasSuffix(folder, "/sampleapp") { // an ordinary client
				calls = append(calls, path.Join(folder, name))
			}
		}
	}
	if !slices.Equal(calls, []string{"internal/jwt/jwt.go"}) {
		t.Errorf("signed tokens are parsed in %q", calls)
	}
}
