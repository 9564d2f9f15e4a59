package oauth

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestParamsAreReadOnce(t *testing.T) {
	for _, tt := range []struct {
		encoded, name, want, code string
	}{
		{"a=1&b=2", "b", "2", ""},
		{"a=1+2%203", "a", "1 2 3", ""},
		{"a", "a", "", ""},
		{"&&a=1&", "a", "1", ""},
		{"a=%zz", "", "", "invalid_request"},
		{"a=1&a=1", "", "", "invalid_request"},
		{"a=1&%61=2", "", "", "invalid_request"},
		{"a=%ff", "", "", "invalid_request"},
		{"a=%00", "", "", "invalid_request"},
		{"a=" + strings.Repeat("x", maxEncode), "", "", "invalid_request"},
		{manyParams(maxParams + 1), "", "", "invalid_request"},
	} {
		params, err := ParseParams(tt.encoded)
		if got := Code(err); got != tt.code {
			t.Errorf("ParseParams(%.40q): got code %q, want %q", tt.encoded, got, tt.code)
		}
		if got := params[tt.name]; tt.code == "" && got != tt.want {
			t.Errorf("ParseParams(%.40q)[%q]: got %q, want %q", tt.encoded, tt.name, got, tt.want)
		}
	}
}

func manyParams(n int) string {
	v := url.Values{}
	for i := range n {
		v.Set(strings.Repeat("p", i+1), "1")
	}
	return v.Encode()
}

func TestARepeatedParameterIsNamed(t *testing.T) {
	params, err := ParseParams("redirect_uri=a&redirect_uri=b&state=1")
	var repeated *RepeatedError
	if !errors.As(err, &repeated) || !slices.Equal(repeated.Names, []string{"redirect_uri"}) {
		t.Errorf("got %v, want redirect_uri named", err)
	}
	if params["state"] != "1" || params.Has("redirect_uri") {
		t.Errorf("got %q, want what was sent once", params)
	}
}

func TestAResourceMayBeRepeated(t *testing.T) {
	params, err := ParseParams("resource=https%3A%2F%2Fa&resource=&resource=https%3A%2F%2Fb&audience=c")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := params.All("resource"), []string{"https://a", "https://b"}; !slices.Equal(got, want) {
		t.Errorf("resource: got %q, want %q", got, want)
	}
	if got := params.All("audience"); !slices.Equal(got, []string{"c"}) {
		t.Errorf("audience: got %q", got)
	}
	if got := params.All("nothing"); len(got) > 0 {
		t.Errorf("nothing: got %q", got)
	}
	if got := params.Encode(); !strings.Contains(got, "resource=https%3A%2F%2Fa&resource=&resource=https%3A%2F%2Fb") {
		t.Errorf("encoded again: %s", got)
	}
}

func TestScopes(t *testing.T) {
	for _, tt := range []struct {
		raw  string
		want []string
		code string
	}{
		{"", nil, ""},
		{"openid", []string{"openid"}, ""},
		{"openid  profile openid", []string{"openid", "profile"}, ""},
		{"a\tb", nil, "invalid_scope"},
		{`a"b`, nil, "invalid_scope"},
		{`a\b`, nil, "invalid_scope"},
		{"ä", nil, "invalid_scope"},
		{strings.Repeat("a", maxScopeBytes+1), nil, "invalid_scope"},
	} {
		got, err := ParseScope(tt.raw)
		if Code(err) != tt.code || !slices.Equal(got, tt.want) {
			t.Errorf("ParseScope(%.40q): got %q, %v; want %q, %q", tt.raw, got, err, tt.want, tt.code)
		}
	}
	if Covers([]string{"readonly"}, []string{"read"}) {
		t.Error(`"readonly" covers "read"`)
	}
	if got := Missing([]string{"openid"}, []string{"openid", "email"}); !slices.Equal(got, []string{"email"}) {
		t.Errorf("Missing: got %q", got)
	}
}

// The pair of RFC 7636 appendix B.
const (
	rfcVerifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	rfcChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

func TestPKCE(t *testing.T) {
	if !VerifierMatches(rfcVerifier, rfcChallenge) {
		t.Error("the pair of RFC 7636 appendix B does not match")
	}
	for _, verifier := range []string{"", rfcChallenge, rfcVerifier[:42], rfcVerifier + "a", rfcVerifier[:42] + "+", strings.Repeat("a", 129)} {
		if VerifierMatches(verifier, rfcChallenge) {
			t.Errorf("verifier %q matches", verifier)
		}
	}
	for _, challenge := range []string{"", rfcChallenge[:42], rfcChallenge + "=", rfcChallenge[:42] + "+", rfcChallenge + "a", rfcChallenge[:42] + "N"} {
		if ChallengeOK(challenge) == nil {
			t.Errorf("challenge %q is accepted", challenge)
		}
	}
	if err := ChallengeOK(rfcChallenge); err != nil {
		t.Error(err)
	}
}

func TestPrompts(t *testing.T) {
	for _, tt := range []struct {
		raw  string
		want Prompt
		code string
	}{
		{"", Prompt{}, ""},
		{"none", Prompt{None: true}, ""},
		{"login consent", Prompt{Login: true, Consent: true}, ""},
		{"select_account", Prompt{SelectAccount: true}, ""},
		{"none login", Prompt{}, "invalid_request"},
		{"none none", Prompt{}, "invalid_request"},
		{"Login", Prompt{}, "invalid_request"},
	} {
		got, err := ParsePrompt(tt.raw)
		if got != tt.want || Code(err) != tt.code {
			t.Errorf("ParsePrompt(%q): got %+v, %v", tt.raw, got, err)
		}
	}
}

func TestDescriptionsStayWithinTheCharactersOfRFC6749(t *testing.T) {
	words := func(code string, args map[string]string) string { return code + args["name"] }
	err := InvalidToken("a \"quoted\"\r\nX-Header: \\ ü", "name", "\"ö")
	if got := err.Description(words); strings.ContainsAny(got, "\"\\\r\nüö") || !strings.Contains(got, "X-Header") {
		t.Errorf("description %q", got)
	}
	cause := errors.New("secret cause")
	if e := InvalidGrant("x").Because(cause); !errors.Is(e, cause) || strings.Contains(e.Description(words), "secret") {
		t.Errorf("cause leaks or is lost: %+v", e)
	}
}

func FuzzParseParams(f *testing.F) {
	for _, seed := range []string{"", "a=1", "a=1&a=2", "%", "a=%00", "=", "&", "a=b=c", "%61=1&a=2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, encoded string) {
		params, err := ParseParams(encoded)
		if err != nil {
			if Code(err) != "invalid_request" {
				t.Fatalf("unnamed error %v", err)
			}
			return
		}
		if len(params.Encode()) > maxEncode {
			return
		}
		again, err := ParseParams(params.Encode())
		if err != nil || len(again) != len(params) {
			t.Fatalf("%q does not survive re-encoding: %v", encoded, err)
		}
	})
}

func FuzzScopeAndPKCE(f *testing.F) {
	f.Add("openid profile", rfcVerifier, rfcChallenge)
	f.Add("a\x00b", "", "")
	f.Fuzz(func(t *testing.T, scope, verifier, challenge string) {
		if scopes, err := ParseScope(scope); err == nil {
			again, err := ParseScope(JoinScope(scopes))
			if err != nil || !slices.Equal(scopes, again) {
				t.Fatalf("%q: %q, %v", scope, again, err)
			}
		}
		if VerifierMatches(verifier, challenge) && ChallengeOK(challenge) != nil {
			t.Fatalf("a malformed challenge %q matched", challenge)
		}
	})
}
