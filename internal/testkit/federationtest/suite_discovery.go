package federationtest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
)

func (s suite) discovery(t *testing.T) {
	other := NewUpstream(t, time.Now)
	edited := func(name string, edit func(map[string]any)) lie {
		return lie{name, func(_ *World, script *Script) { script.Discovery = edit }, federation.Misconfigured}
	}
	replaced := func(name string, want federation.FaultKind, handler http.HandlerFunc) lie {
		return lie{name, func(_ *World, script *Script) {
			script.Replace = map[string]http.HandlerFunc{PathDiscovery: handler}
		}, want}
	}
	lies := []lie{
		edited("FE-33 another issuer", with("issuer", other.URL)),
		edited("FE-33 no issuer", without("issuer")),
		edited("FE-33 an issuer that is a number", with("issuer", 7)),
		edited("no signatures that prove anything", with("id_token_signing_alg_values_supported", []string{"HS256", "none"})),
		edited("algorithms that are none", with("id_token_signing_alg_values_supported", []any{7, nil})),
		edited("algorithms that are no list", with("id_token_signing_alg_values_supported", map[string]any{"RS256": true})),
		edited("no authorization code flow", with("response_types_supported", []string{"id_token"})),
		edited("the issuer in two spellings", func(d map[string]any) { d["Issuer"] = d["issuer"] }),
		{"FE-33 an issuer below", func(w *World, script *Script) {
			script.Discovery = with("issuer", w.URL+"/tenant")
		}, federation.Misconfigured},
		{"FE-33 an issuer in capitals", func(w *World, script *Script) {
			script.Discovery = with("issuer", strings.Replace(w.URL, "https", "HTTPS", 1))
		}, federation.Misconfigured},
		replaced("FE-36 a redirect to another host", federation.Misconfigured, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+PathDiscovery, http.StatusFound)
		}),
		replaced("a 404", federation.Misconfigured, status(404, "")),
		replaced("a 503", federation.Unreachable, status(503, "")),
		replaced("FE-40 HTML", federation.Misconfigured, page("text/html", "<html>")),
		replaced("FE-40 nothing", federation.Misconfigured, page("application/json", "")),
		replaced("FE-40 an array", federation.Misconfigured, page("application/json", "[]")),
		replaced("FE-40 null", federation.Misconfigured, page("application/json", "null")),
		replaced("FE-40 UTF-16", federation.Misconfigured, page("application/json", "\xff\xfe{\x00}\x00")),
		replaced("FE-40 NaN", federation.Misconfigured, page("application/json", `{"issuer":NaN}`)),
		replaced("FE-40 nesting", federation.Misconfigured, page("application/json", strings.Repeat(`{"a":`, 100000))),
	}
	for _, endpoint := range []string{"authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "fedhub_servers_endpoint"} {
		for name, value := range map[string]any{
			"on another host": other.URL + "/x", "on plain http": strings.Replace(other.URL, "https", "http", 1),
			"on a metadata address": "http://169.254.169.254/latest", "in a file": "file:///etc/passwd", "gopher": "gopher://x/1",
			"javascript": "javascript:alert(1)", "without a host": "https:///x", "opaque": "https:x", "relative": "/token",
			"with a user": "https://user:pw@" + strings.TrimPrefix(other.URL, "https://"), "a number": 7,
			"on a look-alike": "https://127.0.0.1.evil.test/",
		} {
			lies = append(lies, edited("FE-33 "+endpoint+" "+name, with(endpoint, value)))
		}
	}
	for _, endpoint := range []string{"authorization_endpoint", "token_endpoint", "jwks_uri"} {
		lies = append(lies, edited("FE-33 no "+endpoint, without(endpoint)), edited("FE-33 empty "+endpoint, with(endpoint, "")))
	}
	s.refuse(t, lies)
	for _, path := range []string{PathDiscovery, PathToken, PathUserinfo, PathKeys} {
		if got := other.Calls(path); got != 0 {
			t.Errorf("%s of the other host was asked %d times", path, got)
		}
	}
	t.Run("addresses", s.addresses)
	t.Run("only what is read is checked", s.unread)
}

// unread: metadata that the hub does not use may have any type, and so may
// metadata that only lists optional features.
func (s suite) unread(t *testing.T) {
	for _, odd := range oddities() {
		w := s.world(t)
		w.Set(func(s *Script) {
			s.Discovery = func(d map[string]any) {
				for _, name := range []string{
					"scopes_supported", "end_session_endpoint", "fedhub_name", "registration_endpoint", "claims_supported", "check_session_iframe",
					"grant_types_supported", "subject_types_supported", "op_policy_uri", "frontchannel_logout_supported", "userinfo_signing_alg_values_supported",
				} {
					d[name] = odd
				}
				d["Check_session_iframe"] = "another spelling"
			}
		})
		if id := w.MustSignIn(federation.AuthRequestOptions{}); id.Subject != "ada" {
			t.Errorf("%v: got %+v", odd, id)
		}
	}
	for name, edit := range map[string]func(map[string]any){
		"algorithms with odd ones between": with("id_token_signing_alg_values_supported", []any{nil, 7, "ES256", map[string]any{}}),
		"no algorithms":                    with("id_token_signing_alg_values_supported", nil),
		"a userinfo endpoint of null":      with("userinfo_endpoint", nil),
		"response types with odd ones":     with("response_types_supported", []any{7, "code"}),
		"a promise in quotes":              with("authorization_response_iss_parameter_supported", "true"),
		"a promise of another shape":       with("authorization_response_iss_parameter_supported", []any{}),
	} {
		w := s.world(t)
		if name == "no algorithms" { // the default is RS256
			w.UseRSA(2048)
		}
		w.Set(func(s *Script) { s.Discovery = edit })
		if _, err := w.SignIn(federation.AuthRequestOptions{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Run("a byte order mark", func(t *testing.T) { // RFC 8259 §8.1
		w := s.world(t)
		marked := func(path string, doc func() any) http.HandlerFunc {
			return func(rw http.ResponseWriter, r *http.Request) {
				page("application/json", "\xef\xbb\xbf"+string(encode(doc())))(rw, r)
			}
		}
		w.Set(func(script *Script) {
			script.Replace = map[string]http.HandlerFunc{PathKeys: marked(PathKeys, func() any { return w.published() }),
				PathDiscovery: func(rw http.ResponseWriter, r *http.Request) {
					rw.Header().Set("Content-Type", "application/json")
					rw.Write([]byte("\xef\xbb\xbf"))
					w.Upstream.discovery(rw, Script{})
				}}
		})
		w.MustSignIn(federation.AuthRequestOptions{})
	})
	t.Run("a promise in quotes holds", func(t *testing.T) {
		w := s.world(t)
		w.Set(func(s *Script) {
			s.Discovery = with("authorization_response_iss_parameter_supported", "true")
			s.Answer = func(q url.Values) { q.Del("iss") }
		})
		if _, err := w.SignIn(federation.AuthRequestOptions{}); Fault(err) != federation.Untrusted {
			t.Errorf("got %v, want untrusted", err)
		}
	})
}

func (s suite) addresses(t *testing.T) {
	t.Run("FE-33 a confirmed foreign host is used", func(t *testing.T) {
		other := NewUpstream(t, time.Now)
		w := NewWorld(t, s.kind, s.factory, func(w *World) {
			w.Key.Hosts = []string{strings.TrimPrefix(other.URL, "https://")}
		})
		other.mu.Lock()
		other.keys = w.keys
		other.mu.Unlock()
		w.Set(func(s *Script) { s.Discovery = with("jwks_uri", other.URL+PathKeys) })
		w.MustSignIn(federation.AuthRequestOptions{})
	})
	t.Run("a Base URL may have a slash at its end", func(t *testing.T) {
		w := NewWorld(t, s.kind, s.factory, func(w *World) { w.Key.BaseURL += "/" })
		if got := w.MustSignIn(federation.AuthRequestOptions{}).Issuer; got != w.URL {
			t.Errorf("got issuer %q, want %q", got, w.URL)
		}
	})
	t.Run("an issuer may have a slash at its end", func(t *testing.T) {
		w := s.world(t)
		w.Set(func(s *Script) {
			s.IDToken = with("iss", w.URL+"/")
			s.Discovery = func(d map[string]any) {
				d["issuer"] = w.URL + "/"
			}
			s.Answer = func(q url.Values) { q.Set("iss", w.URL+"/") }
		})
		if got := w.MustSignIn(federation.AuthRequestOptions{}).Issuer; got != w.URL+"/" {
			t.Errorf("got issuer %q, want %q", got, w.URL+"/")
		}
	})
	t.Run("FE-33 a pinned issuer stays", func(t *testing.T) {
		w := NewWorld(t, s.kind, s.factory, func(w *World) { w.Key.Issuer = w.URL + "/" })
		if _, err := w.SignIn(federation.AuthRequestOptions{}); Fault(err) != federation.Misconfigured {
			t.Errorf("got %v, want misconfigured", err)
		}
	})
	t.Run("FE-36 discovery may move on its own host", func(t *testing.T) {
		w := s.world(t)
		w.Set(func(s *Script) {
			s.Replace = map[string]http.HandlerFunc{PathDiscovery: func(rw http.ResponseWriter, r *http.Request) {
				if r.URL.RawQuery == "" {
					http.Redirect(rw, r, PathDiscovery+"?moved", http.StatusFound)
					return
				}
				w.Upstream.discovery(rw, Script{})
			}}
		})
		w.MustSignIn(federation.AuthRequestOptions{})
	})
	t.Run("plain http is for local hubs", func(t *testing.T) {
		w := NewWorld(t, s.kind, s.factory, func(w *World) {
			w.Key.BaseURL = strings.Replace(w.URL, "https", "http", 1)
		})
		if _, err := w.SignIn(federation.AuthRequestOptions{}); err == nil {
			t.Error("signed in")
		}
	})
}
