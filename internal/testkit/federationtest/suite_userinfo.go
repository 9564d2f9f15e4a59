package federationtest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
)

func (s suite) userinfo(t *testing.T) {
	replaced := func(name string, want federation.FaultKind, handler http.HandlerFunc) lie {
		return lie{name, func(_ *World, script *Script) {
			script.Replace = map[string]http.HandlerFunc{PathUserinfo: handler}
		}, want}
	}
	edited := func(name string, edit func(map[string]any)) lie {
		return lie{name, func(_ *World, script *Script) { script.Userinfo = edit }, federation.Untrusted}
	}
	s.refuse(t, []lie{
		edited("FE-14 another sub", with("sub", "eve")),
		edited("FE-14 the sub in capitals", with("sub", "ADA")),
		edited("FE-14 the sub in two spellings", with("Sub", "eve")),
		edited("FE-14 no sub", without("sub")),
		edited("FE-14 an empty sub", with("sub", "")),
		edited("FE-14 a sub that is a number", with("sub", 7)),
		replaced("FE-25 an empty object", federation.Untrusted, page("application/json", "{}")),
		replaced("FE-25 an id that is zero", federation.Untrusted, page("application/json", `{"id":0}`)),
		replaced("FE-25 HTML", federation.Untrusted, page("text/html", "<html>")),
		replaced("FE-25 JSON that says it is HTML", federation.Untrusted, page("text/html", `{"sub":"ada","email":"eve@example.org"}`)),
		replaced("FE-25 a JWT", federation.Untrusted, page("application/jwt", "a.b.c")),
		replaced("FE-25 no content", federation.Untrusted, page("application/json", "")),
		replaced("FE-40 an array", federation.Untrusted, page("application/json", `[{"sub":"ada"}]`)),
		replaced("FE-40 two objects", federation.Untrusted, page("application/json", `{"sub":"ada"}{"sub":"eve"}`)),
		replaced("FE-40 the sub twice", federation.Untrusted, page("application/json", `{"sub":"eve","sub":"ada"}`)),
		replaced("a 401", federation.Untrusted, status(401, "")),
		replaced("a 503", federation.Unreachable, status(503, "")),
	})
	t.Run("FE-14 protocol claims are not taken from it", func(t *testing.T) {
		w := s.world(t)
		w.Set(func(s *Script) {
			s.Userinfo = func(c map[string]any) {
				for _, name := range []string{"iss", "aud", "nonce", "sid", "acr"} {
					c[name] = "evil"
				}
				c["amr"], c["auth_time"] = []string{"evil"}, 1
			}
		})
		if id := w.MustSignIn(federation.AuthRequestOptions{}); strings.Contains(fmt.Sprintf("%+v", id), "evil") || id.AuthTime != w.Clock.Now() {
			t.Errorf("got %+v", id)
		}
	})
	t.Run("it is not asked for what the id_token says", func(t *testing.T) {
		w := s.world(t)
		w.Set(func(s *Script) {
			s.IDToken = func(c map[string]any) {
				c["email"], c["email_verified"], c["name"], c["roles"] = "ada@example.com", true, "Ada", []string{"staff"}
			}
		})
		id := w.MustSignIn(federation.AuthRequestOptions{})
		if got := w.Calls(PathUserinfo); got != 0 || id.Email != "ada@example.com" || !id.EmailVerified || id.Name != "Ada" {
			t.Errorf("asked %d times, got %+v", got, id)
		}
	})
	t.Run("a provider may have none", func(t *testing.T) {
		w := s.world(t)
		w.Set(func(s *Script) { s.Discovery = without("userinfo_endpoint") })
		if id := w.MustSignIn(federation.AuthRequestOptions{}); id.Email != "" || id.EmailVerified {
			t.Errorf("got %+v", id)
		}
	})
	t.Run("email", s.email)
	t.Run("sizes", s.sizes)
}

func (s suite) email(t *testing.T) {
	t.Run("FE-15 both come from one document", func(t *testing.T) {
		w := s.world(t)
		w.Set(func(s *Script) { s.IDToken = with("email", "ada@victim.example") }) // userinfo says verified
		if id := w.MustSignIn(federation.AuthRequestOptions{}); id.Email != "ada@victim.example" || id.EmailVerified {
			t.Errorf("email in the id_token: got %q verified %v", id.Email, id.EmailVerified)
		}
		w = s.world(t)
		w.Set(func(s *Script) {
			s.IDToken = with("email_verified", true)
			s.Userinfo = without("email_verified")
		})
		if id := w.MustSignIn(federation.AuthRequestOptions{}); id.Email != "ada@example.org" || id.EmailVerified {
			t.Errorf("verified in the id_token: got %q verified %v", id.Email, id.EmailVerified)
		}
	})
	w := s.world(t)
	verified := func(address, flag any) (string, bool) {
		w.Set(func(s *Script) {
			s.Userinfo = func(c map[string]any) {
				c["email"], c["email_verified"] = address, flag
				if flag == any(absent{}) {
					delete(c, "email_verified")
				}
			}
		})
		id := w.MustSignIn(federation.AuthRequestOptions{})
		return id.Email, id.EmailVerified
	}
	t.Run("FE-16 only a JSON true is yes", func(t *testing.T) {
		for _, flag := range []any{"true", "false", "True", 1, 0, nil, []any{}, []bool{true}, map[string]any{}, false, absent{}} {
			if email, yes := verified("ada@example.org", flag); yes || email != "ada@example.org" {
				t.Errorf("%v: got %q verified %v", flag, email, yes)
			}
		}
		if _, yes := verified("ada@example.org", true); !yes {
			t.Error("true was not enough")
		}
	})
	t.Run("FE-17 an address that reads two ways is none", func(t *testing.T) {
		for _, address := range []any{
			"a@b@victim.example", "x@victim.example ", " x@victim.example", "x@victim.example\x00", "x\x00@victim.example",
			"x@victim.example\n", "x＠victim.example", `"x y"@victim.example`, `"x@y"@victim.example`, "=?utf-8?q?x?=@@victim.example",
			"x@victim", "x@", "@victim.example", "x", "", "x@.example", "x@victim.example.", "x@victim..example", ".x@victim.example",
			"x.@victim.example", "x..y@victim.example", "x@[127.0.0.1]", "x@victim.example,y@victim.example", "<x@victim.example>",
			"x(comment)@victim.example", "\u0430da@victim.example", strings.Repeat("x", 65) + "@victim.example",
			"x@" + strings.Repeat("x.", 200) + "example", "x@-victim.example", "x@vic_tim.example",
			7, nil, true, []string{"x@victim.example"}, map[string]any{},
		} {
			if email, yes := verified(address, true); email != "" || yes {
				t.Errorf("%q: got %q verified %v", address, email, yes)
			}
		}
	})
	t.Run("FE-17 a domain has one form", func(t *testing.T) {
		for address, want := range map[string]string{
			"x@VICTIM.example": "x@victim.example", "x@bücher.example": "x@xn--bcher-kva.example",
			"x@xn--bcher-kva.example": "x@xn--bcher-kva.example", "X+tag@example.org": "X+tag@example.org",
		} {
			if email, yes := verified(address, true); email != want || !yes {
				t.Errorf("%q: got %q verified %v, want %q", address, email, yes, want)
			}
		}
	})
}

func (s suite) sizes(t *testing.T) {
	w := s.world(t)
	long := strings.Repeat("\u00e9\x00\n\u202e", 2000)
	w.Set(func(s *Script) {
		s.Userinfo = func(c map[string]any) {
			for _, name := range []string{"name", "given_name", "family_name", "preferred_username", "locale"} {
				c[name] = long
			}
			c["picture"] = "https://example.org/" + strings.Repeat("x", 5000)
			c["roles"] = strings.Split(strings.Repeat("staff ", 5000), " ")
		}
	})
	id := w.MustSignIn(federation.AuthRequestOptions{})
	for name, text := range map[string]string{
		"name": id.Name, "given_name": id.GivenName, "family_name": id.FamilyName, "preferred_username": id.PreferredUsername, "locale": id.Locale,
	} {
		if len(text) > 200 || strings.ContainsAny(text, "\x00\n\u202e") || text == "" {
			t.Errorf("%s: got %d bytes: %.40q", name, len(text), text)
		}
	}
	if id.Picture != "" || len(id.Roles) != 0 {
		t.Errorf("got picture %.30q and roles %v", id.Picture, id.Roles)
	}
	for _, picture := range []string{"http://example.org/x.png", "javascript:alert(1)", "data:image/svg+xml,x", "//example.org/x", "https://u:p@example.org/x"} {
		w.Set(func(s *Script) { s.Userinfo = with("picture", picture) })
		if got := w.MustSignIn(federation.AuthRequestOptions{}).Picture; got != "" {
			t.Errorf("picture %q: got %q", picture, got)
		}
	}
}
