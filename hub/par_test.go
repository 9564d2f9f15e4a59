package hub_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/settings"
)

// push sends an authorization request ahead.
func (a *app) push(v url.Values, pairs ...string) reply {
	a.w.Helper()
	v = edited(v, pairs)
	var flat []string
	for name := range v {
		flat = append(flat, name, v.Get(name))
	}
	return a.post("/oauth2/par", flat...)
}

// pushed is what the browser then brings.
func (a *app) pushed(r reply) url.Values {
	a.w.Helper()
	want(a.w, "status of a push", r.Status, 201)
	return url.Values{"client_id": {a.ID}, "request_uri": {r.str("request_uri")}}
}

func TestAPushedRequestIsGoodUntilItIsAnswered(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.person("ada@example.org")
		a, other := w.app(), w.app()
		b := w.browser()
		v := a.pushed(a.push(a.request()))

		refusedPage(t, "another client's", b.authorize(edited(url.Values{"request_uri": v["request_uri"]}, []string{"client_id", other.ID})))
		// What else comes along was not checked, and does not count.
		v.Set("state", "another")
		v.Set("redirect_uri", "https://evil.example/")
		b.authorize(v) // shown once, and left
		w.clock.skip(80 * time.Second)
		p := b.authorize(v)
		w.clock.skip(10 * time.Minute) // the person looks for their password
		p = b.submit(b.signIn(p, "ada@example.org"), "/consent", "decision", "allow")
		answer := b.answer(p)
		want(t, "state", answer.Get("state"), "the state")
		want(t, "redeeming", a.redeem(answer.Get("code")).Status, 200)
		refusedPage(t, "once it was answered", b.authorize(v))

		late := a.pushed(a.push(a.request()))
		w.clock.skip(91 * time.Second)
		refusedPage(t, "too late", b.authorize(late))

		fresh := a.pushed(a.push(a.request()))
		var won atomic.Int32
		atOnce(8, func(int) {
			if resp, err := b.Get(w.URL + "/oauth2/authorize?" + fresh.Encode()); err == nil {
				resp.Body.Close() //nolint:errcheck // nothing was read
				if resp.StatusCode == http.StatusSeeOther {
					won.Add(1)
				}
			}
		})
		want(t, "answers to one pushed request of 8", won.Load(), 1)
	})
}

func TestWhatMayNotBePushed(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	a := w.app()
	refused(t, "a request_uri", a.push(a.request("request_uri", "urn:ietf:params:oauth:request_uri:x")), 400, "invalid_request")
	refused(t, "no challenge", a.push(a.request("code_challenge", "", "code_challenge_method", "")), 400, "invalid_request")
	refused(t, "plain", a.push(a.request("code_challenge_method", "plain")), 400, "invalid_request")
	refused(t, "another client_id", a.push(a.request("client_id", "another")), 400, "invalid_request")
	refused(t, "an unregistered redirect_uri", a.push(a.request("redirect_uri", "https://evil.example/")), 400, "invalid_request")
	refused(t, "an unregistered scope", a.push(a.request("scope", "openid admin")), 400, "invalid_scope")
	refused(t, "an unknown response_type", a.push(a.request("response_type", "x")), 400, "unsupported_response_type")
	stranger := *a
	stranger.Secret = "wrong"
	refused(t, "the wrong secret", stranger.push(a.request()), 401, "invalid_client")
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		req, err := http.NewRequest(method, w.URL+"/oauth2/par", nil)
		if err != nil {
			t.Fatal(err)
		}
		want(t, method, w.call(req).Status, 405)
	}
	if left := dump(t, w); strings.Contains(left, "pushed ") {
		t.Error("a refused request was kept")
	}
}

func TestPushingMayBeDemanded(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	a := w.app(func(c *clients.Client) { c.Requests.Pushed = true })
	other := w.app()
	b := w.browser()
	want(t, "of one client", b.answer(b.authorize(a.request())).Get("error"), "invalid_request")
	want(t, "others may do without", b.authorize(other.request()).Status, 200)
	want(t, "pushed", b.authorize(a.pushed(a.push(a.request()))).Status, 200)
	if err := w.Hub.ChangeSettings(t.Context(), "test", func(s *settings.Settings) { s.RequirePushed = true }); err != nil {
		t.Fatal(err)
	}
	want(t, "of all", b.answer(b.authorize(other.request())).Get("error"), "invalid_request")
}

func TestACodeIsBoundToTheKeyOfItsRequest(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	b := w.browser()
	key, stranger := w.proofKey(), w.proofKey()
	b.signInTo(a, "ada@example.org")
	redeem := func(code string, key proofKey) reply {
		v := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {a.verifier}}
		req, err := http.NewRequest(http.MethodPost, w.URL+"/oauth2/token", strings.NewReader(v.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("DPoP", key.proof(http.MethodPost, "/oauth2/token", nil))
		req.SetBasicAuth(a.ID, a.Secret)
		return w.call(req)
	}
	code := func() string { return b.answer(b.authorize(a.request("dpop_jkt", key.thumbprint()))).Get("code") }
	want(t, "with the key", redeem(code(), key).Status, 200)
	if r := redeem(code(), stranger); r.Status != 400 {
		t.Errorf("with another key: got %d %s", r.Status, r.Body)
	}
	want(t, "a thumbprint that is none", b.answer(b.authorize(a.request("dpop_jkt", "short"))).Get("error"), "invalid_request")
}

// A signer is a client that signs its requests.
type signer struct {
	*app
	key *ecdsa.PrivateKey
}

func (w *world) signer(change ...func(*clients.Client)) signer {
	w.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.Fatal(err)
	}
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Use: "sig", Algorithm: "ES256"}}})
	if err != nil {
		w.Fatal(err)
	}
	return signer{w.app(append([]func(*clients.Client){func(c *clients.Client) { c.JWKS = string(set) }}, change...)...), key}
}

// object is a good request object; change overrides claims, nil leaves out.
func (s signer) object(header, change map[string]any) string {
	s.w.Helper()
	now := s.w.clock.now().Unix()
	claims := map[string]any{"iss": s.ID, "aud": s.w.URL, "exp": now + 60, "nbf": now}
	for name, values := range s.request("state", "inside") {
		claims[name] = values[0]
	}
	maps.Copy(claims, change)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	h := map[string]any{"kid": "k", "typ": "oauth-authz-req+jwt"}
	maps.Copy(h, header)
	return s.w.sign(jose.ES256, s.key, h, claims)
}

func unsignedObject(t *testing.T, claims map[string]any) string {
	t.Helper()
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(text) + "."
}

func TestASignedRequestIsWhatCounts(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	s := w.signer()
	b := w.browser()
	b.signInTo(s.app, "ada@example.org")

	alone := url.Values{"client_id": {s.ID}, "request": {s.object(nil, nil)}}
	want(t, "RFC 9101: alone", b.answer(b.authorize(alone)).Get("state"), "inside")
	beside := s.request("request", s.object(nil, nil), "state", "outside", "redirect_uri", "https://evil.example/", "scope", "openid admin")
	want(t, "what stands beside it does not count", b.answer(b.authorize(beside)).Get("state"), "inside")
	if got := b.answer(b.authorize(s.request("request", s.object(nil, map[string]any{"state": nil}), "state", "outside"))); got.Has("state") {
		t.Errorf("a state that stands only outside is used: %v", got)
	}
	connect := s.object(map[string]any{"typ": "JWT"}, map[string]any{"state": nil, "nonce": "inside", "iss": s.ID})
	want(t, "OIDC Core §6.1: the rest may stand beside it", b.answer(b.authorize(s.request("request", connect, "state", "outside"))).Get("state"), "outside")

	stranger := signer{s.app, w.proofKey().key}
	for name, tt := range map[string]struct{ object, code string }{
		"a wrong signature":   {stranger.object(nil, nil), "invalid_request_object"},
		"expired":             {s.object(nil, map[string]any{"exp": w.clock.now().Unix() - 100}), "invalid_request_object"},
		"another issuer":      {s.object(nil, map[string]any{"iss": "x"}), "invalid_request_object"},
		"another audience":    {s.object(nil, map[string]any{"aud": "https://other.example"}), "invalid_request_object"},
		"another client":      {s.object(nil, map[string]any{"client_id": "x"}), "invalid_request_object"},
		"another response":    {s.object(nil, map[string]any{"response_type": "token"}), "invalid_request_object"},
		"an object in it":     {s.object(nil, map[string]any{"request": "x"}), "invalid_request_object"},
		"a request_uri":       {s.object(nil, map[string]any{"request_uri": "https://x"}), "invalid_request_object"},
		"another type":        {s.object(map[string]any{"typ": "at+jwt"}, nil), "invalid_request_object"},
		"the secret as key":   {w.sign(jose.HS256, []byte(strings.Repeat("k", 32)), map[string]any{"kid": "k"}, map[string]any{"iss": s.ID}), "invalid_request_object"},
		"unsigned":            {unsignedObject(t, map[string]any{"state": "x", "redirect_uri": callback}), "request_not_supported"},
		"no JWT":              {"x", "invalid_request_object"},
		"cut off":             {s.object(nil, nil)[:50], "invalid_request_object"},
		"encrypted":           {"a.b.c.d.e", "invalid_request_object"},
		"a wrong inner scope": {s.object(nil, map[string]any{"scope": "openid admin"}), "invalid_scope"},
	} {
		got := b.answer(b.authorize(s.request("request", tt.object)))
		want(t, name+": error", got.Get("error"), tt.code)
		want(t, name+": code", got.Get("code"), "")
	}
	refusedPage(t, "an inner redirect_uri that is not registered", b.authorize(url.Values{"client_id": {s.ID}, "request": {s.object(nil, map[string]any{"redirect_uri": "https://evil.example/"})}}))
	refusedPage(t, "a refused object and a wrong redirect_uri beside it", b.authorize(s.request("redirect_uri", "https://evil.example/", "request", stranger.object(nil, nil))))
	refusedPage(t, "a refused object with a wrong redirect_uri in it", b.authorize(url.Values{"client_id": {s.ID}, "request": {stranger.object(nil, map[string]any{"redirect_uri": "https://evil.example/"})}}))

	pushed := s.pushed(s.post("/oauth2/par", "request", s.object(nil, nil)))
	want(t, "pushed", b.answer(b.authorize(pushed)).Get("state"), "inside")
}

func TestUnsignedRequestObjectsAreForWhoRegisteredThem(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app(func(c *clients.Client) { c.Algs.Request = "none" })
	b := w.browser()
	b.signInTo(a, "ada@example.org")
	object := unsignedObject(t, map[string]any{"state": "inside"})
	want(t, "state", b.answer(b.authorize(a.request("request", object))).Get("state"), "inside")
	s := w.signer(func(c *clients.Client) { c.Algs.Request = "ES256"; c.Requests.Signed = true })
	want(t, "one who must sign", b.answer(b.authorize(s.request())).Get("error"), "invalid_request")
	want(t, "one who signs", b.authorize(url.Values{"client_id": {s.ID}, "request": {s.object(nil, nil)}}).Status, 200)
}

func TestARequestURIIsReadOnlyIfRegistered(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	var calls atomic.Int32
	var object atomic.Value
	object.Store("")
	canary := newServer(t, func(rw http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if r.URL.Fragment != "" {
			t.Error("the fragment was sent")
		}
		rw.Write([]byte(object.Load().(string))) //nolint:errcheck // a test server
	})
	s := w.signer(func(c *clients.Client) { c.Requests.URIs = []string{canary + "/request.jwt#v1"} })
	none := w.app()
	b := w.browser()
	b.signInTo(s.app, "ada@example.org")
	object.Store(s.object(nil, nil))
	want(t, "the registered one", b.answer(b.authorize(s.request("request_uri", canary+"/request.jwt#v1"))).Get("state"), "inside")
	want(t, "requests to it", calls.Load(), 1)
	object.Store("x")
	want(t, "something else there", b.answer(b.authorize(s.request("request_uri", canary+"/request.jwt#v1"))).Get("error"), "invalid_request_object")
	calls.Store(0)
	for _, uri := range []string{canary, canary + "/request.jwt", canary + "/request.jwt#v2", "http://169.254.169.254/", "http://127.0.0.1:27017", "file:///etc/passwd"} {
		want(t, uri, b.answer(b.authorize(s.request("request_uri", uri))).Get("error"), "invalid_request_uri")
		want(t, uri+" of a client without any", b.answer(b.authorize(none.request("request_uri", uri))).Get("error"), "request_uri_not_supported")
	}
	want(t, "both", b.answer(b.authorize(s.request("request_uri", canary, "request", "x"))).Get("error"), "invalid_request")
	want(t, "connections to what is not registered (AZ-35)", calls.Load(), 0)
}

func TestARequestObjectMayBeEncrypted(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	s := w.signer()
	b := w.browser()
	b.signInTo(s.app, "ada@example.org")
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(b.open("/oauth2/jwks").Body), &set); err != nil {
		t.Fatal(err)
	}
	sealed := 0
	for _, key := range set.Keys {
		if key.Use != "enc" {
			continue
		}
		sealed++
		seal := func(plain string) string {
			e, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.KeyAlgorithm(key.Algorithm), Key: key.Key, KeyID: key.KeyID}, nil)
			if err != nil {
				t.Fatal(err)
			}
			jwe, err := e.Encrypt([]byte(plain))
			if err != nil {
				t.Fatal(err)
			}
			text, err := jwe.CompactSerialize()
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		want(t, key.Algorithm+": state", b.answer(b.authorize(url.Values{"client_id": {s.ID}, "request": {seal(s.object(nil, nil))}})).Get("state"), "inside")
		want(t, key.Algorithm+": unsigned inside", b.answer(b.authorize(s.request("request", seal(unsignedObject(t, map[string]any{"state": "x"}))))).Get("error"), "request_not_supported")
		want(t, key.Algorithm+": rubbish inside", b.answer(b.authorize(s.request("request", seal("x")))).Get("error"), "invalid_request_object")
	}
	want(t, "keys to encrypt to", sealed > 0, true)
}
