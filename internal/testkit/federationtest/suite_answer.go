package federationtest

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
)

func (s suite) answer(t *testing.T) {
	for _, row := range []struct {
		name string
		edit func(*federation.AuthState, url.Values)
		want federation.FaultKind
	}{
		{"FE-02 another state", func(_ *federation.AuthState, q url.Values) { q.Set("state", "known") }, federation.Unexpected},
		{"FE-02 no state", func(_ *federation.AuthState, q url.Values) { q.Del("state") }, federation.Unexpected},
		{"FE-02 an empty state and no leg", func(l *federation.AuthState, q url.Values) {
			*l = federation.AuthState{Redirect: l.Redirect, Issuer: l.Issuer}
			q.Set("state", "")
		}, federation.Unexpected},
		{"FE-04 a leg of another key", func(l *federation.AuthState, _ url.Values) { l.Redirect = Hub + "/signin/from/other" }, federation.Unexpected},
		{"FE-04 a leg of another issuer", func(l *federation.AuthState, _ url.Values) { l.Issuer = "https://evil.test" }, federation.Unexpected},
		{"FE-05 the state twice", func(_ *federation.AuthState, q url.Values) { q.Add("state", q.Get("state")) }, federation.Unexpected},
		{"FE-05 the code twice", func(_ *federation.AuthState, q url.Values) { q.Add("code", "other") }, federation.Unexpected},
		{"FE-05 iss twice", func(_ *federation.AuthState, q url.Values) { q.Add("iss", "other") }, federation.Unexpected},
		{"FE-05 a code of 1 MB", func(_ *federation.AuthState, q url.Values) { q.Set("code", strings.Repeat("x", 1<<20)) }, federation.Unexpected},
		{"no code", func(_ *federation.AuthState, q url.Values) { q.Del("code") }, federation.Unexpected},
		{"FE-32 iss of another", func(_ *federation.AuthState, q url.Values) { q.Set("iss", "https://evil.test") }, federation.Untrusted},
		{"FE-32 iss with a slash", func(_ *federation.AuthState, q url.Values) { q.Set("iss", q.Get("iss")+"/") }, federation.Untrusted},
		{"FE-32 no iss though announced", func(_ *federation.AuthState, q url.Values) { q.Del("iss") }, federation.Untrusted},
		{"FE-32 an error with iss of another", func(_ *federation.AuthState, q url.Values) {
			q.Set("iss", "https://evil.test")
			q.Set("error", "login_required")
		}, federation.Untrusted},
	} {
		t.Run(row.name, func(t *testing.T) {
			s.wrongAnswer(t, row.edit, row.want)
		})
	}
	t.Run("FE-32 no iss where none is announced", func(t *testing.T) {
		w := s.world(t)
		w.Set(func(s *Script) {
			s.Discovery = without("authorization_response_iss_parameter_supported")
			s.Answer = func(q url.Values) { q.Del("iss") }
		})
		w.MustSignIn(federation.AuthRequestOptions{})
	})
	t.Run("FE-05 what else the query says is not read", s.strayParameters)
	t.Run("FE-03 an answer works once", func(t *testing.T) {
		w := s.world(t)
		leg, query := w.Begin(federation.AuthRequestOptions{})
		if _, err := w.Finish(leg, query); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Finish(leg, query); Refused(err) != "invalid_grant" {
			t.Errorf("got %v, want invalid_grant", err)
		}
	})
	t.Run("FE-06 a stolen code", s.stolenCode)
	t.Run("FE-49 errors", s.errorAnswers)
}

// wrongAnswer is a callback that must fail before the connector sends a request.
func (s suite) wrongAnswer(t *testing.T, edit func(*federation.AuthState, url.Values), want federation.FaultKind) {
	w := s.world(t)
	leg, query := w.Begin(federation.AuthRequestOptions{})
	edit(&leg, query)
	if _, err := w.Finish(leg, query); Fault(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if got := w.Calls(PathToken); got != 0 {
		t.Errorf("the token endpoint was asked %d times", got)
	}
}

func (s suite) strayParameters(t *testing.T) {
	w := s.world(t)
	leg, query := w.Begin(federation.AuthRequestOptions{})
	for name, value := range map[string]string{
		"redirect_uri": "https://evil.test", "code_verifier": "known", "client_id": "evil", "client_secret": "evil",
		"grant_type": "evil", "provider": "evil", "id_token": "evil", "access_token": "evil",
	} {
		query.Add(name, value)
	}
	if _, err := w.Finish(leg, query); err != nil {
		t.Fatal(err)
	}
	form, _ := w.Seen(PathToken)
	if strings.Contains(form.Encode(), "evil") || form.Get("code_verifier") != leg.Verifier || form.Get("redirect_uri") != leg.Redirect {
		t.Errorf("the token request was %v", form)
	}
}

func (s suite) stolenCode(t *testing.T) {
	w := s.world(t)
	_, victim := w.Begin(federation.AuthRequestOptions{})
	leg, query := w.Begin(federation.AuthRequestOptions{})
	query.Set("code", victim.Get("code"))
	if _, err := w.Finish(leg, query); Refused(err) != "invalid_grant" {
		t.Errorf("got %v, want invalid_grant", err)
	}
}

const bait = `<a href="https://evil.test">Your account is locked, call 555</a>`

func (s suite) errorAnswers(t *testing.T) {
	for code, want := range map[string]string{
		"access_denied": "access_denied", "login_required": "login_required", "consent_required": "consent_required",
		"interaction_required": "interaction_required", "account_selection_required": "account_selection_required",
		"temporarily_unavailable": "temporarily_unavailable", "server_error": "server_error", "invalid_scope": "invalid_scope",
		"unauthorized_client": "unauthorized_client", "x": "server_error", bait: "server_error", "ACCESS_DENIED": "server_error",
	} {
		w := s.world(t)
		leg, query := w.Begin(federation.AuthRequestOptions{})
		query.Del("code")
		query.Set("error", code)
		query.Set("error_description", bait+"\x00\r\n"+strings.Repeat("x", 4000))
		_, err := w.Finish(leg, query)
		if got := Refused(err); got != want {
			t.Errorf("%s: got %v, want %s", code, err, want)
			continue
		}
		refusal := err.(*federation.Refusal)
		if strings.Contains(refusal.Says.String(), "evil") || strings.Contains(refusal.Says.String(), "555") || !strings.Contains(refusal.Says.String(), "Upstream") {
			t.Errorf("%s: the page would say %q", code, refusal.Says.String())
		}
		if len(refusal.Description) > 200 || strings.ContainsAny(refusal.Description, "\x00\r\n") {
			t.Errorf("%s: the trace would say %q", code, refusal.Description)
		}
	}
}

func (s suite) token(t *testing.T) {
	replaced := func(name string, want federation.FaultKind, handler http.HandlerFunc) lie {
		return lie{name, func(_ *World, script *Script) {
			script.Replace = map[string]http.HandlerFunc{PathToken: handler}
		}, want}
	}
	edited := func(name string, edit func(map[string]any)) lie {
		return lie{name, func(_ *World, script *Script) { script.Token = edit }, federation.Untrusted}
	}
	s.refuse(t, []lie{
		edited("no id_token", without("id_token")),
		edited("an id_token that is a number", with("id_token", 7)),
		edited("an id_token that is null", with("id_token", nil)),
		edited("no access token", without("access_token")),
		edited("an access token that is a number", with("access_token", 7)),
		edited("another access token than at_hash says", with("access_token", "other")),
		edited("an unknown token type", with("token_type", "mac")),
		replaced("FE-40 HTML", federation.Untrusted, page("text/html", "<html>eyJ</html>")),
		replaced("FE-40 an empty answer", federation.Untrusted, page("application/json", "")),
		replaced("FE-40 an array", federation.Untrusted, page("application/json", "[]")),
		replaced("FE-40 null", federation.Untrusted, page("application/json", "null")),
		replaced("FE-40 UTF-16", federation.Untrusted, page("application/json", "\xff\xfe{\x00}\x00")),
		replaced("FE-40 nesting", federation.Untrusted, page("application/json", strings.Repeat(`{"a":`, 100000))),
		replaced("a bare 500", federation.Unreachable, status(500, "")),
		replaced("a bare 400 that quotes the form", federation.Untrusted, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			io.WriteString(w, r.PostForm.Encode())
		}),
		replaced("a 204", federation.Untrusted, status(204, "")),
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
	t.Run("FE-36 credentials are not redirected", func(t *testing.T) {
		other := NewUpstream(t, time.Now)
		for _, path := range []string{PathToken, PathUserinfo, PathKeys} {
			for _, code := range []int{301, 302, 303, 307, 308} {
				w := s.world(t)
				w.Set(func(s *Script) {
					s.Replace = map[string]http.HandlerFunc{path: func(w http.ResponseWriter, r *http.Request) {
						http.Redirect(w, r, other.URL+path, code)
					}}
				})
				if _, err := w.SignIn(federation.AuthRequestOptions{}); err == nil {
					t.Errorf("%s %d: signed in", path, code)
				}
			}
			if got := other.Calls(path); got != 0 {
				t.Errorf("%s: the other host was asked %d times", path, got)
			}
		}
	})
}

func page(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		io.WriteString(w, body)
	}
}

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		io.WriteString(w, body)
	}
}
