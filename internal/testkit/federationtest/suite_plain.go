package federationtest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/fedhub/fedhub/federation"
)

// RunPlain is the suite for connectors to plain OAuth 2.0 providers: no
// discovery, no ID token, and so no signature, nonce or issuer to check. adapt
// fits the world's key to the connector.
func RunPlain(t *testing.T, kind string, factory federation.Factory, adapt func(*World)) {
	s := suite{kind: kind, factory: factory, adapt: adapt}
	able(s.world(t).Connector, t, "look again")
	t.Run("honest", s.plainHonest)
	t.Run("begin", s.plainBegin)
	t.Run("answer", s.plainAnswer)
	t.Run("token", s.plainToken)
	t.Run("userinfo", s.plainUserinfo)
	t.Run("network", s.plainNetwork)
}

// as signs in at the provider as this user.
func (s suite) as(w *World, name string) (federation.Identity, error) {
	var leg federation.AuthState
	redirect, err := w.Connector.Begin(w.t.Context(), &leg, federation.AuthRequestOptions{})
	if err != nil {
		return federation.Identity{}, err
	}
	return w.Connector.Finish(w.t.Context(), leg, w.Visit(w.t, redirect+"&login_hint="+url.QueryEscape(name)))
}

func (s suite) plainHonest(t *testing.T) {
	w := s.world(t)
	got := w.MustSignIn(federation.AuthRequestOptions{})
	if got.Key != "up" || got.Issuer != w.Key.BaseURL || got.Subject == "" || got.ACR != "" || got.SID != "" || !got.AuthTime.IsZero() {
		t.Errorf("got %+v", got)
	}
	t.Run("FE-46 many people at once stay apart", func(t *testing.T) {
		w := s.world(t)
		var people sync.WaitGroup
		for i := range 50 {
			people.Go(func() {
				name := fmt.Sprint(1000 + i)
				if id, err := s.as(w, name); err != nil || id.Subject != name {
					t.Errorf("%s: got %q and %v", name, id.Subject, err)
				}
			})
		}
		people.Wait()
	})
}

func (s suite) plainBegin(t *testing.T) {
	w := s.world(t)
	leg, seen := federation.AuthState{State: "known", Verifier: "known", Redirect: "https://evil.test"}, map[string]bool{}
	for range 3 { // FE-01
		redirect, err := w.Connector.Begin(t.Context(), &leg, federation.AuthRequestOptions{})
		if err != nil {
			t.Fatal(err)
		}
		query := mustParse(t, redirect).Query()
		for _, value := range []string{leg.State, leg.Verifier} {
			if len(value) < 43 || seen[value] {
				t.Errorf("%q is short or was used before", value)
			}
			seen[value] = true
		}
		if query.Get("state") != leg.State || query.Get("redirect_uri") != w.Env.Callback("up") || leg.Issuer != w.Key.BaseURL {
			t.Errorf("the request %v is not the leg's %+v", query, leg)
		}
		if query.Get("code_challenge_method") != "S256" || query.Get("code_challenge") == "" || strings.Contains(redirect, leg.Verifier) {
			t.Errorf("the verifier is not hidden in %v", query)
		}
	}
	if _, err := w.Connector.Begin(t.Context(), &leg, federation.AuthRequestOptions{Prompt: "none"}); Refused(err) != "login_required" {
		t.Errorf("prompt=none: got %v, want login_required", err)
	}
}

func (s suite) plainAnswer(t *testing.T) {
	for name, edit := range map[string]func(*federation.AuthState, url.Values){
		"FE-02 another state": func(_ *federation.AuthState, q url.Values) { q.Set("state", "known") },
		"FE-02 no state":      func(_ *federation.AuthState, q url.Values) { q.Del("state") },
		"FE-02 no leg": func(l *federation.AuthState, q url.Values) {
			*l = federation.AuthState{Redirect: l.Redirect, Issuer: l.Issuer}
			q.Set("state", "")
		},
		"FE-04 a leg of another key":    func(l *federation.AuthState, _ url.Values) { l.Redirect = Hub + "/signin/from/other" },
		"FE-27 a leg of another issuer": func(l *federation.AuthState, _ url.Values) { l.Issuer = "https://evil.test" },
		"FE-05 the state twice":         func(_ *federation.AuthState, q url.Values) { q.Add("state", q.Get("state")) },
		"FE-05 the code twice":          func(_ *federation.AuthState, q url.Values) { q.Add("code", "other") },
		"FE-05 a code of 1 MB":          func(_ *federation.AuthState, q url.Values) { q.Set("code", strings.Repeat("x", 1<<20)) },
		"no code":                       func(_ *federation.AuthState, q url.Values) { q.Del("code") },
	} {
		t.Run(name, func(t *testing.T) {
			s.wrongAnswer(t, edit, federation.Unexpected)
		})
	}
	t.Run("FE-05 what else the query says is not read", s.strayParameters)
	t.Run("FE-06 a stolen code", s.stolenCode)
	t.Run("FE-49 errors", s.errorAnswers)
}

func (s suite) plainToken(t *testing.T) {
	replaced := func(name string, want federation.FaultKind, handler http.HandlerFunc) lie {
		return lie{name, func(_ *World, script *Script) {
			script.Replace = map[string]http.HandlerFunc{PathToken: handler}
		}, want}
	}
	edited := func(name string, edit func(map[string]any)) lie {
		return lie{name, func(_ *World, script *Script) { script.Token = edit }, federation.Untrusted}
	}
	s.refuse(t, []lie{
		edited("no access token", without("access_token")),
		edited("an access token that is a number", with("access_token", 7)),
		edited("an unknown token type", with("token_type", "mac")),
		replaced("FE-40 HTML", federation.Untrusted, page("text/html", "<html>access_token</html>")),
		replaced("FE-40 an empty answer", federation.Untrusted, page("application/json", "")),
		replaced("FE-40 an array", federation.Untrusted, page("application/json", "[]")),
		replaced("FE-40 null", federation.Untrusted, page("application/json", "null")),
		replaced("FE-40 nesting", federation.Untrusted, page("application/json", strings.Repeat(`{"a":`, 100000))),
		replaced("a bare 500", federation.Unreachable, status(500, "")),
		replaced("a bare 400 that quotes the form", federation.Untrusted, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			fmt.Fprint(w, r.PostForm.Encode())
		}),
	})
	t.Run("FE-49 an error is a refusal", func(t *testing.T) {
		for code, want := range map[string]string{"invalid_grant": "invalid_grant", "invalid_client": "invalid_client", bait: "server_error"} {
			w := s.world(t)
			w.Set(func(s *Script) {
				s.Replace = map[string]http.HandlerFunc{PathToken: func(w http.ResponseWriter, _ *http.Request) {
					writeJSON(w, 400, map[string]string{"error": code, "error_description": bait})
				}}
			})
			_, err := w.SignIn(federation.AuthRequestOptions{})
			if got := Refused(err); got != want || strings.Contains(err.(*federation.Refusal).Says.String(), "evil") {
				t.Errorf("%s: got %v, want %s", code, err, want)
			}
		}
	})
	t.Run("FE-36 credentials are not redirected", s.plainRedirects)
}

func (s suite) plainRedirects(t *testing.T) {
	asked := 0
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	t.Cleanup(inside.Close)
	for _, path := range []string{PathToken, PathUserinfo} {
		for _, code := range []int{301, 302, 303, 307, 308} {
			w := s.world(t)
			w.Set(func(s *Script) {
				s.Replace = map[string]http.HandlerFunc{path: func(w http.ResponseWriter, r *http.Request) {
					http.Redirect(w, r, inside.URL+path, code)
				}}
			})
			if _, err := w.SignIn(federation.AuthRequestOptions{}); err == nil {
				t.Errorf("%s %d: signed in", path, code)
			}
		}
	}
	if asked != 0 {
		t.Errorf("the other host was asked %d times", asked)
	}
}

func (s suite) plainUserinfo(t *testing.T) {
	replaced := func(name string, want federation.FaultKind, handler http.HandlerFunc) lie {
		return lie{name, func(_ *World, script *Script) {
			script.Replace = map[string]http.HandlerFunc{PathUserinfo: handler}
		}, want}
	}
	s.refuse(t, []lie{
		replaced("FE-25 an empty object", federation.Untrusted, page("application/json", "{}")),
		replaced("FE-25 an id that is zero", federation.Untrusted, page("application/json", `{"id":0,"sub":0}`)),
		replaced("FE-25 an id that is empty", federation.Untrusted, page("application/json", `{"id":"","sub":""}`)),
		replaced("FE-25 an id that is null", federation.Untrusted, page("application/json", `{"id":null,"sub":null}`)),
		replaced("FE-25 HTML", federation.Untrusted, page("text/html", "<html>")),
		replaced("FE-25 no content", federation.Untrusted, page("application/json", "")),
		replaced("FE-40 two objects", federation.Untrusted, page("application/json", `{"id":7,"sub":"7"}{"id":8,"sub":"8"}`)),
		replaced("FE-40 the id twice", federation.Untrusted, page("application/json", `{"id":7,"id":8,"sub":"7","sub":"8"}`)),
		replaced("FE-40 nesting", federation.Untrusted, page("application/json", `{"id":7,"sub":"7","a":`+strings.Repeat("[", 1000)+strings.Repeat("]", 1000)+"}")),
		replaced("a 401", federation.Untrusted, status(401, "")),
		replaced("a 503", federation.Unreachable, status(503, "")),
	})
}

func (s suite) plainNetwork(t *testing.T) {
	s.bear(t, []string{PathToken, PathUserinfo}, map[string]trouble{
		"hangs":          {hang, []federation.FaultKind{federation.Unreachable}},
		"drips":          {drip, []federation.FaultKind{federation.Unreachable}},
		"hangs up":       {hangUp, []federation.FaultKind{federation.Unreachable}},
		"answers 1 GB":   {endless, []federation.FaultKind{federation.Untrusted, federation.Unreachable}},
		"stops half-way": {stop, []federation.FaultKind{federation.Untrusted, federation.Unreachable}},
	})
	t.Run("FE-45 a visitor who leaves is no fault", s.visitorLeaves)
}
