package traces

import (
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/internal/texts"
)

func TestAReferenceIsReadAsPeopleTypeIt(t *testing.T) {
	for typed, want := range map[string]string{
		"K7Q2-M4XD": "K7Q2-M4XD", "k7q2m4xd": "K7Q2-M4XD", " k7q2 m4xd ": "K7Q2-M4XD", "K-7-Q-2-M-4-X-D": "K7Q2-M4XD",
		"o7q2-mIlD": "07Q2-M11D", "k7q2–m4xd": "K7Q2-M4XD",
		"": "", "K7Q2": "", "K7Q2-M4XDD": "", "K7Q2-M4XU": "", "K7Q2_M4XD": "", strings.Repeat("-", 100) + "K7Q2M4XD": "",
	} {
		got, ok := ParseReference(typed)
		if got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", typed, got, ok, want)
		}
	}
}

func FuzzParseReference(f *testing.F) {
	for _, seed := range []string{"K7Q2-M4XD", "o7q2 milD", "", "\xff", "ſ7Q2M4XD"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		ref, ok := ParseReference(typed)
		if !ok {
			return
		}
		if again, ok := ParseReference(ref); !ok || again != ref || len(ref) != 9 || ref[4] != '-' {
			t.Errorf("%q became %q, and that %q", typed, ref, again)
		}
	})
}

func TestNoSecretIsKept(t *testing.T) { // FE-43
	const jwt = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlIG9mIGl0"
	for text, want := range map[string]string{
		"the password green apples is wrong":                                         "the password [hidden] is wrong", // of the request, below
		"got " + jwt + " instead":                                                    "got [hidden] instead",
		"POST /token?code=abc&state=x y":                                             "POST /token?code=[hidden]&state=[hidden] y",
		`{"access_token": "abc", "error":1}`:                                         `{"access_token": "[hidden]", "error":1}`,
		"client_secret=hunter2, then":                                                "client_secret=[hidden], then",
		"Authorization: Bearer 0123abcdef":                                           "Authorization: Bearer [hidden]",
		"use basic authentication":                                                   "use basic authentication",
		"fhc_" + strings.Repeat("aB3", 14):                                           "[hidden]",
		"K7Q2M4XDABCDEFGH234567QRST":                                                 "[hidden]",
		"018f2c5e-7a3b-7c1d-9e4f-0a1b2c3d4e5f is the user":                           "018f2c5e-7a3b-7c1d-9e4f-0a1b2c3d4e5f is the user",
		"https://accounts.example.org/.well-known/openid-configuration answered 404": "https://accounts.example.org/.well-known/openid-configuration answered 404",
		"the state is fine, and the code too":                                        "the state is fine, and the code too",
		"line\none\x00\u202e":                                                        "line one",
		strings.Repeat("word ", 200):                                                 strings.Repeat("word ", 100) + "…",
	} {
		if got := Redact(text, "green apples", "no"); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	for _, f := range []struct{ name, value, want string }{
		{"nonce", "n", hidden}, {"Code", "c", hidden}, {"id_token", jwt, hidden}, {"client_secret", "", ""},
		{"sub", "auth0|5f7c8ec7c33c6c004bbafe82", "auth0|5f7c8ec7c33c6c004bbafe82"},
		{"sub", "green apples", hidden}, {"email", "ada@example.org", "ada@example.org"}, {"other", jwt, hidden},
	} {
		if got := redactFact(Fact{f.name, f.value}, "green apples"); got.Value != f.want {
			t.Errorf("%s %q: got %q, want %q", f.name, f.value, got.Value, f.want)
		}
	}
}

func TestNoSecretIsKeptInWhatASentenceSpeaksOf(t *testing.T) {
	got := redactText(texts.New("error", "cause", "the password green apples is wrong"), "green apples")
	if got.String() != "error[cause:the password [hidden] is wrong]" {
		t.Errorf("got %v", got)
	}
}

func FuzzRedact(f *testing.F) {
	for _, seed := range []string{"", "code=abc", "\xff\xfe", strings.Repeat("é", 400), "Bearer abcdefgh1"} {
		f.Add(seed, "secret")
	}
	f.Fuzz(func(t *testing.T, text, secret string) {
		got := Redact(text+secret, secret)
		if len(got) > maxText+len("…") || strings.ContainsAny(got, "\n\x00") {
			t.Errorf("%q became %q", text, got)
		}
		if len(secret) >= 6 && strings.Contains(got, secret) && !strings.Contains(hidden, secret) && !strings.Contains(text+hidden, secret) {
			t.Errorf("%q is in %q", secret, got)
		}
	})
}

func TestATraceIsBounded(t *testing.T) { // FE-47
	var trace Trace
	for i := range 10 * maxSteps {
		trace.add([]Step{{Time: time.Unix(int64(i), 0), What: Page, Outcome: Noted}})
	}
	if len(trace.Steps) != maxSteps || trace.Omitted != 9*maxSteps {
		t.Errorf("%d steps, %d omitted", len(trace.Steps), trace.Omitted)
	}
	if trace.Steps[0].Time.Unix() != 0 || trace.Steps[maxSteps-1].Time.Unix() != 10*maxSteps-1 {
		t.Error("the first steps or the last are gone")
	}
}

func TestTheLastWordDecidesHowItStands(t *testing.T) {
	wrong, right := Step{What: "signin.failed", Outcome: Failed, Why: texts.New("wrong")}, Step{What: "signin.ok", Outcome: OK}
	page := Step{What: Page, Outcome: Noted}
	for _, tt := range []struct {
		steps []Step
		state string
	}{
		{[]Step{page}, Noted}, {[]Step{page, wrong}, Failed}, {[]Step{page, wrong, page}, Failed}, {[]Step{page, wrong, right, page}, OK},
	} {
		trace := Trace{State: Noted}
		trace.add(tt.steps)
		if trace.State != tt.state || (trace.Failure != "") != (tt.state == Failed) {
			t.Errorf("%v: got %s", tt.steps, trace.State)
		}
		if s, failed := trace.Mistake(); failed != (tt.state == Failed) || failed && s.Why.Code != "wrong" {
			t.Errorf("%v: failed at %v, %v", tt.steps, s, failed)
		}
	}
}
