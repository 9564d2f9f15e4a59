package frappe_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

const hub = "https://hub.example.com"

func key(provider string) frappe.Key {
	return frappe.Key{Hub: hub, Provider: provider, ClientID: "client_1", Secret: "fhs_the-client-secret", SignUps: frappe.Allow}
}

func site(api *frappetest.API) frappe.Site {
	return frappe.Site{URL: api.URL, HTTP: api.Client(), Key: "apikey123456", Secret: "apisecret123456"}
}

func newAPI(t *testing.T) *frappetest.API {
	return frappetest.NewAPI(t, frappetest.G2a, "apikey123456", "apisecret123456")
}

func TestAKeyIsEnteredAndReadBack(t *testing.T) {
	for _, provider := range []string{clients.FrappeProvider, clients.KeycloakProvider, "Head Office"} {
		api := newAPI(t)
		differ, err := site(api).Enter(t.Context(), key(provider), false)
		if err != nil || len(differ) > 0 {
			t.Fatalf("%s: differs in %v: %v", provider, differ, err)
		}
		want := map[string]frappetest.SocialLoginKey{
			clients.FrappeProvider:   frappetest.FrappeKey(hub, "client_1", "fhs_the-client-secret"),
			clients.KeycloakProvider: frappetest.KeycloakKey(hub, "client_1", "fhs_the-client-secret"),
			"Head Office":            frappetest.CustomKey("Head Office", hub, "client_1", "fhs_the-client-secret"),
		}[provider]
		got := api.LoginKey(want.Record())
		if got.AuthorizeURL != want.AuthorizeURL || got.AccessTokenURL != want.AccessTokenURL || got.RedirectURL != want.RedirectURL || got.APIEndpoint != want.APIEndpoint ||
			got.ClientSecret != want.ClientSecret || got.BaseURL != want.BaseURL || got.SignUps != want.SignUps || got.UserIDProperty != want.UserIDProperty || got.Disabled || got.NoCustomBaseURL {
			t.Errorf("%s:\n got %+v\nwant %+v", provider, got, want)
		}
	}
}

func TestAKeyThatIsThereIsReplacedOnlyWhenAsked(t *testing.T) {
	api := newAPI(t)
	s := site(api)
	if _, err := s.Enter(t.Context(), key(clients.FrappeProvider), true); err != nil {
		t.Fatalf("replacing none: %v", err)
	}
	other := key(clients.FrappeProvider)
	other.ClientID = "client_2"
	_, err := s.Enter(t.Context(), other, false)
	var refused *frappe.Refusal
	if !errors.As(err, &refused) || refused.Kind != frappe.Exists || refused.Unsure || !strings.Contains(strings.Join(refused.Said, " "), "already exists") {
		t.Errorf("got %v %v", err, refused)
	}
	if got := api.LoginKey("frappe").ClientID; got != "client_1" {
		t.Errorf("it was replaced by %q", got)
	}
	differ, err := s.Enter(t.Context(), other, true)
	if got := api.LoginKey("frappe").ClientID; err != nil || len(differ) > 0 || got != "client_2" {
		t.Errorf("it is %q, differs in %v: %v", got, differ, err)
	}
}

func TestEveryRefusalHasItsKind(t *testing.T) {
	for name, tt := range map[string]struct {
		change  func(*frappetest.API, *frappe.Site, *frappe.Key)
		kind    string
		says    string
		unsure  bool
		entered bool
	}{
		"a wrong secret": {func(_ *frappetest.API, s *frappe.Site, _ *frappe.Key) { s.Secret = "wrong" }, frappe.WrongKey, "", false, false},
		"no manager":     {func(a *frappetest.API, _ *frappe.Site, _ *frappe.Key) { a.Manager = false }, frappe.NotAllowed, "User clerk@example.com does not have", false, false},
		"an old site": {func(a *frappetest.API, _ *frappe.Site, k *frappe.Key) {
			a.NoKeycloak = true
			k.Provider = clients.KeycloakProvider
		}, frappe.Invalid, `cannot be "Keycloak"`, false, false},
		"a missing value":  {func(_ *frappetest.API, _ *frappe.Site, k *frappe.Key) { k.ClientID = "" }, frappe.Invalid, "Please enter Client ID", false, false},
		"a proxy":          {func(a *frappetest.API, _ *frappe.Site, _ *frappe.Key) { a.Trouble = "html" }, frappe.Broken, "", true, false},
		"another site":     {func(a *frappetest.API, _ *frappe.Site, _ *frappe.Key) { a.Trouble = "page" }, frappe.NotFrappe, "", true, false},
		"a flood":          {func(a *frappetest.API, _ *frappe.Site, _ *frappe.Key) { a.Trouble = "huge" }, frappe.NotFrappe, "", true, false},
		"another address":  {func(a *frappetest.API, _ *frappe.Site, _ *frappe.Key) { a.Trouble = "moved" }, frappe.Moved, "", false, false},
		"no answer":        {func(a *frappetest.API, _ *frappe.Site, _ *frappe.Key) { a.Trouble = "silent" }, frappe.Unreachable, "", true, false},
		"nobody there":     {func(a *frappetest.API, _ *frappe.Site, _ *frappe.Key) { a.Close() }, frappe.Unreachable, "", false, false},
		"not to read back": {func(a *frappetest.API, _ *frappe.Site, _ *frappe.Key) { a.Trouble = "unreadable" }, frappe.Broken, "", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			api := newAPI(t)
			s, k := site(api), key(clients.FrappeProvider)
			tt.change(api, &s, &k)
			_, err := s.Enter(t.Context(), k, false)
			var refused *frappe.Refusal
			if !errors.As(err, &refused) {
				t.Fatalf("got %v", err)
			}
			if refused.Kind != tt.kind || refused.Unsure != tt.unsure || refused.Entered != tt.entered {
				t.Errorf("got %+v", *refused)
			}
			said := strings.Join(refused.Said, " ")
			if !strings.Contains(said, tt.says) || strings.ContainsAny(said, "<>") || strings.Contains(said, "Traceback") {
				t.Errorf("the site said %q", said)
			}
			if refused.Kind == frappe.Moved && refused.To != "https://www.elsewhere.example" {
				t.Errorf("it moved to %q", refused.To)
			}
			for _, secret := range []string{s.Secret, k.Secret} {
				if strings.Contains(err.Error()+said, secret) {
					t.Errorf("a secret is in %q %q", err, said)
				}
			}
		})
	}
}

func TestWhatTheSiteKeepsOtherwiseIsTold(t *testing.T) {
	api := newAPI(t)
	api.Trouble = "edited"
	differ, err := site(api).Enter(t.Context(), key(clients.FrappeProvider), false)
	if err != nil || len(differ) != 1 || differ[0] != (frappe.Difference{Label: "Base URL", Sent: hub, Kept: hub + "/"}) {
		t.Errorf("differs in %v: %v", differ, err)
	}
}

// A site's error may contain anything, including the request's secrets.
func TestWhatASiteSaysIsCleaned(t *testing.T) {
	said := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusExpectationFailed)
		_, _ = w.Write([]byte(`{"_server_messages":"[\"{\\\"message\\\":\\\"<script>alert(1)</script>\\u202e ` + r.Header.Get("Authorization")[6:] +
			` fhs_the-client-secret ` + strings.Repeat("x", 2000) + `\\\"}\", \"no JSON\", \"3\", \"4\", \"5\", \"6\", \"7\"]"}`))
	}
	api := newAPI(t)
	api.Config.Handler = http.HandlerFunc(said)
	_, err := site(api).Enter(t.Context(), key(clients.FrappeProvider), false)
	var refused *frappe.Refusal
	if !errors.As(err, &refused) || len(refused.Said) != 5 {
		t.Fatalf("got %v", err)
	}
	for _, text := range refused.Said {
		if len(text) > 310 || strings.Contains(text, "apisecret123456") || strings.Contains(text, "fhs_the") || strings.ContainsAny(text, "<>\u202e") {
			t.Errorf("it is shown as %q", text)
		}
	}
}

// When the context ends, the transport may still be writing the request, so the
// site may have received it.
func TestARequestThatWasGivenUpMayHaveArrived(t *testing.T) {
	s := site(newAPI(t))
	var writing sync.WaitGroup
	s.HTTP = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		wrote := httptrace.ContextClientTrace(r.Context()).WroteHeaders
		wrote()
		writing.Go(wrote)
		return nil, context.DeadlineExceeded
	})}
	_, err := s.Enter(t.Context(), key(clients.FrappeProvider), false)
	writing.Wait()
	var refused *frappe.Refusal
	if !errors.As(err, &refused) || refused.Kind != frappe.Unreachable || !refused.Unsure {
		t.Errorf("got %v, which is sure that nothing arrived", err)
	}
}

func TestCredentialsAreOfTheirForm(t *testing.T) {
	for _, tt := range []struct{ key, secret, field string }{
		{"abc123", "def456", ""}, {"", "def", "api_key"}, {"abc", "", "api_secret"}, {"a b", "def", "api_key"}, {"a:b", "def", "api_key"},
		{"abc", "d\r\nX: y", "api_secret"}, {"abc", strings.Repeat("a", 201), "api_secret"}, {"ä", "def", "api_key"},
	} {
		wrong := frappe.CheckCredentials(tt.key, tt.secret)
		if field := append(wrong, forms.Problem{})[0].Field; field != tt.field {
			t.Errorf("%q %q: wrong is %v, want %q", tt.key, tt.secret, wrong, tt.field)
		}
	}
}

func FuzzWhatASiteAnswers(f *testing.F) {
	for _, seed := range []string{`{"data":{}}`, `{"data":{"name":1}}`, `{"exc_type":5}`, `{"_server_messages":"[1]"}`, `{"message":{}}`, "", "<html>", `{"exception":"a: b"}`} {
		f.Add(seed, 417, "application/json")
	}
	f.Fuzz(func(t *testing.T, body string, status int, kind string) {
		if status < 200 || status > 599 {
			return
		}
		api := transport(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}, "Location": {body}}, Body: io.NopCloser(strings.NewReader(body))}, nil
		})
		s := frappe.Site{URL: "https://erp.example.com", HTTP: &http.Client{Transport: api}, Key: "apikey123456", Secret: "apisecret123456"}
		_, err := s.Enter(t.Context(), key(clients.FrappeProvider), true)
		var refused *frappe.Refusal
		if err != nil && !errors.As(err, &refused) {
			t.Fatal(err)
		}
		if refused != nil && strings.ContainsAny(strings.Join(refused.Said, ""), "\x00\n\r") {
			t.Errorf("it said %q", refused.Said)
		}
	})
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }
