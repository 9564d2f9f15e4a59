package jwt_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
)

var key = []byte(strings.Repeat("k", 64))

func policy() jwt.Policy {
	return jwt.Policy{
		Use: "test token", Algorithms: []jose.SignatureAlgorithm{jose.HS256, jose.HS512}, Types: []string{"test+jwt"},
		Audience: jwt.One, MaxSize: 4 << 10, By: "the sender", For: "us",
		Required: []string{"exp", "jti"}, Absent: []string{"nonce"}, Leeway: time.Minute, MaxLife: time.Hour, MaxAge: time.Hour, Fresh: 2 * time.Minute,
	}
}

func signed(t testing.TB, alg jose.SignatureAlgorithm, header map[jose.HeaderKey]any, payload string) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, &jose.SignerOptions{ExtraHeaders: header})
	if err != nil {
		t.Fatal(err)
	}
	jws, err := s.Sign([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestAPolicyThatLeavesARuleUnsaidAcceptsNothing(t *testing.T) {
	raw := signed(t, jose.HS256, map[jose.HeaderKey]any{"typ": "test+jwt"}, `{}`)
	if _, err := policy().Parse(raw); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*jwt.Policy){
		"names no algorithms":       func(p *jwt.Policy) { p.Algorithms = nil },
		"allows the algorithm none": func(p *jwt.Policy) { p.Algorithms = []jose.SignatureAlgorithm{jose.HS256, "none"} },
		"no rule about typ":         func(p *jwt.Policy) { p.Types = nil },
		"no rule about aud":         func(p *jwt.Policy) { p.Audience = 0 },
		"has no size":               func(p *jwt.Policy) { p.MaxSize = 0 },
	} {
		p := policy()
		change(&p)
		if _, err := p.Parse(raw); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("got %v, want an error that says %q", err, what)
		}
	}
}

func TestTheHeaderIsHeldToThePolicy(t *testing.T) {
	typed := map[jose.HeaderKey]any{"typ": "test+jwt"}
	good := signed(t, jose.HS256, typed, `{}`)
	text := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	for what, row := range map[string]struct {
		raw, says string
	}{
		"too long":       {signed(t, jose.HS256, typed, `{"x":"`+strings.Repeat("x", 4<<10)+`"}`), "too long"},
		"two parts":      {"a.b", "compact form"},
		"encrypted":      {"a.b.c.d.e", "compact form"},
		"no JSON":        {"a.b.c", "compact form"},
		"a line break":   {good + "\n", "compact form"},
		"two algorithms": {text(`{"alg":"HS256","alg":"none","typ":"test+jwt"}`) + ".e30.", "compact form"},
		"nobody signed":  {text(`{"alg":"none","typ":"test+jwt"}`) + ".e30.", "signed with one of HS256, HS512"},
		"another alg":    {signed(t, jose.HS384, typed, `{}`), "signed with one of HS256, HS512"},
		"another typ":    {signed(t, jose.HS256, map[jose.HeaderKey]any{"typ": "JWT"}, `{}`), "its typ must be one of test+jwt"},
		"no typ":         {signed(t, jose.HS256, nil, `{}`), "its typ must be one of test+jwt"},
		"crit":           {signed(t, jose.HS256, map[jose.HeaderKey]any{"typ": "test+jwt", "crit": []string{"exp"}}, `{}`), "crit"},
	} {
		if _, err := policy().Parse(row.raw); err == nil || !strings.Contains(texts.Of(err).In(templates.Sentence, ""), row.says) {
			t.Errorf("%s: got %v, want an error that says %q", what, err, row.says)
		}
	}
	for _, typ := range []string{"TEST+jwt", "application/test+jwt"} {
		if _, err := policy().Parse(signed(t, jose.HS256, map[jose.HeaderKey]any{"typ": typ}, `{}`)); err != nil {
			t.Errorf("%s: %v", typ, err)
		}
	}
	if _, err := policy().Only(jose.HS512).Parse(good); err == nil {
		t.Error("a narrowed list does not count")
	}
	if _, err := policy().Only(jose.HS384).Parse(signed(t, jose.HS384, typed, `{}`)); err == nil {
		t.Error("a caller widened the policy")
	}
	token, err := policy().Parse(good)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := token.Verify([]byte(strings.Repeat("x", 64))); err == nil {
		t.Error("another key made the signature")
	}
	if payload, err := token.Verify(key); err != nil || string(payload) != "{}" {
		t.Errorf("got %s and %v", payload, err)
	}
}

func TestTheClaimsAreHeldToThePolicy(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	want := jwt.Want{Issuer: "ada", Audience: []string{"us", ""}, Now: now}
	for payload, says := range map[string]string{
		`{"iss":"ada","aud":"us","jti":"1","exp":1000060,"nbf":999990,"iat":999990}`:      "",
		`{"iss":"ada","aud":"us","jti":"1","exp":999941}`:                                 "",
		`{"iss":"ada","aud":"us","jti":"1","exp":999940}`:                                 "it has expired",
		`{"iss":"ada","aud":"us","jti":"1","exp":1003660}`:                                "",
		`{"iss":"ada","aud":"us","jti":"1","exp":1003661}`:                                "more than 60 minutes in the future",
		`{"iss":"ada","aud":"us","jti":"1","exp":1000060,"iat":1000061}`:                  "its iat is in the future",
		`{"iss":"ada","aud":"us","jti":"1","exp":1000060,"nbf":1000061}`:                  "its nbf is in the future",
		`{"iss":"ada","aud":"us","jti":"1","exp":1000060,"nbf":996339}`:                   "more than 60 minutes ago",
		`{"iss":"eve","aud":"us","jti":"1","exp":1000060}`:                                "its iss must be the sender",
		`{"aud":"us","jti":"1","exp":1000060}`:                                            "its iss must be the sender",
		`{"iss":"ada","aud":"them","jti":"1","exp":1000060}`:                              "its aud must be one string, us",
		`{"iss":"ada","aud":"","jti":"1","exp":1000060}`:                                  "its aud must be one string, us",
		`{"iss":"ada","aud":["us"],"jti":"1","exp":1000060}`:                              "its aud must be one string, us",
		`{"iss":"ada","jti":"1","exp":1000060}`:                                           "its aud must be one string, us",
		`{"iss":"ada","aud":"us","exp":1000060}`:                                          "it has no jti; it needs all of exp, jti",
		`{"iss":"ada","aud":"us","jti":"","exp":1000060}`:                                 "it has no jti",
		`{"iss":"ada","aud":"us","jti":"1","exp":null}`:                                   "it has no exp",
		`{"iss":"ada","aud":"us","jti":"1","exp":"1000060"}`:                              "its exp has the wrong type",
		`{"iss":"ada","aud":"us","jti":"1","exp":1e300}`:                                  "its exp is not a time",
		`{"iss":"ada","aud":"us","jti":"1","exp":1000060,"iat":-1}`:                       "its iat is not a time",
		`{"iss":"ada","aud":"us","jti":"1","exp":1000060,"iat":999880}`:                   "",
		`{"iss":"ada","aud":"us","jti":"1","exp":1000060,"iat":999879}`:                   "its iat is too far in the past",
		`{"iss":"ada","aud":"us","jti":"1","exp":1000060,"nonce":"n"}`:                    "it contains nonce",
		`{"iss":"ada","aud":"us","jti":"` + strings.Repeat("j", 513) + `","exp":1000060}`: "its jti is too long",
	} {
		o, err := jsonx.ParseObject([]byte(payload))
		if err != nil {
			t.Fatal(err)
		}
		_, err = policy().Check(o, want)
		if says == "" && err != nil || says != "" && (err == nil || !strings.Contains(texts.Of(err).In(templates.Sentence, ""), says)) {
			t.Errorf("%s: got %v, want %q", payload, err, says)
		}
	}
}

func TestWhomATokenMayNameBesidesItsReader(t *testing.T) {
	rules := []jwt.Audience{jwt.One, jwt.Among, jwt.IfNamed, jwt.Alone, jwt.Party, jwt.ByCaller, jwt.Elsewhere}
	for members, good := range map[string][]jwt.Audience{
		`"aud":"us"`:                     rules,
		`"aud":["us"]`:                   {jwt.Among, jwt.IfNamed, jwt.Alone, jwt.Party, jwt.ByCaller, jwt.Elsewhere},
		`"aud":["them","us"]`:            {jwt.Among, jwt.IfNamed, jwt.ByCaller, jwt.Elsewhere},
		`"aud":["them","us"],"azp":"us"`: {jwt.Among, jwt.IfNamed, jwt.Party, jwt.ByCaller, jwt.Elsewhere},
		`"aud":"us","azp":"them"`:        {jwt.One, jwt.Among, jwt.IfNamed, jwt.Alone, jwt.ByCaller, jwt.Elsewhere},
		`"aud":"us","azp":null`:          {jwt.One, jwt.Among, jwt.IfNamed, jwt.Alone, jwt.ByCaller, jwt.Elsewhere},
		`"aud":"them","azp":"us"`:        {jwt.ByCaller, jwt.Elsewhere},
		`"aud":[]`:                       {jwt.IfNamed, jwt.ByCaller, jwt.Elsewhere},
		`"aud":7`:                        {jwt.ByCaller, jwt.Elsewhere},
		`"aud":["us",null]`:              {jwt.ByCaller, jwt.Elsewhere},
		`"x":1`:                          {jwt.IfNamed, jwt.ByCaller, jwt.Elsewhere},
	} {
		o, err := jsonx.ParseObject([]byte("{" + members + "}"))
		if err != nil {
			t.Fatal(err)
		}
		for _, rule := range rules {
			_, err := jwt.Policy{Audience: rule, For: "us"}.Check(o, jwt.Want{Audience: []string{"us", ""}})
			if (err == nil) != slices.Contains(good, rule) {
				t.Errorf("%s by rule %d: got %v", members, rule, err)
			}
		}
	}
}

func TestAPolicyNarrowedToNothingAcceptsNothing(t *testing.T) {
	raw := signed(t, jose.HS256, map[jose.HeaderKey]any{"typ": "test+jwt"}, `{}`)
	for _, allowed := range [][]jose.SignatureAlgorithm{nil, {}, {jose.RS256}, {"none"}} {
		if _, err := policy().Only(allowed...).Parse(raw); err == nil || !strings.Contains(err.Error(), "names no algorithms") {
			t.Errorf("%v: got %v", allowed, err)
		}
	}
	if _, err := policy().Only(jose.RS256, jose.HS256).Parse(raw); err != nil {
		t.Error(err)
	}
}

func TestWhoSignsHasAName(t *testing.T) {
	p := jwt.Policy{Audience: jwt.Elsewhere, By: "the sender", Required: []string{"iss"}}
	for want, good := range map[string]bool{"ada": true, "eve": false, "": false} {
		if _, err := p.Check(jsonx.Object{"iss": jsonx.Value(`"ada"`)}, jwt.Want{Issuer: want}); (err == nil) != good {
			t.Errorf("%q: got %v", want, err)
		}
	}
}

func TestTheSendersClockMayBeOffForEveryTime(t *testing.T) {
	p := jwt.Policy{Audience: jwt.Elsewhere, Leeway: time.Minute, MaxLife: time.Hour}
	for claims, good := range map[string]bool{
		`"exp":999941`: true, `"exp":999940`: false, `"exp":1003660`: true, `"exp":1003661`: false,
		`"iat":1000060`: true, `"iat":1000061`: false, `"nbf":1000060`: true, `"nbf":1000061`: false,
	} {
		o, err := jsonx.ParseObject([]byte("{" + claims + "}"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Check(o, jwt.Want{Now: time.Unix(1_000_000, 0)}); (err == nil) != good {
			t.Errorf("%s: got %v", claims, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(signed(f, jose.HS256, map[jose.HeaderKey]any{"typ": "test+jwt"}, `{"iss":"ada","aud":"us","jti":"1","exp":1000060}`))
	f.Add("..")
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, raw string) {
		token, err := policy().Parse(raw)
		if err != nil {
			return
		}
		if token.Algorithm != "HS256" && token.Algorithm != "HS512" || !strings.HasSuffix(strings.ToLower(token.Type), "test+jwt") {
			t.Errorf("parsed %q", raw)
		}
		if o, err := token.Unverified(); err == nil {
			policy().Check(o, jwt.Want{Now: time.Unix(0, 0)}) //nolint:errcheck // it must not panic
		}
	})
}
