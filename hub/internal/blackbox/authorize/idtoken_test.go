package authorize_test

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
	"github.com/fedhub/fedhub/clients/algs"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestIDTokensAreSignedAsTheClientWants(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	for _, alg := range clientauth.SigningAlgs() {
		a := w.App(func(c *clients.Client) { c.IDTokenAlg, c.Algs.Userinfo = alg, alg })
		r := w.SignedIn(a)
		id := w.Verified(r.Str("id_token"), alg, a.Secret)
		hubtest.Want(t, alg+": aud", id["aud"], any(a.ID))
		info := w.Userinfo(r.Str("access_token"))
		hubtest.Want(t, alg+": userinfo type", info.Header.Get("Content-Type"), "application/jwt")
		claims := w.Verified(info.Body, alg, a.Secret)
		for name, value := range map[string]any{"iss": w.URL, "aud": a.ID, "sub": id["sub"], "email": "ada@example.org"} {
			hubtest.Want(t, alg+": userinfo "+name, claims[name], value)
		}
	}
}

func TestIDTokensAndUserinfoAreEncryptedToTheClientsKey(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
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
	opened := func(raw, kid string, e algs.Encryption) string {
		t.Helper()
		enc := e.Enc
		if enc == "" {
			enc = "A128CBC-HS256" // the default of OIDC Registration §2
		}
		jwe, err := jose.ParseEncryptedCompact(raw, []jose.KeyAlgorithm{jose.KeyAlgorithm(e.Alg)}, []jose.ContentEncryption{jose.ContentEncryption(enc)})
		if err != nil {
			t.Fatalf("%v: %v", e, err)
		}
		hubtest.Want(t, e.Alg+": kid", jwe.Header.KeyID, kid)
		plain, err := jwe.Decrypt(map[string]any{"curve": curve, "long": long}[kid])
		if err != nil {
			t.Fatalf("%v: %v", e, err)
		}
		return string(plain)
	}
	encs := append(clientauth.EncryptionEncs(), "")
	for i, alg := range clientauth.EncryptionAlgs() {
		e := algs.Encryption{Alg: alg, Enc: encs[i]}
		a := w.App(func(c *clients.Client) {
			c.JWKS, c.Algs.IDTokenEnc, c.Algs.UserinfoEnc = string(set), e, e
		})
		kid := "curve"
		if strings.HasPrefix(alg, "RSA") {
			kid = "long"
		}
		r := w.SignedIn(a)
		id := w.Verified(opened(r.Str("id_token"), kid, e), "RS256", "")
		hubtest.Want(t, alg+": aud", id["aud"], any(a.ID))
		info := w.Userinfo(r.Str("access_token"))
		hubtest.Want(t, alg+": userinfo type", info.Header.Get("Content-Type"), "application/jwt")
		if plain := opened(info.Body, kid, e); !strings.Contains(plain, `"email":"ada@example.org"`) {
			t.Errorf("%s: userinfo is %s", alg, plain)
		}
	}
}

func TestAClientThatNobodyCanEncryptForIsTold(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	gone := hubtest.NewServer(t, nil)
	a := w.App(func(c *clients.Client) {
		c.JWKSURI, c.Algs.IDTokenEnc.Alg = strings.Replace(gone, "http:", "https:", 1)+"/jwks", "ECDH-ES"
	})
	code := w.Browser().SignInTo(a, "ada@example.org").Get("code")
	hubtest.Refused(t, "no key", a.Redeem(code), 400, "invalid_request")
}

func TestTheIDTokenHasTheScopesClaimsWhereTheClientWantsThemThere(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App(func(c *clients.Client) { c.IDTokenClaims = true })
	id := hubtest.ClaimsOf(t, w.SignedIn(a).Str("id_token"))
	hubtest.Want(t, "email", id["email"], any("ada@example.org"))
	hubtest.Want(t, "name", id["name"], any("Ada Lovelace"))
}

func TestPairwiseClientsOfOneSectorKnowAPersonByOneName(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada := w.Person("ada@example.org")
	pairwise := func(c *clients.Client) { c.SubjectType = clients.Pairwise }
	elsewhere := func(c *clients.Client) {
		c.SubjectType, c.SectorIdentifierURI = clients.Pairwise, ""
		c.RedirectURIs = []string{"https://other.example.org/callback"}
	}
	subjects := map[string]string{}
	for name, a := range map[string]*hubtest.App{"one": w.App(pairwise), "two": w.App(pairwise), "public": w.App()} {
		r := w.SignedIn(a)
		sub, _ := hubtest.ClaimsOf(t, r.Str("id_token"))["sub"].(string)
		subjects[name] = sub
		hubtest.Want(t, name+": access token", hubtest.ClaimsOf(t, r.Str("access_token"))["sub"], any(sub))
		hubtest.Want(t, name+": userinfo", w.Userinfo(r.Str("access_token")).Str("sub"), sub)
		for _, token := range []string{"access_token", "refresh_token"} {
			hubtest.Want(t, name+": introspection of the "+token, a.Post("/oauth2/introspect", "token", r.Str(token)).Str("sub"), sub)
		}
	}
	hubtest.Want(t, "the public subject", subjects["public"], ada.ID)
	hubtest.Want(t, "two clients of a sector", subjects["one"], subjects["two"])
	if subjects["one"] == ada.ID || len(subjects["one"]) != 43 {
		t.Errorf("the pairwise subject is %q", subjects["one"])
	}
	other := w.App(elsewhere)
	b := w.Browser()
	p := b.Submit(b.SignIn(b.Authorize(other.Request("redirect_uri", other.RedirectURIs[0])), "ada@example.org"), "/consent", "decision", "allow")
	_, query, _ := strings.Cut(p.Location, "code=")
	code, _, _ := strings.Cut(query, "&")
	r := other.Redeem(code, "redirect_uri", other.RedirectURIs[0])
	if sub := hubtest.ClaimsOf(t, r.Str("id_token"))["sub"]; sub == any(subjects["one"]) || sub == any(ada.ID) {
		t.Errorf("another sector knows the same subject %v", sub)
	}
}

func TestALogoutTokenNamesThePersonAsTheIDTokenDid(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	told := make(chan string, 1)
	server := hubtest.NewServer(t, func(_ http.ResponseWriter, r *http.Request) { told <- r.PostFormValue("logout_token") })
	a := w.App(func(c *clients.Client) {
		c.BackchannelLogoutURI, c.SubjectType, c.IDTokenAlg = server+"/logout", clients.Pairwise, "PS256"
	})
	b := w.Browser()
	id := hubtest.ClaimsOf(t, a.Redeem(b.SignInTo(a, "ada@example.org").Get("code")).Str("id_token"))
	b.Submit(b.Open("/signout"), "/signout")
	logout := w.Verified(hubtest.Arrives(t, told, "the app hears of no logout"), "PS256", "")
	for _, name := range []string{"sub", "sid", "iss", "aud"} {
		hubtest.Want(t, name, logout[name], id[name])
	}
}
