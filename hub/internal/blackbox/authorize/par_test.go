package authorize_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

func TestAPushedRequestIsGoodUntilItIsAnswered(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		a, other := w.App(), w.App()
		b := w.Browser()
		v := a.Pushed(a.Push(a.Request()))

		hubtest.RefusedPage(t, "another client's", b.Authorize(hubtest.Edited(url.Values{"request_uri": v["request_uri"]}, []string{"client_id", other.ID})))
		// Other parameters of the authorization request were not checked, and are
		// ignored.
		v.Set("state", "another")
		v.Set("redirect_uri", "https://evil.example/")
		b.Authorize(v) // the page is shown, and the user leaves
		w.Clock.Skip(80 * time.Second)
		p := b.Authorize(v)
		w.Clock.Skip(10 * time.Minute) // the user needs a while for the password
		p = b.Submit(b.SignIn(p, "ada@example.org"), "/consent", "decision", "allow")
		answer := b.Answer(p)
		hubtest.Want(t, "state", answer.Get("state"), "the state")
		hubtest.Want(t, "redeeming", a.Redeem(answer.Get("code")).Status, 200)
		hubtest.RefusedPage(t, "once it was answered", b.Authorize(v))

		late := a.Pushed(a.Push(a.Request()))
		w.Clock.Skip(91 * time.Second)
		hubtest.RefusedPage(t, "too late", b.Authorize(late))

		fresh := a.Pushed(a.Push(a.Request()))
		var won atomic.Int32
		hubtest.AtOnce(8, func(int) {
			if resp, err := b.Get(w.URL + "/oauth2/authorize?" + fresh.Encode()); err == nil {
				resp.Body.Close() //nolint:errcheck // nothing was read
				if resp.StatusCode == http.StatusSeeOther {
					won.Add(1)
				}
			}
		})
		hubtest.Want(t, "answers to one pushed request of 8", won.Load(), 1)
	})
}

func TestWhatMayNotBePushed(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.App()
	hubtest.Refused(t, "a request_uri", a.Push(a.Request("request_uri", "urn:ietf:params:oauth:request_uri:x")), 400, "invalid_request")
	hubtest.Refused(t, "no challenge and no nonce", a.Push(a.Request("code_challenge", "", "code_challenge_method", "", "nonce", "")), 400, "invalid_request")
	hubtest.Refused(t, "plain", a.Push(a.Request("code_challenge_method", "plain")), 400, "invalid_request")
	hubtest.Refused(t, "another client_id", a.Push(a.Request("client_id", "another")), 400, "invalid_request")
	hubtest.Refused(t, "an unregistered redirect_uri", a.Push(a.Request("redirect_uri", "https://evil.example/")), 400, "invalid_request")
	hubtest.Refused(t, "an unregistered scope", a.Push(a.Request("scope", "openid phone")), 400, "invalid_scope")
	hubtest.Refused(t, "an unknown response_type", a.Push(a.Request("response_type", "x")), 400, "unsupported_response_type")
	stranger := *a
	stranger.Secret = "wrong"
	hubtest.Refused(t, "the wrong secret", stranger.Push(a.Request()), 401, "invalid_client")
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		req, err := http.NewRequest(method, w.URL+"/oauth2/par", nil)
		if err != nil {
			t.Fatal(err)
		}
		hubtest.Want(t, method, w.Call(req).Status, 405)
	}
	if left := hubtest.Dump(t, w); strings.Contains(left, "pushed ") {
		t.Error("a refused request was kept")
	}
}

func TestPushingMayBeDemanded(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.App(func(c *clients.Client) { c.Requests.Pushed = true })
	other := w.App()
	b := w.Browser()
	hubtest.Want(t, "of one client", b.Answer(b.Authorize(a.Request())).Get("error"), "invalid_request")
	hubtest.Want(t, "others may do without", b.Authorize(other.Request()).Status, 200)
	hubtest.Want(t, "pushed", b.Authorize(a.Pushed(a.Push(a.Request()))).Status, 200)
	if err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.RequirePushed = true }); err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "of all", b.Answer(b.Authorize(other.Request())).Get("error"), "invalid_request")
}

func TestACodeIsBoundToTheKeyOfItsRequest(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	b := w.Browser()
	key, stranger := w.ProofKey(), w.ProofKey()
	b.SignInTo(a, "ada@example.org")
	redeem := func(code string, key hubtest.ProofKey) hubtest.Reply {
		v := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {hubtest.Callback}, "code_verifier": {a.Verifier}}
		req, err := http.NewRequest(http.MethodPost, w.URL+"/oauth2/token", strings.NewReader(v.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("DPoP", key.Proof(http.MethodPost, "/oauth2/token", nil))
		req.SetBasicAuth(a.ID, a.Secret)
		return w.Call(req)
	}
	code := func() string { return b.Answer(b.Authorize(a.Request("dpop_jkt", key.Thumbprint()))).Get("code") }
	hubtest.Want(t, "with the key", redeem(code(), key).Status, 200)
	if r := redeem(code(), stranger); r.Status != 400 {
		t.Errorf("with another key: got %d %s", r.Status, r.Body)
	}
	hubtest.Want(t, "a thumbprint that is none", b.Answer(b.Authorize(a.Request("dpop_jkt", "short"))).Get("error"), "invalid_request")
}

func TestASignedRequestIsWhatCounts(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	s := w.Signer()
	b := w.Browser()
	b.SignInTo(s.App, "ada@example.org")

	alone := url.Values{"client_id": {s.ID}, "request": {s.Object(nil, nil)}}
	hubtest.Want(t, "RFC 9101: alone", b.Answer(b.Authorize(alone)).Get("state"), "inside")
	beside := s.Request("request", s.Object(nil, nil), "state", "outside", "redirect_uri", "https://evil.example/", "scope", "openid phone")
	hubtest.Want(t, "what stands beside it does not count", b.Answer(b.Authorize(beside)).Get("state"), "inside")
	if got := b.Answer(b.Authorize(s.Request("request", s.Object(nil, map[string]any{"state": nil}), "state", "outside"))); got.Has("state") {
		t.Errorf("a state that stands only outside is used: %v", got)
	}
	connect := s.Object(map[string]any{"typ": "JWT"}, map[string]any{"state": nil, "nonce": "inside", "iss": s.ID})
	hubtest.Want(t, "OIDC Core §6.1: the rest may stand beside it", b.Answer(b.Authorize(s.Request("request", connect, "state", "outside"))).Get("state"), "outside")

	stranger := hubtest.Signer{App: s.App, Key: w.ProofKey().Key}
	for name, tt := range map[string]struct{ object, code string }{
		"a wrong signature":   {stranger.Object(nil, nil), "invalid_request_object"},
		"expired":             {s.Object(nil, map[string]any{"exp": w.Clock.Now().Unix() - 100}), "invalid_request_object"},
		"another issuer":      {s.Object(nil, map[string]any{"iss": "x"}), "invalid_request_object"},
		"another audience":    {s.Object(nil, map[string]any{"aud": "https://other.example"}), "invalid_request_object"},
		"another client":      {s.Object(nil, map[string]any{"client_id": "x"}), "invalid_request_object"},
		"another response":    {s.Object(nil, map[string]any{"response_type": "token"}), "invalid_request_object"},
		"an object in it":     {s.Object(nil, map[string]any{"request": "x"}), "invalid_request_object"},
		"a request_uri":       {s.Object(nil, map[string]any{"request_uri": "https://x"}), "invalid_request_object"},
		"another type":        {s.Object(map[string]any{"typ": "at+jwt"}, nil), "invalid_request_object"},
		"the secret as key":   {w.Sign(jose.HS256, []byte(strings.Repeat("k", 32)), map[string]any{"kid": "k"}, map[string]any{"iss": s.ID}), "invalid_request_object"},
		"no JWT":              {"x", "invalid_request_object"},
		"cut off":             {s.Object(nil, nil)[:50], "invalid_request_object"},
		"encrypted":           {"a.b.c.d.e", "invalid_request_object"},
		"a wrong inner scope": {s.Object(nil, map[string]any{"scope": "openid phone"}), "invalid_scope"},
	} {
		got := b.Answer(b.Authorize(s.Request("request", tt.object)))
		hubtest.Want(t, name+": error", got.Get("error"), tt.code)
		hubtest.Want(t, name+": code", got.Get("code"), "")
	}
	// It registered no algorithm, so it may send unsigned objects, with the
	// content of a query (OIDC Registration §2).
	unsigned := b.Answer(b.Authorize(s.Request("request", hubtest.UnsignedObject(t, map[string]any{"state": "x", "redirect_uri": hubtest.Callback}))))
	hubtest.Want(t, "unsigned: state", unsigned.Get("state"), "x")
	hubtest.Want(t, "unsigned: a code", unsigned.Get("code") != "", true)
	hubtest.Want(t, "unsigned, with a wrong scope", b.Answer(b.Authorize(s.Request("request", hubtest.UnsignedObject(t, map[string]any{"scope": "openid sessions"})))).Get("error"), "invalid_scope")
	hubtest.RefusedPage(t, "an unsigned redirect_uri that is not registered", b.Authorize(url.Values{"client_id": {s.ID}, "request": {hubtest.UnsignedObject(t, map[string]any{"redirect_uri": "https://evil.example/"})}}))
	hubtest.RefusedPage(t, "an inner redirect_uri that is not registered", b.Authorize(url.Values{"client_id": {s.ID}, "request": {s.Object(nil, map[string]any{"redirect_uri": "https://evil.example/"})}}))
	hubtest.RefusedPage(t, "a refused object and a wrong redirect_uri beside it", b.Authorize(s.Request("redirect_uri", "https://evil.example/", "request", stranger.Object(nil, nil))))
	hubtest.RefusedPage(t, "a refused object with a wrong redirect_uri in it", b.Authorize(url.Values{"client_id": {s.ID}, "request": {stranger.Object(nil, map[string]any{"redirect_uri": "https://evil.example/"})}}))

	pushed := s.Pushed(s.Post("/oauth2/par", "request", s.Object(nil, nil)))
	hubtest.Want(t, "pushed", b.Answer(b.Authorize(pushed)).Get("state"), "inside")
}

func TestUnsignedRequestObjectsAreForWhoRegisteredThem(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App(func(c *clients.Client) { c.Algs.Request = "none" })
	b := w.Browser()
	b.SignInTo(a, "ada@example.org")
	object := hubtest.UnsignedObject(t, map[string]any{"state": "inside"})
	hubtest.Want(t, "state", b.Answer(b.Authorize(a.Request("request", object))).Get("state"), "inside")
	s := w.Signer(func(c *clients.Client) { c.Algs.Request = "ES256"; c.Requests.Signed = true })
	hubtest.Want(t, "one who must sign", b.Answer(b.Authorize(s.Request())).Get("error"), "invalid_request")
	hubtest.Want(t, "one who signs", b.Authorize(url.Values{"client_id": {s.ID}, "request": {s.Object(nil, nil)}}).Status, 200)
}

func TestARequestURIIsReadOnlyIfRegistered(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	var calls atomic.Int32
	var object atomic.Value
	object.Store("")
	canary := hubtest.NewServer(t, func(rw http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if r.URL.Fragment != "" {
			t.Error("the fragment was sent")
		}
		rw.Write([]byte(object.Load().(string))) //nolint:errcheck // a test server
	})
	s := w.Signer(func(c *clients.Client) { c.Requests.URIs = []string{canary + "/request.jwt#v1"} })
	none := w.App()
	b := w.Browser()
	b.SignInTo(s.App, "ada@example.org")
	object.Store(s.Object(nil, nil))
	hubtest.Want(t, "the registered one", b.Answer(b.Authorize(s.Request("request_uri", canary+"/request.jwt#v1"))).Get("state"), "inside")
	hubtest.Want(t, "requests to it", calls.Load(), 1)
	object.Store("x")
	hubtest.Want(t, "something else there", b.Answer(b.Authorize(s.Request("request_uri", canary+"/request.jwt#v1"))).Get("error"), "invalid_request_object")
	calls.Store(0)
	for _, uri := range []string{canary, canary + "/request.jwt", canary + "/request.jwt#v2", "http://169.254.169.254/", "http://127.0.0.1:27017", "file:///etc/passwd"} {
		hubtest.Want(t, uri, b.Answer(b.Authorize(s.Request("request_uri", uri))).Get("error"), "invalid_request_uri")
		hubtest.Want(t, uri+" of a client without any", b.Answer(b.Authorize(none.Request("request_uri", uri))).Get("error"), "request_uri_not_supported")
	}
	hubtest.Want(t, "both", b.Answer(b.Authorize(s.Request("request_uri", canary, "request", "x"))).Get("error"), "invalid_request")
	hubtest.Want(t, "connections to what is not registered (AZ-35)", calls.Load(), 0)
}

func TestARequestObjectMayBeEncrypted(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	s := w.Signer()
	b := w.Browser()
	b.SignInTo(s.App, "ada@example.org")
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(b.Open("/oauth2/jwks").Body), &set); err != nil {
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
		hubtest.Want(t, key.Algorithm+": state", b.Answer(b.Authorize(url.Values{"client_id": {s.ID}, "request": {seal(s.Object(nil, nil))}})).Get("state"), "inside")
		hubtest.Want(t, key.Algorithm+": unsigned inside", b.Answer(b.Authorize(s.Request("request", seal(hubtest.UnsignedObject(t, map[string]any{"state": "x"}))))).Get("state"), "x")
		hubtest.Want(t, key.Algorithm+": rubbish inside", b.Answer(b.Authorize(s.Request("request", seal("x")))).Get("error"), "invalid_request_object")
	}
	hubtest.Want(t, "keys to encrypt to", sealed > 0, true)
}
