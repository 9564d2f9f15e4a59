package frappe_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/frappe"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

func TestEveryRecordedAnswerSignsInOrNamesTheReason(t *testing.T) {
	used := map[string]bool{}
	var code string // of the approval before
	for _, e := range frappetest.Recorded(t, "*-primary-*") {
		if strings.Contains(e.Target, ".approve?") {
			code = e.AnswerHeader.Get("Location")
		}
		if neverAsked(e) != "" {
			continue
		}
		name := e.Name
		if strings.Contains(e.Body, "grant_type=authorization_code") && !strings.HasPrefix(e.File[len("v15-primary-"):], "token") {
			name += " (code)"
		}
		want, found := outcomes[name]
		if !found {
			t.Errorf("%s, %s: no outcome is known", e.File, name)
			continue
		}
		used[name] = true
		p := newPlay(t, e)
		got := p.outcome(code)
		code = ""
		if !strings.Contains(got, want) {
			t.Errorf("%s, %s: got %q, want %q", e.File, name, got, want)
		}
		if want == noNonce {
			if got := p.refreshed(); got != asha {
				t.Errorf("%s, %s, as a refresh: got %q", e.File, name, got)
			}
		}
	}
	for name := range outcomes {
		if !used[name] {
			t.Errorf("no recording is called %q", name)
		}
	}
}

// A play is a connector with a site that sends one recorded answer and the
// answers before and after it.
type play struct {
	*testing.T
	e         frappetest.Exchange
	connector federation.Connector
	subject   string
}

func newPlay(t *testing.T, e frappetest.Exchange) *play {
	t.Helper()
	generation := e.File[:3]
	id, secret, base := "tvm353lm47", "be3b1c2179", "http://primary.localhost:8000"
	if generation == "v16" {
		id, secret, base = "53f4tbd03j", "9570d918c0", "http://primary-v16.localhost:8002"
	}
	if strings.Contains(e.Body, "client_id=qnff4l60t1") || strings.Contains(e.Body, "client_id=53mr21onr8") {
		id = url.Values(mustQuery(e.Body)).Get("client_id")
	}
	profiles := map[string]frappetest.Exchange{}
	for _, one := range frappetest.Recorded(t, generation+"-primary-userinfo") {
		profiles[one.Name] = one
	}
	p := &play{T: t, e: e, subject: member(profiles["userinfo ok"].Answer, "sub")}
	profile := profiles["userinfo ok"]
	if e.Name == "token client without openid" {
		profile = profiles["userinfo token of a client without openid"]
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, method, _ := strings.Cut(r.URL.Path, "oauth2.")
		switch {
		case strings.Contains(e.Target, "oauth2."+method):
			e.Play(w)
		case method == "get_token":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"access_token":"a","token_type":"Bearer"}`)
		case method == "openid_profile":
			profile.Play(w)
		default:
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, "{}")
		}
	}))
	t.Cleanup(server.Close)
	key := federation.LoginKey{ID: "up", Kind: federation.KindFrappe, Name: "Example ERP", BaseURL: base, ClientID: id, Enabled: true}
	key.Secret = federationtest.Seal(secret, key.SecretContext())
	client := server.Client()
	client.Transport = &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
	}}
	env := federationtest.NewEnv(client, federationtest.NewClock(), federationtest.NewHubKey(), &bytes.Buffer{})
	env.Callback = func(string) string { return "https://hub.example.com/cb" }
	env.Now = func() time.Time { return moment(e.Answer) }
	connector, err := frappe.New(key, env)
	if err != nil {
		t.Fatal(err)
	}
	p.connector = connector
	return p
}

// outcome is the result of the recorded response.
func (p *play) outcome(code string) string {
	p.Helper()
	switch {
	case strings.Contains(p.e.Body, "grant_type=refresh_token"):
		return p.refreshed()
	case strings.Contains(p.e.Target, "revoke_token"):
		if err := p.connector.(federation.Revoker).Revoke(p.Context(), federation.Tokens{Refresh: "r"}); err != nil {
			return err.Error()
		}
		return "revoked"
	}
	answer := url.Values{"code": {"c"}, "state": {"st-1"}}
	if back, err := url.Parse(code); err == nil && code != "" {
		answer = back.Query()
	}
	leg := federation.AuthState{State: "st-1", Nonce: "n-1", Verifier: "v", Redirect: "https://hub.example.com/cb", Issuer: p.base()}
	if answer.Get("state") == "" {
		answer.Set("state", "st-1") // the fragment of an implicit answer stays in the browser
	}
	id, err := p.connector.Finish(p.Context(), leg, answer)
	return said(id, err)
}

func (p *play) base() string {
	if strings.HasPrefix(p.e.File, "v16") {
		return "http://primary-v16.localhost:8002"
	}
	return "http://primary.localhost:8000"
}

func (p *play) refreshed() string {
	id, err := p.connector.(federation.Refresher).Refresh(p.Context(), federation.Tokens{Refresh: "r", Subject: p.subject})
	return said(id, err)
}

func said(id federation.Identity, err error) string {
	if err != nil {
		return err.Error()
	}
	return id.Email
}

func mustQuery(s string) url.Values {
	q, err := url.ParseQuery(s)
	if err != nil {
		panic(err)
	}
	return q
}

func member(answer, name string) string {
	var all map[string]any
	_ = json.Unmarshal([]byte(answer), &all)
	text, _ := all[name].(string)
	return text
}

// moment is when an answer was given: a second after its id_token was made.
func moment(answer string) time.Time {
	parts := strings.Split(member(answer, "id_token"), ".")
	if len(parts) != 3 {
		return time.Unix(1795450954, 0)
	}
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct{ IAT int64 }
	_ = json.Unmarshal(payload, &claims)
	return time.Unix(claims.IAT+1, 0)
}
