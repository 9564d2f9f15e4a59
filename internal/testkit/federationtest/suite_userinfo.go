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
	t.Run("signed", s.signedUserinfo)
	t.Run("only a name is missing", s.nameless)
}

// signedUserinfo is Core §5.3.2: a signed response must pass the checks of an ID
// token, except those that bind it to a sign-in.
func (s suite) signedUserinfo(t *testing.T) {
	signed := func(sign func(w *World, claims map[string]any) string) func(*World, *Script) {
		return func(w *World, script *Script) {
			script.UserinfoJWT = func(claims map[string]any) string {
				claims["iss"], claims["aud"] = w.URL, script.Client.ID
				return sign(w, claims)
			}
		}
	}
	edited := func(edit func(map[string]any)) func(*World, *Script) {
		return signed(func(w *World, claims map[string]any) string { edit(claims); return w.SignClaims(claims, nil) })
	}
	same := func(map[string]any) {}
	for name, script := range map[string]func(*World, *Script){
		"as it should be":    edited(same),
		"for others, too":    edited(func(c map[string]any) { c["aud"] = []any{"other", c["aud"]} }),
		"with times":         edited(func(c map[string]any) { c["iat"], c["exp"] = NewClock().Now().Unix(), NewClock().Now().Unix()+60 }),
		"with a typ":         signed(func(w *World, c map[string]any) string { return w.SignClaims(c, map[string]any{"typ": "JWT"}) }),
		"of odd description": edited(func(c map[string]any) { c["locale"], c["picture"], c["jti"] = 7, nil, []int{1} }),
	} {
		w := s.world(t)
		w.Set(func(s *Script) { script(w, s) })
		if id := w.MustSignIn(federation.AuthRequestOptions{}); id.Email != "ada@example.org" || !id.EmailVerified || id.Name != "Name of ada" {
			t.Errorf("%s: got %+v", name, id)
		}
	}
	var lies []lie
	for name, script := range map[string]func(*World, *Script){
		"unsigned":                signed(func(_ *World, c map[string]any) string { return Unsigned(c) }),
		"HS256 with the secret":   signed(func(_ *World, c map[string]any) string { return HMAC(c, []byte(clientSecret)) }),
		"HS256 with the key":      signed(func(w *World, c map[string]any) string { return HMAC(c, w.PublicPEM()) }),
		"another key":             signed(func(w *World, c map[string]any) string { return w.Forged(c, nil) }),
		"a logout token's typ":    signed(func(w *World, c map[string]any) string { return w.SignClaims(c, map[string]any{"typ": "logout+jwt"}) }),
		"another sub":             edited(with("sub", "eve")),
		"no sub":                  edited(without("sub")),
		"another issuer":          edited(with("iss", "https://evil.test")),
		"no issuer":               edited(without("iss")),
		"another audience":        edited(with("aud", "evil")),
		"no audience":             edited(without("aud")),
		"an id_token":             edited(with("nonce", "n")),
		"one that ended":          edited(with("exp", 7)),
		"one that begins later":   edited(with("nbf", NewClock().Now().Unix()+600)),
		"an exp that is no time":  edited(with("exp", "soon")),
		"a sub in two spellings":  edited(with("Sub", "eve")),
		"plain JSON as a JWT":     signed(func(_ *World, c map[string]any) string { return string(encode(c)) }),
		"an encrypted one's form": signed(func(*World, map[string]any) string { return "a.b.c.d.e" }),
	} {
		lies = append(lies, lie{name, script, federation.Untrusted})
	}
	s.refuse(t, lies)
	t.Run("an algorithm that was not announced", func(t *testing.T) {
		w := s.world(t)
		w.Set(func(s *Script) {
			edited(same)(w, s)
			s.Discovery = with("userinfo_signing_alg_values_supported", []any{"RS256", "none"})
		})
		if _, err := w.SignIn(federation.AuthRequestOptions{}); Fault(err) != federation.Untrusted {
			t.Errorf("got %v", err)
		}
	})
}

// nameless: if userinfo only adds the name, its failure costs only the name. A
// response that may be forged still ends the sign-in.
func (s suite) nameless(t *testing.T) {
	told := func(c map[string]any) {
		c["email"], c["email_verified"], c["roles"] = "ada@example.com", true, []string{"staff"}
	}
	for name, handler := range map[string]http.HandlerFunc{
		"a 401": status(401, ""), "a 503": status(503, ""), "HTML": page("text/html", "<html>"), "nothing": page("application/json", ""),
		"an array": page("application/json", "[]"), "a redirect": status(302, ""),
	} {
		w := s.world(t)
		w.Set(func(s *Script) { s.IDToken, s.Replace = told, map[string]http.HandlerFunc{PathUserinfo: handler} })
		id := w.MustSignIn(federation.AuthRequestOptions{})
		if id.Email != "ada@example.com" || !id.EmailVerified || id.Name != "" || len(id.Roles) != 1 || w.Calls(PathUserinfo) != 1 {
			t.Errorf("%s: got %+v after %d calls", name, id, w.Calls(PathUserinfo))
		}
	}
	for name, handler := range map[string]http.HandlerFunc{
		"another subject": page("application/json", `{"sub":"eve","name":"Eve"}`), "nobody": page("application/json", `{"name":"Eve"}`),
		"a forged one": page("application/jwt", "a.b.c"),
	} {
		w := s.world(t)
		w.Set(func(s *Script) { s.IDToken, s.Replace = told, map[string]http.HandlerFunc{PathUserinfo: handler} })
		if _, err := w.SignIn(federation.AuthRequestOptions{}); Fault(err) != federation.Untrusted {
			t.Errorf("%s: got %v, want untrusted", name, err)
		}
	}
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
	if id.Picture != "" || len(id.Roles) != 1 {
		t.Errorf("got picture %.30q and roles %v", id.Picture, id.Roles)
	}
	for _, picture := range []string{"http://example.org/x.png", "javascript:alert(1)", "data:image/svg+xml,x", "//example.org/x", "https://u:p@example.org/x"} {
		w.Set(func(s *Script) { s.Userinfo = with("picture", picture) })
		if got := w.MustSignIn(federation.AuthRequestOptions{}).Picture; got != "" {
			t.Errorf("picture %q: got %q", picture, got)
		}
	}
}
