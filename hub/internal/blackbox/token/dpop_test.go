package token_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func TestATokenIsBoundToTheDPoPKey(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	k := w.ProofKey()
	code := w.Browser().SignInTo(a, "ada@example.org").Get("code")
	got := a.Proven("/oauth2/token", []string{k.Proof("POST", "/oauth2/token", nil)}, hubtest.CodeForm(a, code)...)
	hubtest.Want(t, "token_type", got.Str("token_type"), "DPoP")
	token := got.Str("access_token")
	cnf, _ := hubtest.ClaimsOf(t, token)["cnf"].(map[string]any)
	hubtest.Want[any](t, "cnf.jkt", cnf["jkt"], k.Thumbprint())

	good := k.Proof("GET", "/oauth2/userinfo", map[string]any{"ath": hashed(token)})
	hubtest.Want(t, "userinfo with a proof", w.Resource("DPoP", token, good).Status, 200)
	hubtest.Want(t, "access-token-type-header-case-sensitivity", w.Resource("dPoP", token, k.Proof("GET", "/oauth2/userinfo", map[string]any{"ath": hashed(token)})).Status, 200)
	other := w.ProofKey()
	for name, row := range map[string]struct {
		scheme string
		proofs []string
		code   string
	}{
		"as Bearer":             {"Bearer", nil, "invalid_token"},
		"as Bearer and a proof": {"Bearer", []string{k.Proof("GET", "/oauth2/userinfo", map[string]any{"ath": hashed(token)})}, "invalid_token"},
		"no proof":              {"DPoP", nil, "invalid_dpop_proof"},
		"two proofs":            {"DPoP", []string{good, good}, "invalid_dpop_proof"},
		"the same proof again":  {"DPoP", []string{good}, "invalid_dpop_proof"},
		"no ath":                {"DPoP", []string{k.Proof("GET", "/oauth2/userinfo", nil)}, "invalid_dpop_proof"},
		"ath of another token":  {"DPoP", []string{k.Proof("GET", "/oauth2/userinfo", map[string]any{"ath": hashed("x")})}, "invalid_dpop_proof"},
		"htm of another method": {"DPoP", []string{k.Proof("POST", "/oauth2/userinfo", map[string]any{"ath": hashed(token)})}, "invalid_dpop_proof"},
		"htu of another place":  {"DPoP", []string{k.Proof("GET", "/oauth2/token", map[string]any{"ath": hashed(token)})}, "invalid_dpop_proof"},
		"another key":           {"DPoP", []string{other.Proof("GET", "/oauth2/userinfo", map[string]any{"ath": hashed(token)})}, "invalid_token"},
		"a made-up nonce":       {"DPoP", []string{k.Proof("GET", "/oauth2/userinfo", map[string]any{"ath": hashed(token), "nonce": "x"})}, "use_dpop_nonce"},
	} {
		r := w.Resource(row.scheme, token, row.proofs...)
		hubtest.Refused(t, name, r, 401, row.code)
		challenge := r.Header.Get("WWW-Authenticate")
		if !strings.HasPrefix(challenge, `DPoP error="`+row.code+`"`) || !strings.Contains(challenge, `algs="ES256 `) {
			t.Errorf("%s: the challenge is %q", name, challenge)
		}
	}

	introspected := a.Post("/oauth2/introspect", "token", token)
	hubtest.Want(t, "introspection's token_type", introspected.Str("token_type"), "DPoP")
	cnf, _ = introspected.JSON["cnf"].(map[string]any)
	hubtest.Want[any](t, "introspection's cnf.jkt", cnf["jkt"], k.Thumbprint())

	// A confidential client may refresh with another key (RFC 9449 §5).
	next := a.Proven("/oauth2/token", []string{other.Proof("POST", "/oauth2/token", nil)}, "grant_type", "refresh_token", "refresh_token", got.Str("refresh_token"))
	cnf, _ = hubtest.ClaimsOf(t, next.Str("access_token"))["cnf"].(map[string]any)
	hubtest.Want[any](t, "cnf.jkt after a refresh with another key", cnf["jkt"], other.Thumbprint())
}

func TestATokenThatIsNotBoundIsNoDPoPToken(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	token := a.Redeem(w.Browser().SignInTo(a, "ada@example.org").Get("code")).Str("access_token")
	hubtest.Refused(t, "as DPoP", w.Resource("DPoP", token, w.ProofKey().Proof("GET", "/oauth2/userinfo", map[string]any{"ath": hashed(token)})), 401, "invalid_token")
	hubtest.Want(t, "as Bearer", w.Resource("Bearer", token).Status, 200)
	bare, err := http.NewRequest(http.MethodGet, w.URL+"/oauth2/userinfo", nil)
	if err != nil {
		t.Fatal(err)
	}
	challenge := w.Call(bare).Header.Get("WWW-Authenticate")
	if !strings.HasPrefix(challenge, "Bearer realm=") || !strings.Contains(challenge, "DPoP realm=") || strings.Contains(challenge, "error") {
		t.Errorf("who sends nothing is told %q", challenge)
	}
}

// dpop-negative-tests, at the token endpoint.
func TestProofsThatTheTokenEndpointRefuses(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.App(hubtest.DpopBound, func(c *clients.Client) { c.SetGrant(clients.GrantClientCredentials, true) })
	k := w.ProofKey()
	ask := func(proofs ...string) hubtest.Reply {
		return a.Proven("/oauth2/token", proofs, "grant_type", "client_credentials", "scope", "files")
	}
	one := k.Proof("POST", "/oauth2/token", nil)
	hubtest.Want(t, "a good proof", ask(one).Status, 200)
	for name, proofs := range map[string][]string{
		"ensure-holder-of-key-required": nil,
		"two proofs":                    {k.Proof("POST", "/oauth2/token", nil), k.Proof("POST", "/oauth2/token", nil)},
		"an empty proof":                {""},
		"the same proof again":          {one},
		"htm":                           {k.Proof("GET", "/oauth2/token", nil)},
		"htu":                           {k.Proof("POST", "/oauth2/introspect", nil)},
		"iat of an hour ago":            {k.Proof("POST", "/oauth2/token", map[string]any{"iat": time.Now().Add(-time.Hour).Unix()})},
	} {
		hubtest.Refused(t, name, ask(proofs...), 400, "invalid_dpop_proof")
	}
	for name, change := range map[string]map[string]any{
		"ensure-dpopproof-with-iat-10seconds-before-succeeds": {"iat": w.Clock.Now().Unix() - 10},
		"ensure-dpopproof-with-iat-10seconds-after-succeeds":  {"iat": w.Clock.Now().Unix() + 10},
		"a nonce where none is needed":                        {"nonce": w.Nonce()},
	} {
		hubtest.Want(t, name, ask(k.Proof("POST", "/oauth2/token", change)).Status, 200)
	}
	r := ask(k.Proof("POST", "/oauth2/token", map[string]any{"nonce": "of yesterday"}))
	hubtest.Refused(t, "a wrong nonce", r, 400, "use_dpop_nonce")
	hubtest.Want(t, "with the nonce it was given", ask(k.Proof("POST", "/oauth2/token", map[string]any{"nonce": r.Header.Get("DPoP-Nonce")})).Status, 200)
}

func TestAPublicClientsRefreshTokenIsBoundToItsKey(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App(hubtest.Spa)
	k, thief := w.ProofKey(), w.ProofKey()
	code := w.Browser().SignInTo(a, "ada@example.org").Get("code")
	asked := a.Proven("/oauth2/token", []string{k.Proof("POST", "/oauth2/token", nil)}, hubtest.CodeForm(a, code)...)
	hubtest.Refused(t, "a public client without a nonce", asked, 400, "use_dpop_nonce")
	with := func(key hubtest.ProofKey) []string {
		return []string{key.Proof("POST", "/oauth2/token", map[string]any{"nonce": w.Nonce()})}
	}
	got := a.Proven("/oauth2/token", with(k), hubtest.CodeForm(a, code)...)
	hubtest.Want(t, "the same code with the nonce", got.Status, 200)
	old := got.Str("refresh_token")
	form := func(token string) []string { return []string{"grant_type", "refresh_token", "refresh_token", token} }
	hubtest.Refused(t, "refresh with another key", a.Proven("/oauth2/token", with(thief), form(old)...), 400, "invalid_grant")
	hubtest.Refused(t, "refresh without a key", a.Proven("/oauth2/token", nil, form(old)...), 400, "invalid_grant")
	next := a.Proven("/oauth2/token", with(k), form(old)...)
	hubtest.Want(t, "refresh with the key: nothing was rotated before", next.Status, 200)
	hubtest.Refused(t, "an old token with another key", a.Proven("/oauth2/token", with(thief), form(old)...), 400, "invalid_grant")
	hubtest.Want(t, "which ends nothing", a.Proven("/oauth2/token", with(k), form(next.Str("refresh_token"))...).Status, 200)
}
