package federationtest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
)

// absent, as the value of a claim, removes the claim.
type absent struct{}

func (s suite) idToken(t *testing.T) {
	s.refuse(t, s.signatureLies())
	s.refuse(t, s.claimLies())
	t.Run("accepted", s.acceptedTokens)
	t.Run("max_age", s.maxAge)
	t.Run("FE-13 a nonce of an earlier leg", func(t *testing.T) {
		w := s.world(t)
		old, _ := w.Begin(federation.AuthRequestOptions{})
		w.Set(func(s *Script) { s.IDToken = with("nonce", old.Nonce) })
		if _, err := w.SignIn(federation.AuthRequestOptions{}); Fault(err) != federation.Untrusted {
			t.Errorf("got %v, want untrusted", err)
		}
	})
}

// signatureLies are FE-10: tokens that the provider's key did not sign.
func (s suite) signatureLies() []lie {
	signed := func(name string, sign func(*World, map[string]any) string) lie {
		return lie{"FE-10 " + name, func(w *World, script *Script) {
			script.Sign = func(claims map[string]any) string { return sign(w, claims) }
		}, federation.Untrusted}
	}
	return []lie{
		signed("unsigned", func(_ *World, c map[string]any) string { return Unsigned(c) }),
		signed("HS256 with the client secret", func(_ *World, c map[string]any) string { return HMAC(c, []byte(clientSecret)) }),
		signed("HS256 with the public key", func(w *World, c map[string]any) string { return HMAC(c, w.PublicPEM()) }),
		signed("HS256 with nothing", func(_ *World, c map[string]any) string { return HMAC(c, nil) }),
		signed("another key under the same kid", func(w *World, c map[string]any) string { return w.Forged(c, nil) }),
		signed("another key in the header", func(w *World, c map[string]any) string {
			forger := newSigner("forger")
			return forger.sign(encode(c), map[string]any{"jwk": forger.public()})
		}),
		signed("another key at an address in the header", func(w *World, c map[string]any) string {
			return w.Forged(c, map[string]any{"jku": "https://evil.test/jwks"})
		}),
		signed("an unknown kid", func(w *World, c map[string]any) string { return newSigner("unknown").sign(encode(c), nil) }),
		signed("a signature of other claims", func(w *World, c map[string]any) string {
			parts := strings.Split(w.SignClaims(c, nil), ".")
			c["sub"] = "eve"
			return parts[0] + "." + segment(encode(c)) + "." + parts[2]
		}),
		signed("no signature", func(w *World, c map[string]any) string {
			token := w.SignClaims(c, nil)
			return token[:strings.LastIndex(token, ".")+1]
		}),
		signed("the JSON form", func(w *World, c map[string]any) string {
			parts := strings.Split(w.SignClaims(c, nil), ".")
			return fmt.Sprintf(`{"payload":%q,"protected":%q,"signature":%q}`, parts[1], parts[0], parts[2])
		}),
		signed("a logout token", func(w *World, c map[string]any) string {
			return w.SignClaims(c, map[string]any{"typ": "logout+jwt"})
		}),
		signed("an access token", func(w *World, c map[string]any) string {
			return w.SignClaims(c, map[string]any{"typ": "at+jwt"})
		}),
		signed("a critical header", func(w *World, c map[string]any) string {
			return w.SignClaims(c, map[string]any{"crit": []string{"x"}, "x": true})
		}),
		signed("no JSON inside", func(w *World, _ map[string]any) string { return w.SignPayload([]byte("hello"), nil) }),
		signed("an array inside", func(w *World, _ map[string]any) string { return w.SignPayload([]byte("[]"), nil) }),
		signed("null inside", func(w *World, _ map[string]any) string { return w.SignPayload([]byte("null"), nil) }),
		signed("a subject twice", func(w *World, c map[string]any) string {
			return w.SignPayload([]byte(strings.Replace(string(encode(c)), "{", `{"sub":"eve",`, 1)), nil)
		}),
		signed("a subject in two spellings", func(w *World, c map[string]any) string {
			c["Sub"] = "eve"
			return w.SignClaims(c, nil)
		}),
		signed("nesting", func(w *World, c map[string]any) string {
			c["deep"] = json.RawMessage(strings.Repeat("[", 20000) + strings.Repeat("]", 20000))
			return w.SignPayload([]byte(fmt.Sprintf(`{"deep":%s}`, c["deep"])), nil)
		}),
		signed("not a token", func(*World, map[string]any) string { return "not.a.token" }),
		signed("empty", func(*World, map[string]any) string { return "" }),
		signed("256 KB", func(w *World, c map[string]any) string {
			c["padding"] = strings.Repeat("x", 256<<10)
			return w.SignClaims(c, nil)
		}),
		{"FE-10 an algorithm that was not announced", func(_ *World, script *Script) {
			script.Discovery = with("id_token_signing_alg_values_supported", []string{"RS256"})
		}, federation.Untrusted},
	}
}

// claimLies change one claim of an otherwise valid token.
func (s suite) claimLies() []lie {
	now := NewClock().Now()
	var lies []lie
	for claim, values := range map[string][]any{
		// FE-11
		"iss": {absent{}, "", nil, 7, "https://evil.test", []string{"a"}},
		"aud": {absent{}, "", nil, 7, "evil", []string{}, []string{"evil"}, []any{7}, map[string]any{}},
		"azp": {"evil", "", nil, 7},
		// FE-12
		"exp":     {absent{}, nil, "", "4102444800", fmt.Sprint(now.Unix() + 300), now.Unix() - 121, 0, -1, true, []int{1}, 1e300},
		"iat":     {absent{}, nil, "1", now.Unix() + 600, -1, true},
		"nbf":     {"1", now.Unix() + 600, -1},
		"sub":     {absent{}, nil, "", "0", 0, 7, true, " ", " ada", "ada ", strings.Repeat("x", 256), strings.Repeat("x", 10<<10), "a\x00b", "a\nb", "\u0430da", []string{"ada"}},
		"nonce":   {absent{}, nil, "", "other", 7, true}, // FE-13
		"at_hash": {nil, "", "AAAAAAAAAAAAAAAAAAAAAA", 7},
	} {
		for _, value := range values {
			edit := with(claim, value)
			if value == any(absent{}) {
				edit = without(claim)
			}
			lies = append(lies, lie{fmt.Sprintf("%s %.30v", claim, value), func(_ *World, script *Script) { script.IDToken = edit }, federation.Untrusted})
		}
	}
	own := func(name string, edit func(w *World, claims map[string]any)) lie {
		return lie{name, func(w *World, script *Script) {
			script.IDToken = func(claims map[string]any) { edit(w, claims) }
		}, federation.Untrusted}
	}
	return append(lies,
		own("FE-11 iss with a slash", func(w *World, c map[string]any) { c["iss"] = w.URL + "/" }),
		own("FE-11 iss in capitals", func(w *World, c map[string]any) { c["iss"] = strings.ToUpper(w.URL) }),
		own("FE-11 iss of another tenant", func(w *World, c map[string]any) { c["iss"] = w.URL + "/tenant" }),
		own("FE-11 aud with others and no azp", func(w *World, c map[string]any) { c["aud"] = []any{c["aud"], "evil"} }),
		own("FE-11 aud with others and their azp", func(w *World, c map[string]any) {
			c["aud"], c["azp"] = []any{c["aud"], "evil"}, "evil"
		}),
		own("FE-11 aud in capitals", func(w *World, c map[string]any) { c["aud"] = strings.ToUpper(c["aud"].(string)) }),
		own("at_hash of another token", func(w *World, c map[string]any) { c["at_hash"] = "LDktKdoQak3Pk0cnXxCltA" }),
	)
}

// idle are ID token claims that the hub does not use when it sent no max_age.
var idle = []string{
	"auth_time", "acr", "amr", "sid", "jti", "name", "given_name", "family_name", "preferred_username", "picture", "locale",
	"groups", "_claim_names", "_claim_sources", "hasgroups", "tid", "oid", "c_hash", "updated_at", "address", "phone_number",
}

// oddities are values of unexpected types.
func oddities() []any {
	return []any{nil, "", "x", "1", -1, 0.5, 1e300, true, []any{}, []any{nil, 7, "x", []any{}, map[string]any{}}, map[string]any{"a": nil}, strings.Repeat("x", 1000)}
}

// acceptedTokens are valid variants that providers send. The checks must not
// refuse them.
func (s suite) acceptedTokens(t *testing.T) {
	for name, edit := range map[string]func(map[string]any){
		"without at_hash":           without("at_hash"),
		"without sid, acr and amr":  func(c map[string]any) { delete(c, "sid"); delete(c, "acr"); delete(c, "amr") },
		"aud as a list":             func(c map[string]any) { c["aud"] = []any{c["aud"]} },
		"aud with others, azp ours": func(c map[string]any) { c["azp"], c["aud"] = c["aud"], []any{"other", c["aud"]} },
		"azp ours":                  func(c map[string]any) { c["azp"] = c["aud"] },
		"a clock a minute ahead":    func(c map[string]any) { c["iat"] = c["iat"].(int64) + 60 },
		"times with fractions":      func(c map[string]any) { c["exp"] = float64(c["exp"].(int64)) + 0.5 },
		"a claim of a strange type": with("name", []int{1}),
		"a clock a minute behind":   func(c map[string]any) { c["exp"] = c["iat"].(int64) - 60 },
		"names in two spellings":    func(c map[string]any) { c["Groups"], c["groups"] = "a", "b" },
	} {
		t.Run(name, func(t *testing.T) {
			w := s.world(t)
			w.Set(func(s *Script) { s.IDToken = edit })
			if got := w.MustSignIn(federation.AuthRequestOptions{}).Subject; got != "ada" {
				t.Errorf("got %q, want ada", got)
			}
		})
	}
	t.Run("whatever decides nothing, in any shape", func(t *testing.T) {
		w := s.world(t)
		for _, odd := range oddities() {
			w.Set(func(s *Script) {
				s.IDToken = func(c map[string]any) {
					for _, name := range idle {
						c[name] = odd
					}
				}
			})
			if id := w.MustSignIn(federation.AuthRequestOptions{}); id.Subject != "ada" || id.AuthTime.After(w.Clock.Now()) || len(id.SID) > 255 {
				t.Errorf("%v: got %+v", odd, id)
			}
		}
	})
	t.Run("an auth_time in words, which nobody asked for", func(t *testing.T) { // ADFS
		w := s.world(t)
		w.Set(func(s *Script) { s.IDToken = with("auth_time", "2022-08-24T12:17:06.060Z") })
		if id := w.MustSignIn(federation.AuthRequestOptions{}); !id.AuthTime.IsZero() {
			t.Errorf("they signed in at %v", id.AuthTime)
		}
	})
	t.Run("signed with RS256", func(t *testing.T) {
		w := s.world(t)
		w.UseRSA(2048)
		w.MustSignIn(federation.AuthRequestOptions{})
	})
	t.Run("with a typ", func(t *testing.T) {
		w := s.world(t)
		w.Set(func(s *Script) { s.Header = map[string]any{"typ": "JWT"} })
		w.MustSignIn(federation.AuthRequestOptions{})
	})
}

func (s suite) maxAge(t *testing.T) {
	signedIn := func(ago time.Duration) func(map[string]any) {
		return with("auth_time", NewClock().Now().Add(-ago).Unix())
	}
	for name, row := range map[string]struct {
		edit func(map[string]any)
		want bool
	}{
		"just now":         {signedIn(0), true},
		"within":           {signedIn(5 * time.Minute), true},
		"longer ago":       {signedIn(20 * time.Minute), true}, // auth_time is known
		"never":            {without("auth_time"), true},       // auth_time is unknown
		"in the future":    {signedIn(-time.Hour), false},
		"as a text":        {with("auth_time", "1"), false},
		"at the beginning": {with("auth_time", 0), true},
	} {
		t.Run(name, func(t *testing.T) {
			w := s.world(t)
			w.Set(func(s *Script) { s.IDToken = row.edit })
			_, err := w.SignIn(federation.AuthRequestOptions{MaxAge: "600"})
			if got := err == nil; got != row.want || !got && Fault(err) != federation.Untrusted {
				t.Errorf("got %v, want accepted %v", err, row.want)
			}
		})
	}
}
