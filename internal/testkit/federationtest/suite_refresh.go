package federationtest

import (
	"net/http"
	"net/url"
	"reflect"
	"testing"

	"github.com/fedhub/fedhub/federation"
)

// keeping is a world with a key that stores refresh tokens.
func (s suite) keeping(t testing.TB) *World {
	return NewWorld(t, s.kind, s.factory, func(w *World) { w.Key.KeepTokens = true })
}

// Refresh calls the connector, and fails the test if an error contains a token.
func (w *World) Refresh(tokens federation.Tokens) (federation.Identity, error) {
	w.t.Helper()
	id, err := w.Connector.(federation.Refresher).Refresh(w.t.Context(), tokens)
	w.noLeaks(err, federation.AuthState{}, nil)
	if err != nil && !zero(id) {
		w.t.Errorf("an error came with an identity: %+v", id)
	}
	return id, err
}

// refresh is OpenID Connect Core §12.
func (s suite) refresh(t *testing.T) {
	t.Run("nothing is kept unless the key says so", func(t *testing.T) {
		if id := s.world(t).MustSignIn(federation.AuthRequestOptions{}); id.Tokens != (federation.Tokens{Subject: "ada"}) {
			t.Errorf("got %+v", id.Tokens)
		}
	})
	t.Run("the person as they are now, with the next token", func(t *testing.T) {
		w := s.keeping(t)
		before := w.MustSignIn(federation.AuthRequestOptions{})
		w.Set(func(s *Script) {
			s.Person = func(_ string, claims map[string]any) { claims["name"], claims["roles"] = "Ada L.", "other" }
		})
		now, err := w.Refresh(before.Tokens)
		if err != nil {
			t.Fatal(err)
		}
		if now.Name != "Ada L." || len(now.Roles) != 0 || now.Tokens.Refresh == "" || now.Tokens.Refresh == before.Tokens.Refresh || now.Tokens.ID == before.Tokens.ID {
			t.Errorf("got %+v", now)
		}
		now.Name, now.Roles, now.Tokens = before.Name, before.Roles, before.Tokens
		if !reflect.DeepEqual(now, before) {
			t.Errorf("got %+v, want %+v", now, before)
		}
		if _, err := w.Refresh(before.Tokens); Refused(err) != "invalid_grant" {
			t.Errorf("the used token: got %v, want invalid_grant", err)
		}
	})
	t.Run("an answer without new tokens keeps the old ones", func(t *testing.T) {
		w := s.keeping(t)
		before := w.MustSignIn(federation.AuthRequestOptions{})
		w.Set(func(s *Script) {
			s.Refresh = func(answer map[string]any) { delete(answer, "id_token"); delete(answer, "refresh_token") }
		})
		now, err := w.Refresh(before.Tokens)
		if err != nil || now.Subject != "ada" || now.Name != before.Name || now.Tokens != before.Tokens {
			t.Errorf("got %+v and %v", now, err)
		}
	})
	t.Run("without a token nothing is asked", func(t *testing.T) {
		w := s.keeping(t)
		if _, err := w.Refresh(federation.Tokens{Subject: "ada"}); err == nil || w.Calls(PathToken) != 0 {
			t.Errorf("got %v after %d requests", err, w.Calls(PathToken))
		}
	})
	t.Run("what decides nothing may change its shape", func(t *testing.T) {
		w := s.keeping(t)
		before := w.MustSignIn(federation.AuthRequestOptions{})
		w.Set(func(s *Script) {
			s.IDToken = func(c map[string]any) { c["auth_time"], c["tid"], c["oid"] = "2022-08-24T12:17:06.060Z", 7, []int{1} }
		})
		if now, err := w.Refresh(before.Tokens); err != nil || now.Subject != "ada" {
			t.Errorf("got %+v and %v", now, err)
		}
	})
	s.refreshLies(t)
}

func (s suite) refreshLies(t *testing.T) {
	claim := func(edit func(map[string]any)) func(*Script) { return func(s *Script) { s.IDToken = edit } }
	for name, row := range map[string]struct {
		script func(*Script)
		want   federation.FaultKind
	}{
		"another subject":       {claim(with("sub", "eve")), federation.Untrusted},
		"another issuer":        {claim(with("iss", "https://evil.test")), federation.Untrusted},
		"another audience":      {claim(with("aud", "evil")), federation.Untrusted},
		"another party":         {claim(with("azp", "evil")), federation.Untrusted},
		"another sign-in":       {claim(with("auth_time", 7)), federation.Untrusted},
		"another nonce":         {claim(with("nonce", "x")), federation.Untrusted},
		"an expired id_token":   {claim(with("exp", 7)), federation.Untrusted},
		"another access token":  {claim(with("at_hash", "AAAAAAAAAAAAAAAAAAAAAA")), federation.Untrusted},
		"an unsigned id_token":  {func(s *Script) { s.Sign = Unsigned }, federation.Untrusted},
		"a strange token type":  {func(s *Script) { s.Refresh = with("token_type", "mac") }, federation.Untrusted},
		"no access token":       {func(s *Script) { s.Refresh = without("access_token") }, federation.Untrusted},
		"userinfo of another":   {func(s *Script) { s.Userinfo = with("sub", "eve") }, federation.Untrusted},
		"no JSON":               {replaced(page("text/html", "<p>hello")), federation.Untrusted},
		"a server that is down": {replaced(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusServiceUnavailable) }), federation.Unreachable},
	} {
		t.Run(name, func(t *testing.T) {
			w := s.keeping(t)
			before := w.MustSignIn(federation.AuthRequestOptions{})
			w.Set(row.script)
			if _, err := w.Refresh(before.Tokens); Fault(err) != row.want {
				t.Errorf("got %v, want %s", err, row.want)
			}
		})
	}
}

func replaced(token http.HandlerFunc) func(*Script) {
	return func(s *Script) { s.Replace = map[string]http.HandlerFunc{PathToken: token} }
}

// signOut is OpenID Connect RP-Initiated Logout 1.0 §2.
func (s suite) signOut(t *testing.T) {
	leaving := func(t testing.TB) *World {
		return NewWorld(t, s.kind, s.factory, func(w *World) { w.Key.SignOutThere = true })
	}
	leave := func(w *World) (*url.URL, error) {
		id := w.MustSignIn(federation.AuthRequestOptions{})
		to, err := w.Connector.(federation.SignOuter).SignOut(t.Context(), id.Tokens, Hub+"/signed-out", "the state")
		if err != nil || to == "" {
			return nil, err
		}
		return mustParse(t, to), nil
	}
	t.Run("the browser takes along whose session ends", func(t *testing.T) {
		w := leaving(t)
		to, err := leave(w)
		if err != nil || to == nil || to.Scheme+"://"+to.Host+to.Path != w.URL+PathEnd {
			t.Fatalf("got %v and %v", to, err)
		}
		q := to.Query()
		if q.Get("id_token_hint") == "" || q.Get("client_id") == "" || q.Get("post_logout_redirect_uri") != Hub+"/signed-out" || q.Get("state") != "the state" {
			t.Errorf("got %v", q)
		}
	})
	for name, edit := range map[string]func(map[string]any){
		"a provider without such a page":      without("end_session_endpoint"),
		"a page on a host that nobody looked": with("end_session_endpoint", "https://evil.test/logout"),
		"a page that is none":                 with("end_session_endpoint", "javascript:alert(1)"),
	} {
		t.Run(name, func(t *testing.T) {
			w := leaving(t)
			w.Set(func(s *Script) { s.Discovery = edit })
			if to, err := leave(w); to != nil || err != nil {
				t.Errorf("got %v and %v, want neither", to, err)
			}
		})
	}
}
