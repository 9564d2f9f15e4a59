package openid

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/federation"
	reading "github.com/fedhub/fedhub/federation/internal/claims"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// The fuzz targets share one check: a connector does not panic on any input, and
// the identities that it accepts have the properties that the hub relies on.

const fuzzIssuer = "https://id.example.org"

var fuzzTime = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// transport has a fixed response for every path.
type transport map[string]reply

type reply struct {
	status int
	media  string
	body   []byte
}

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body.Close()
	}
	answer, found := t[r.URL.Path]
	if !found {
		return nil, errors.New("no route")
	}
	return &http.Response{
		StatusCode: answer.status, Status: fmt.Sprint(answer.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {answer.media}}, Body: io.NopCloser(bytes.NewReader(answer.body)), Request: r,
	}, nil
}

// fuzzed is a connector to an honest provider without a network.
func fuzzed(tb testing.TB) (*Connector, transport, func(payload []byte, typ string) string) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	key := jose.JSONWebKey{Key: private, KeyID: "k", Algorithm: "ES256", Use: "sig"}
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}})
	if err != nil {
		tb.Fatal(err)
	}
	routes := transport{
		"/.well-known/openid-configuration": {200, "application/json", []byte(goodDiscovery)},
		"/jwks":                             {200, "application/json", set},
	}
	connector, err := New(federation.LoginKey{
		ID: "up", Kind: "openid", Name: "Upstream", BaseURL: fuzzIssuer, ClientID: "us", Issuer: fuzzIssuer,
		RoleMap: map[string]string{"staff": "member"},
	}, federation.Dependencies{
		HTTP:     &http.Client{Transport: routes},
		Callback: func(string) string { return "https://hub.example.org/signin/from/up" },
		Now:      func() time.Time { return fuzzTime },
	})
	if err != nil {
		tb.Fatal(err)
	}
	return connector.(*Connector), routes, func(payload []byte, typ string) string { return sign(tb, key, payload, typ) }
}

func sign(tb testing.TB, key jose.JSONWebKey, payload []byte, typ string) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithType(jose.ContentType(typ)))
	if err != nil {
		tb.Fatal(err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		tb.Fatal(err)
	}
	raw, err := jws.CompactSerialize()
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

const goodDiscovery = `{"issuer":"https://id.example.org","authorization_endpoint":"https://id.example.org/authorize",
"token_endpoint":"https://id.example.org/token","jwks_uri":"https://id.example.org/jwks","userinfo_endpoint":"https://id.example.org/userinfo",
"id_token_signing_alg_values_supported":["ES256","HS256","none"],"response_types_supported":["code"]}`

// kinded fails the test for an error that the hub would not know what to do with.
func kinded(t *testing.T, err error) {
	t.Helper()
	var fault *federation.Fault
	var refusal *federation.Refusal
	if !errors.As(err, &fault) && !errors.As(err, &refusal) {
		t.Errorf("the error has no kind: %v", err)
	}
}

func idTokenSeeds() []string {
	good := fmt.Sprintf(`"iss":%q,"aud":"us","iat":%d,"exp":%d,"nonce":"n"`, fuzzIssuer, fuzzTime.Unix(), fuzzTime.Unix()+300)
	return []string{
		`{` + good + `,"sub":"ada"}`,
		`{` + good + `,"sub":"ada","aud":["us","x"],"azp":"us"}`,
		`{` + good + `,"sub":"ada","Sub":"eve"}`,
		`{` + good + `,"sub":"0"}`,
		`{` + good + `,"sub":7}`,
		`{` + good + `,"sub":"ada","at_hash":"x","auth_time":1e400}`,
		`{` + good + `,"sub":"ada","_claim_names":{"a":"b"},"_claim_sources":{"b":{"endpoint":"http://127.0.0.1"}}}`,
		`{` + good + `,"sub":"ada","email":"a@b.example","email_verified":"true","roles":["staff",null]}`,
		`{"exp":"1"}`, `{"exp":null}`, `{}`, `[]`, `null`, `"x"`, ``, `{"iss":`, "\xff\xfe",
		strings.Repeat(`{"a":`, 1000), `{"a":1}{"b":2}`,
	}
}

// FuzzUpstreamIDToken signs the payload with the provider's key, and also sends
// the raw text, which has no valid signature and is never accepted.
func FuzzUpstreamIDToken(f *testing.F) {
	for _, seed := range idTokenSeeds() {
		f.Add([]byte(seed), "eyJhbGciOiJub25lIn0."+seed+".")
	}
	c, _, sign := fuzzed(f)
	doc, err := c.Discover(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	leg := federation.AuthState{Nonce: "n", MaxAge: ""}
	f.Fuzz(func(t *testing.T, payload []byte, raw string) {
		if _, err := c.verify(t.Context(), doc, leg, tokens{ID: raw, Access: "x"}); err == nil {
			t.Errorf("%q was accepted", raw)
		} else {
			kinded(t, err)
		}
		claims, err := c.verify(t.Context(), doc, leg, tokens{ID: sign(payload, "JWT"), Access: "x"})
		if err != nil {
			kinded(t, err)
			return
		}
		var plain map[string]any
		if err := json.Unmarshal(payload, &plain); err != nil {
			t.Fatalf("%q was accepted", payload)
		}
		id := c.identity(doc, claims, nil, nil)
		if plain["iss"] != fuzzIssuer || plain["nonce"] != "n" || plain["sub"] != id.Subject {
			t.Errorf("%q was accepted as %+v", payload, id)
		}
		sane(t, id, plain)
	})
}

// FuzzIdleMembers: claims that the hub does not use neither stop the sign-in nor
// change its subject.
func FuzzIdleMembers(f *testing.F) {
	for _, seed := range []string{`null`, `7`, `-1`, `1e400`, `"2022-08-24T12:17:06.060Z"`, `true`, `[]`, `[null,"staff",7]`, `{}`, `{"groups":"src1"}`, `{"a":[{}]}`, `"x"`} {
		f.Add([]byte(seed), "auth_time")
		f.Add([]byte(seed), "groups")
		f.Add([]byte(seed), "_claim_names")
	}
	c, _, sign := fuzzed(f)
	doc, err := c.Discover(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	decides := append([]string{"jti"}, deciding...)
	idle := []string{"auth_time", "acr", "amr", "sid", "email", "email_verified", "jti"}
	f.Fuzz(func(t *testing.T, odd []byte, name string) {
		member, err := json.Marshal(name)
		if err != nil || !jsonx.IsValid(odd) || !utf8.ValidString(name) || jsonx.Depth(odd) > 30 ||
			slices.ContainsFunc(decides, func(d string) bool { return strings.EqualFold(d, name) }) && !slices.Contains(idle, name) {
			return
		}
		payload := fmt.Sprintf(`{"iss":%q,"aud":"us","iat":%d,"exp":%d,"nonce":"n","sub":"ada",%s:%s}`, fuzzIssuer, fuzzTime.Unix(), fuzzTime.Unix()+300, member, odd)
		claims, err := c.verify(t.Context(), doc, federation.AuthState{Nonce: "n"}, tokens{ID: sign([]byte(payload), "JWT"), Access: "x"})
		if len(payload) > 64<<10 {
			return
		}
		if err != nil {
			t.Fatalf("%s cost the sign-in: %v", payload, err)
		}
		var plain map[string]any
		if json.Unmarshal([]byte(payload), &plain) != nil {
			return // a number that a float cannot hold
		}
		id := c.identity(doc, claims, nil, nil)
		if id.Subject != "ada" || id.AuthTime.After(fuzzTime.Add(skew)) {
			t.Errorf("%s became %+v", payload, id)
		}
		sane(t, id, plain)
	})
}

// sane compares an identity with the document it was made from.
func sane(t *testing.T, id federation.Identity, plain map[string]any) {
	t.Helper()
	if id.Subject == "" || id.Subject == "0" || len(id.Subject) > 255 || id.Issuer != fuzzIssuer || id.Key != "up" {
		t.Errorf("nobody: %+v", id)
	}
	if id.EmailVerified && (id.Email == "" || plain["email_verified"] != true) {
		t.Errorf("verified without a word: %+v", id)
	}
	if id.Email != "" && (strings.Count(id.Email, "@") != 1 || strings.ContainsFunc(id.Email, func(r rune) bool { return r <= ' ' || r > '~' })) {
		t.Errorf("address: %q", id.Email)
	}
	for _, text := range []string{id.Name, id.GivenName, id.FamilyName, id.PreferredUsername, id.Locale, id.Picture} {
		if len(text) > 2048 || strings.ContainsAny(text, "\x00\r\n\u202e") {
			t.Errorf("text: %q", text)
		}
	}
	for _, role := range id.Roles {
		if role != "member" {
			t.Errorf("role: %q", role)
		}
	}
}

func FuzzDiscoveryDoc(f *testing.F) {
	for _, seed := range []string{
		goodDiscovery, `{}`, `[]`, `null`, ``, "\xff\xfe{\x00}\x00", `{"issuer":7}`, `{"issuer":"https://id.example.org/"}`,
		strings.Replace(goodDiscovery, `"https://id.example.org/token"`, `"http://id.example.org/token"`, 1),
		strings.Replace(goodDiscovery, `"https://id.example.org/token"`, `"https://evil.test/token"`, 1),
		strings.Replace(goodDiscovery, `"https://id.example.org/token"`, `"https://id.example.org@evil.test/token"`, 1),
		strings.Replace(goodDiscovery, `"https://id.example.org/token"`, `"https://id.example.org\\@evil.test"`, 1),
		strings.Replace(goodDiscovery, `"https://id.example.org/token"`, `"https:///evil.test"`, 1),
		strings.Replace(goodDiscovery, `"issuer"`, `"Issuer":"x","issuer"`, 1),
		strings.Replace(goodDiscovery, `["ES256","HS256","none"]`, `["HS256","none"]`, 1),
	} {
		f.Add([]byte(seed))
	}
	c, _, _ := fuzzed(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		doc, err := parseDiscovery(body)
		if err != nil || c.accept(&doc) != nil {
			return
		}
		if doc.Issuer != fuzzIssuer || len(doc.SigningAlgs) == 0 {
			t.Errorf("accepted %q", body)
		}
		for _, alg := range doc.SigningAlgs {
			if alg == "none" || strings.HasPrefix(alg, "HS") {
				t.Errorf("accepted the algorithm %s", alg)
			}
		}
		for _, address := range []string{doc.AuthorizationEndpoint, doc.TokenEndpoint, doc.JWKSURI} {
			u, err := url.Parse(address)
			if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil ||
				len(doc.ForeignHosts) == 0 && hostOf(u) != "id.example.org" {
				t.Errorf("accepted the endpoint %q", address)
			}
		}
	})
}

func FuzzUserinfo(f *testing.F) {
	for _, seed := range []string{
		`{"sub":"ada","email":"ada@example.org","email_verified":true,"name":"Ada","roles":["staff","admin"],"picture":"https://x/y"}`,
		`{"sub":"ada","email":"a@b@c.example","email_verified":true}`, `{"sub":"ada","email":["x@y.example"],"email_verified":"true"}`,
		`{"sub":"ada","Email":"x@y.example","email_verified":true}`, `{"sub":"ada","email":"x@bücher.example","email_verified":true}`,
		`{"sub":"ada","email":null,"name":7,"locale":{},"roles":"staff","amr":[1]}`, `{"sub":"eve"}`, `{"id":0}`, `{}`, `[]`, ``, `null`,
		`{"sub":"ada","email_verified":true,"email_verified":false}`, `<html>`,
	} {
		f.Add("application/json", []byte(seed))
	}
	f.Add("application/jwt", []byte("a.b.c"))
	c, _, _ := fuzzed(f)
	doc := Discovery{Issuer: fuzzIssuer}
	claims := object{"sub": json.RawMessage(`"ada"`)}
	f.Fuzz(func(t *testing.T, media string, body []byte) {
		profile, err := parseUserinfo(media, body, "ada")
		if err != nil {
			return
		}
		var plain map[string]any
		if err := json.Unmarshal(body, &plain); err != nil || plain["sub"] != "ada" {
			t.Errorf("accepted %q", body)
		}
		id := c.identity(doc, claims, profile, nil)
		if id.Subject != "ada" || id.ACR != "" || id.SID != "" || !id.AuthTime.IsZero() {
			t.Errorf("%q became %+v", body, id)
		}
		sane(t, id, plain)
	})
}

func FuzzLogoutToken(f *testing.F) {
	good := fmt.Sprintf(`{"iss":%q,"aud":"us","iat":%d,"exp":%d,"jti":"j","sid":"s","events":{"http://schemas.openid.net/event/backchannel-logout":{}}}`,
		fuzzIssuer, fuzzTime.Unix(), fuzzTime.Unix()+60)
	for _, seed := range append(idTokenSeeds(), good,
		strings.Replace(good, `"sid":"s"`, `"nonce":"n"`, 1), strings.Replace(good, `"us"`, `["us",7]`, 1),
		strings.Replace(good, `:{}}}`, `:[]}}`, 1), strings.Replace(good, `"j"`, `""`, 1)) {
		f.Add([]byte(seed), "logout+jwt", "eyJhbGciOiJub25lIn0."+seed+".")
	}
	c, _, sign := fuzzed(f)
	f.Fuzz(func(t *testing.T, payload []byte, typ, raw string) {
		if _, err := c.LogoutToken(t.Context(), raw); err == nil {
			t.Errorf("%q was accepted", raw)
		} else {
			kinded(t, err)
		}
		ended, err := c.LogoutToken(t.Context(), sign(payload, typ))
		if err != nil {
			kinded(t, err)
			return
		}
		var plain map[string]any
		if err := json.Unmarshal(payload, &plain); err != nil {
			t.Fatalf("%q was accepted", payload)
		}
		_, nonce := plain["nonce"]
		if nonce || ended.JTI == "" || ended.Subject == "" && ended.SID == "" || plain["iss"] != fuzzIssuer || !ended.Expires.After(fuzzTime) {
			t.Errorf("%q was accepted as %+v", payload, ended)
		}
	})
}

func FuzzTokenResponse(f *testing.F) {
	for _, seed := range []string{
		`{"access_token":"a","token_type":"Bearer","id_token":"x.y.z"}`, `{"access_token":"a","id_token":7}`, `{"access_token":7}`,
		`{"error":"invalid_grant","error_description":"<b>"}`, `{"error":7}`, `{"expires_in":"soon","access_token":"a"}`, `{"expires_in":1e400}`,
		`null`, `[]`, ``, `<html>`, "access_token=a&id_token=b", "%zz", strings.Repeat(`[`, 1000), `{"access_token":"a","token_type":"mac","id_token":"x"}`,
	} {
		for _, media := range []string{"application/json", "text/plain", "application/x-www-form-urlencoded; charset=x", ";"} {
			f.Add(200, media, []byte(seed))
			f.Add(400, media, []byte(seed))
		}
	}
	c, routes, _ := fuzzed(f)
	doc, err := c.Discover(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	leg := federation.AuthState{Verifier: "the-verifier", Redirect: "https://hub.example.org/signin/from/up"}
	f.Fuzz(func(t *testing.T, status int, media string, body []byte) {
		if status < 100 || status > 999 {
			return // net/http does not pass such answers on
		}
		routes["/token"] = reply{status, media, body}
		got, err := c.redeem(t.Context(), doc, leg, "the-code")
		if err != nil {
			kinded(t, err)
			if text := err.Error(); strings.Contains(text, "the-verifier") || strings.Contains(text, "the-code") {
				t.Errorf("the error gives away %s", text)
			}
			return
		}
		if got.ID == "" || len(got.ID) > 128<<10 || got.Access == "" {
			t.Errorf("accepted %q", body)
		}
	})
}

func FuzzJWKS(f *testing.F) {
	for _, seed := range []string{
		`{"keys":[]}`, `{}`, `null`, `{"keys":[{"kty":"oct","k":"AAAA"}]}`, `{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}`,
		`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`, `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`,
		`{"keys":[null,1,"x",[],{}]}`, `{"keys":{"a":1}}`, `{"keys":[{"kty":"EC","crv":"P-256","x":"","y":"","x5c":["x"]}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		keys, err := parseKeys(body)
		if err == nil && (len(keys) == 0 || len(keys) > maxKeys) {
			t.Errorf("%d keys", len(keys))
		}
		for _, key := range keys {
			if !key.IsPublic() || !key.Valid() {
				t.Errorf("accepted %+v", key)
			}
		}
	})
}

// FuzzClaimPath compares the strict reader with the simple one: if the first
// finds a value, the second finds the same.
func FuzzClaimPath(f *testing.F) {
	for _, path := range []string{"email", "realm_access.roles", "realm_access.roles.0", "https://a.example/roles", "a..b", "a.1.b", ""} {
		f.Add(path, []byte(`{"email":"a@b.example","realm_access":{"roles":["x",{"y":1}]},"https://a.example/roles":"z","a":[0,{"b":true,"B":false}]}`))
	}
	f.Fuzz(func(t *testing.T, text string, document []byte) {
		o, err := parseObject(document)
		if err != nil {
			return
		}
		path, err := federation.ParsePath(text)
		if err != nil {
			if _, found := reading.Of(o).At(text); found {
				t.Errorf("%q is no path and led somewhere", text)
			}
			return
		}
		found, ok := o.At(path)
		if !ok {
			return
		}
		var plain, value any
		if json.Unmarshal(document, &plain) != nil || json.Unmarshal(found, &value) != nil {
			t.Fatalf("%q in %q led to %q, which is no JSON", text, document, found)
		}
		if other, ok := plainly(path, plain); !ok || !reflect.DeepEqual(other, value) {
			t.Errorf("%q in %q: got %v and %v", text, document, value, other)
		}
		words(o, text)
	})
}

// plainly follows a path through what encoding/json makes of a document.
func plainly(path []string, value any) (any, bool) {
	if len(path) == 0 {
		return value, true
	}
	switch at := value.(type) {
	case map[string]any:
		for n := len(path); n > 0; n-- {
			inner, ok := at[strings.Join(path[:n], ".")]
			if found, leads := plainly(path[n:], inner); ok && leads {
				return found, true
			}
		}
	case []any:
		i, err := strconv.Atoi(path[0])
		if err != nil || i < 0 || i >= len(at) {
			return nil, false
		}
		return plainly(path[1:], at[i])
	}
	return nil, false
}
