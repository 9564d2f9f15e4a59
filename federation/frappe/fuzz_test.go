package frappe_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/frappe"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

const fuzzSecret = "be3b1c2179"

// site selects its response by the path.
type site map[string]func() (status int, kind, body string)

func (s site) RoundTrip(r *http.Request) (*http.Response, error) {
	_, method, _ := strings.Cut(r.URL.Path, "oauth2.")
	status, kind, body := 200, "application/json", "{}"
	if answer := s[method]; answer != nil {
		status, kind, body = answer()
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func fuzzed(t *testing.T, s site) (federation.Connector, federation.AuthState, url.Values) {
	t.Helper()
	key := federation.LoginKey{ID: "up", Kind: federation.KindFrappe, Name: "ERP", BaseURL: "https://erp.example.org", ClientID: "tvm353lm47", Enabled: true}
	key.Secret = federationtest.Seal(fuzzSecret, key.SecretContext())
	connector, err := frappe.New(key, federationtest.NewEnv(&http.Client{Transport: s}, federationtest.NewClock(), federationtest.HubKey{}, &bytes.Buffer{}))
	if err != nil {
		t.Fatal(err)
	}
	var leg federation.AuthState
	if _, err := connector.Begin(t.Context(), &leg, federation.AuthRequestOptions{}); err != nil {
		t.Fatal(err)
	}
	return connector, leg, url.Values{"code": {"c"}, "state": {leg.State}}
}

// FuzzAnswer lets a site send any answer at any of its endpoints: the connector
// must not panic, every error has a kind, no error contains what looks like a
// token, and an accepted identity has a subject.
func FuzzAnswer(f *testing.F) {
	for _, e := range frappetest.Recorded(f, "*-primary-*") {
		if strings.Contains(e.Target, "get_token") || strings.Contains(e.Target, "openid_profile") || strings.Contains(e.Target, "revoke_token") {
			f.Add(e.Status, e.AnswerHeader.Get("Content-Type"), e.Answer, strings.Contains(e.Target, "get_token"))
		}
	}
	f.Add(200, "application/json", `{"message":{"sub":"x"}}`, false)
	f.Add(417, "application/json", `{"exc_type":7,"_server_messages":"[\"{]\"]"}`, true)
	f.Fuzz(func(t *testing.T, status int, kind, body string, token bool) {
		if status < 100 || status > 599 || strings.ContainsAny(kind, "\r\n") {
			return
		}
		answer := func() (int, string, string) { return status, kind, body }
		s := site{"openid_profile": answer, "revoke_token": answer, "get_token": func() (int, string, string) {
			return 200, "application/json", `{"access_token":"a","token_type":"Bearer","refresh_token":"r"}`
		}}
		if token {
			s["get_token"] = answer
		}
		connector, leg, query := fuzzed(t, s)
		id, err := connector.Finish(t.Context(), leg, query)
		judged(t, id, err)
		id, err = connector.(federation.Refresher).Refresh(t.Context(), federation.Tokens{Refresh: "r", Subject: "x"})
		judged(t, id, err)
		judged(t, federation.Identity{Subject: "-"}, connector.(federation.Revoker).Revoke(t.Context(), federation.Tokens{Refresh: "r"}))
		_, err = connector.(federation.Describer).Describe(t.Context())
		judged(t, federation.Identity{Subject: "-"}, err)
	})
}

func judged(t *testing.T, id federation.Identity, err error) {
	t.Helper()
	var fault *federation.Fault
	var refusal *federation.Refusal
	switch {
	case err == nil && (id.Subject == "" || id.EmailVerified && id.Email == ""):
		t.Errorf("signed in as %+v", id)
	case err == nil:
	case id.Subject != "" && id.Subject != "-":
		t.Errorf("%v came with %+v", err, id)
	case !errors.As(err, &fault) && !errors.As(err, &refusal):
		t.Errorf("%v has no kind", err)
	case strings.Contains(err.Error(), fuzzSecret):
		t.Errorf("FE-48: %v", err)
	}
}

// FuzzIDToken lets a site sign any claims. An accepted ID token has our audience,
// our nonce and a valid time.
func FuzzIDToken(f *testing.F) {
	f.Add(`{"aud":"tvm353lm47","iat":1893553445,"exp":1893557045,"nonce":"NONCE","iss":"https://erp.example.org","sub":"x"}`)
	f.Add(`{"aud":["tvm353lm47"],"iat":1893553445,"exp":1e400,"nonce":"NONCE","sub":"x"}`)
	f.Add(`{"aud":"tvm353lm47","nonce":"NONCE","sub":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		var leg federation.AuthState
		var claims map[string]any
		s := site{
			"openid_profile": func() (int, string, string) { return 200, "application/json", `{"sub":"x","name":"X"}` },
			"get_token": func() (int, string, string) {
				d := json.NewDecoder(strings.NewReader(strings.ReplaceAll(text, "NONCE", leg.Nonce)))
				d.UseNumber()
				if d.Decode(&claims) != nil || claims == nil {
					claims = map[string]any{}
				}
				body, _ := json.Marshal(map[string]string{"access_token": "a", "token_type": "Bearer", "id_token": frappetest.SignHS256(fuzzSecret, claims)})
				return 200, "application/json", string(body)
			},
		}
		connector, begun, query := fuzzed(t, s)
		leg = begun
		id, err := connector.Finish(t.Context(), leg, query)
		judged(t, id, err)
		if err != nil {
			return
		}
		number, _ := claims["exp"].(json.Number)
		expires, _ := number.Int64()
		if claims["nonce"] != leg.Nonce || claims["sub"] != "x" || !federationtest.NewClock().Now().Before(time.Unix(expires, 0)) {
			t.Errorf("signed in by %v", claims)
		}
	})
}
