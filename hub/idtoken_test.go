package hub_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
)

// signedIn is what the app gets for Ada at the token endpoint.
func (w *world) signedIn(a *app, pairs ...string) reply {
	w.Helper()
	r := a.redeem(w.browser().signInTo(a, "ada@example.org", pairs...).Get("code"))
	if r.Status != 200 {
		w.Fatalf("got %d %s", r.Status, r.Body)
	}
	return r
}

// keySet is what the hub publishes.
func (w *world) keySet() jose.JSONWebKeySet {
	w.Helper()
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(w.browser().open("/oauth2/jwks").Body), &set); err != nil {
		w.Fatal(err)
	}
	return set
}

// verified returns the claims of a token that is signed with alg, by a key that
// the hub publishes or, for HS256, by the secret.
func (w *world) verified(raw, alg, secret string) map[string]any {
	w.Helper()
	signed, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
	if err != nil {
		w.Fatalf("%s: %v", alg, err)
	}
	var key any = []byte(secret)
	if alg != "HS256" {
		kid := signed.Signatures[0].Protected.KeyID
		set := w.keySet()
		found := set.Key(kid)
		if len(found) != 1 || found[0].Algorithm != alg {
			w.Fatalf("%s: the JWKS has %d keys %q", alg, len(found), kid)
		}
		key = found[0]
	}
	text, err := signed.Verify(key)
	if err != nil {
		w.Fatalf("%s: %v", alg, err)
	}
	var claims map[string]any
	if err := json.Unmarshal(text, &claims); err != nil {
		w.Fatal(err)
	}
	return claims
}

func TestIDTokensAreSignedAsTheClientWants(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	for _, alg := range clients.SigningAlgs() {
		a := w.app(func(c *clients.Client) { c.IDTokenAlg, c.Algs.Userinfo = alg, alg })
		r := w.signedIn(a)
		id := w.verified(r.str("id_token"), alg, a.Secret)
		want(t, alg+": aud", id["aud"], any(a.ID))
		info := w.userinfo(r.str("access_token"))
		want(t, alg+": userinfo type", info.Header.Get("Content-Type"), "application/jwt")
		claims := w.verified(info.Body, alg, a.Secret)
		for name, value := range map[string]any{"iss": w.URL, "aud": a.ID, "sub": id["sub"], "email": "ada@example.org"} {
			want(t, alg+": userinfo "+name, claims[name], value)
		}
	}
}

func TestIDTokensAndUserinfoAreEncryptedToTheClientsKey(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	long, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: curve.Public(), KeyID: "curve", Use: "enc"}, {Key: long.Public(), KeyID: "long", Use: "enc"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	opened := func(raw, kid string, e clients.Encryption) string {
		t.Helper()
		enc := e.Enc
		if enc == "" {
			enc = "A128CBC-HS256" // the default of OIDC Registration §2
		}
		jwe, err := jose.ParseEncryptedCompact(raw, []jose.KeyAlgorithm{jose.KeyAlgorithm(e.Alg)}, []jose.ContentEncryption{jose.ContentEncryption(enc)})
		if err != nil {
			t.Fatalf("%v: %v", e, err)
		}
		want(t, e.Alg+": kid", jwe.Header.KeyID, kid)
		plain, err := jwe.Decrypt(map[string]any{"curve": curve, "long": long}[kid])
		if err != nil {
			t.Fatalf("%v: %v", e, err)
		}
		return string(plain)
	}
	encs := append(clients.EncryptionEncs(), "")
	for i, alg := range clients.EncryptionAlgs() {
		e := clients.Encryption{Alg: alg, Enc: encs[i]}
		a := w.app(func(c *clients.Client) {
			c.JWKS, c.Algs.IDTokenEnc, c.Algs.UserinfoEnc = string(set), e, e
		})
		kid := "curve"
		if strings.HasPrefix(alg, "RSA") {
			kid = "long"
		}
		r := w.signedIn(a)
		id := w.verified(opened(r.str("id_token"), kid, e), "RS256", "")
		want(t, alg+": aud", id["aud"], any(a.ID))
		info := w.userinfo(r.str("access_token"))
		want(t, alg+": userinfo type", info.Header.Get("Content-Type"), "application/jwt")
		if plain := opened(info.Body, kid, e); !strings.Contains(plain, `"email":"ada@example.org"`) {
			t.Errorf("%s: userinfo is %s", alg, plain)
		}
	}
}

func TestAClientThatNobodyCanEncryptForIsTold(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	gone := newServer(t, nil)
	a := w.app(func(c *clients.Client) {
		c.JWKSURI, c.Algs.IDTokenEnc.Alg = strings.Replace(gone, "http:", "https:", 1)+"/jwks", "ECDH-ES"
	})
	code := w.browser().signInTo(a, "ada@example.org").Get("code")
	refused(t, "no key", a.redeem(code), 400, "invalid_request")
}

func TestTheIDTokenHasTheScopesClaimsWhereTheClientWantsThemThere(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app(func(c *clients.Client) { c.IDTokenClaims = true })
	id := claimsOf(t, w.signedIn(a).str("id_token"))
	want(t, "email", id["email"], any("ada@example.org"))
	want(t, "name", id["name"], any("Ada Lovelace"))
}

func TestPairwiseClientsOfOneSectorKnowAPersonByOneName(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	ada := w.person("ada@example.org")
	pairwise := func(c *clients.Client) { c.SubjectType = clients.Pairwise }
	elsewhere := func(c *clients.Client) {
		c.SubjectType, c.SectorIdentifierURI = clients.Pairwise, ""
		c.RedirectURIs = []string{"https://other.example.org/callback"}
	}
	subjects := map[string]string{}
	for name, a := range map[string]*app{"one": w.app(pairwise), "two": w.app(pairwise), "public": w.app()} {
		r := w.signedIn(a)
		sub, _ := claimsOf(t, r.str("id_token"))["sub"].(string)
		subjects[name] = sub
		want(t, name+": access token", claimsOf(t, r.str("access_token"))["sub"], any(sub))
		want(t, name+": userinfo", w.userinfo(r.str("access_token")).str("sub"), sub)
		for _, token := range []string{"access_token", "refresh_token"} {
			want(t, name+": introspection of the "+token, a.post("/oauth2/introspect", "token", r.str(token)).str("sub"), sub)
		}
	}
	want(t, "the public subject", subjects["public"], ada.ID)
	want(t, "two clients of a sector", subjects["one"], subjects["two"])
	if subjects["one"] == ada.ID || len(subjects["one"]) != 43 {
		t.Errorf("the pairwise subject is %q", subjects["one"])
	}
	other := w.app(elsewhere)
	b := w.browser()
	p := b.submit(b.signIn(b.authorize(other.request("redirect_uri", other.RedirectURIs[0])), "ada@example.org"), "/consent", "decision", "allow")
	_, query, _ := strings.Cut(p.Location, "code=")
	code, _, _ := strings.Cut(query, "&")
	r := other.redeem(code, "redirect_uri", other.RedirectURIs[0])
	if sub := claimsOf(t, r.str("id_token"))["sub"]; sub == any(subjects["one"]) || sub == any(ada.ID) {
		t.Errorf("another sector knows the same subject %v", sub)
	}
}

func TestALogoutTokenNamesThePersonAsTheIDTokenDid(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	told := make(chan string, 1)
	server := newServer(t, func(_ http.ResponseWriter, r *http.Request) { told <- r.PostFormValue("logout_token") })
	a := w.app(func(c *clients.Client) {
		c.BackchannelLogoutURI, c.SubjectType, c.IDTokenAlg = server+"/logout", clients.Pairwise, "PS256"
	})
	b := w.browser()
	id := claimsOf(t, a.redeem(b.signInTo(a, "ada@example.org").Get("code")).str("id_token"))
	b.submit(b.open("/signout"), "/signout")
	logout := w.verified(arrives(t, told, "the app hears of no logout"), "PS256", "")
	for _, name := range []string{"sub", "sid", "iss", "aud"} {
		want(t, name, logout[name], id[name])
	}
}
