package frappetest

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// The button of the simulated site has exactly the recorded address, including
// the state.
func TestTheButtonLeadsWhereTheRecordedOneLed(t *testing.T) {
	compared := 0
	for _, e := range Recorded(t, "*-selftest") {
		u, err := url.ParseRequestURI(e.Target)
		if err != nil || !strings.HasSuffix(u.Path, ".authorize") || e.Header.Get("Cookie") != "" {
			continue // after the sign-in there, the other site writes the address itself
		}
		compared++
		text, err := base64.StdEncoding.DecodeString(u.Query().Get("state"))
		if err != nil {
			t.Fatal(err)
		}
		var state struct {
			Site       string `json:"site"`
			Token      string `json:"token"`
			RedirectTo string `json:"redirect_to"`
		}
		if err := json.Unmarshal(text, &state); err != nil {
			t.Fatal(err)
		}
		s := NewSecondary(t, G1)
		s.HostName, s.Token = state.Site, func() string { return state.Token }
		link := s.Link(FrappeKey("", u.Query().Get("client_id"), "x"), state.RedirectTo)
		if link != e.Target {
			t.Errorf("%s: the button leads to\n%s\nwant\n%s", e.File, link, e.Target)
		}
	}
	if compared != 2 {
		t.Errorf("%d buttons were recorded, want 2", compared)
	}
}

func TestButtonsAreForKeysThatAreWhole(t *testing.T) {
	whole := FrappeKey("https://hub.example.com/", "id", "secret")
	off, bare, nowhere := CustomKey("Off", "https://hub.example.com", "id", "secret"), CustomKey("Bare", "https://hub.example.com", "id", ""), CustomKey("Nowhere", "", "id", "secret")
	off.Disabled = true
	s := NewSecondary(t, G1, whole, off, bare, nowhere)
	resp, err := http.Get(s.URL + "/login?redirect-to=https://evil.example/x")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(page), "Login with ") != 1 || !strings.Contains(string(page), `href="https://hub.example.com//api/method/frappe.integrations.oauth2.authorize?redirect_uri=`) {
		t.Errorf("the login page is\n%s", page)
	}
}

// aProvider answers every token request with the same user.
func aProvider(t *testing.T, token, info string) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := info
		if r.Method == http.MethodPost {
			answer = token
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// The state of G3 and later works once, for ten minutes, and only if the site
// issued it.
func TestALaterStateWorksOnceAndNotForLong(t *testing.T) {
	for _, generation := range []Generation{G3, G4} {
		now := time.Now()
		s := NewSecondary(t, generation)
		s.Now = func() time.Time { return now }
		key := FrappeKey(aProvider(t, `{"access_token":"a"}`, `{"sub":"1","name":"Nina","email":"nina@example.com","email_verified":true}`), "id", "secret")
		s.Use(key)
		come := func(state string) int {
			return get(t, s, "code=c&state="+url.QueryEscape(state)).StatusCode
		}
		state := stateOf(t, s.Link(key, ""))
		if len(state) != 32 {
			t.Errorf("%s: the state is %q", generation, state)
		}
		late := stateOf(t, s.Link(key, ""))
		for _, c := range []struct {
			what  string
			state string
			want  int
		}{{"first", state, 302}, {"again", state, 417}, {"made by anybody", "eyJ0b2tlbiI6IngifQ==", 417}} {
			if got := come(c.state); got != c.want {
				t.Errorf("%s, %s: %d, want %d", generation, c.what, got, c.want)
			}
		}
		now = now.Add(stateLife + time.Second)
		if got := come(late); got != 417 {
			t.Errorf("%s, too late: %d", generation, got)
		}
	}
}

func TestAddressesMustBeVerifiedSinceG4(t *testing.T) {
	for _, c := range []struct {
		claim string
		trust bool
		older int
		G4    int
	}{
		{`"email_verified":true`, false, 302, 302},
		{`"email_verified":false`, false, 302, 417},
		{`"x":1`, false, 302, 417},
		{`"x":1`, true, 302, 302},
		{`"email_verified":"true"`, false, 302, 417},
	} {
		for _, generation := range Generations() {
			s := NewSecondary(t, generation)
			key := FrappeKey(aProvider(t, `{"access_token":"a"}`, `{"sub":"1","name":"Nina","email":"nina@example.com",`+c.claim+`}`), "id", "secret")
			key.TrustUnverifiedEmail = c.trust
			s.Use(key)
			want := c.older
			if generation == G4 {
				want = c.G4
			}
			if got := get(t, s, "code=c&state="+url.QueryEscape(stateOf(t, s.Link(key, "")))).StatusCode; got != want {
				t.Errorf("%s, %s, trust %t: %d, want %d", generation, c.claim, c.trust, got, want)
			}
		}
	}
}

// G1 shows a visitor the token endpoint's response.
func TestOnlyG1PrintsWhatTheTokenEndpointSaid(t *testing.T) {
	for _, generation := range Generations() {
		key := FrappeKey(aProvider(t, `{"error":"invalid_grant","error_description":"the code is gone"}`, ""), "id", "secret")
		s := NewSecondary(t, generation, key)
		resp := get(t, s, "code=c&state="+url.QueryEscape(stateOf(t, s.Link(key, ""))))
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if shown := strings.Contains(string(body), "the code is gone"); resp.StatusCode != 500 || shown != (generation == G1) {
			t.Errorf("%s: %d %s", generation, resp.StatusCode, body)
		}
	}
}

// An account that the site created has an ID for "frappe" already, so the
// provider's ID is not stored; for other accounts it is.
func TestWhatTheProviderCallsThemIsNotedOnce(t *testing.T) {
	info := `{"sub":"hub-1","name":"Nina","email":"nina@example.com","email_verified":true}`
	base := aProvider(t, `{"access_token":"a"}`, info)
	s := NewSecondary(t, G1, FrappeKey(base, "id", "secret"), KeycloakKey(base, "id", "secret"))
	s.Add(Account{Email: "Nina@example.com", FirstName: "Nina"})
	before, _ := s.Account("nina@example.com")
	own := before.UserIDs["frappe"]
	for path, key := range map[string]SocialLoginKey{"login_via_frappe": FrappeKey(base, "id", "secret"), "login_via_keycloak/keycloak": KeycloakKey(base, "id", "secret")} {
		resp, _, err := Send(s.Listener.Addr().String(), "GET /api/method/"+logins+path+"?code=c&state="+url.QueryEscape(stateOf(t, s.Link(key, "")))+" HTTP/1.1\nHost: x")
		if err != nil || resp.StatusCode != 302 {
			t.Fatalf("%s: %v %v", path, resp, err)
		}
	}
	after, _ := s.Account("nina@example.com")
	if after.UserIDs["frappe"] != own || after.UserIDs["keycloak"] != "hub-1" {
		t.Errorf("the ids are %v", after.UserIDs)
	}
}

func stateOf(t *testing.T, link string) string {
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("state")
}

func get(t *testing.T, s *Secondary, query string) *http.Response {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(s.URL + "/api/method/" + logins + "login_via_frappe?" + query)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() }) //nolint:errcheck // the test is over
	return resp
}
