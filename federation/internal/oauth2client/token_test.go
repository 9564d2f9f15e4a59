package oauth2client_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/internal/oauth2client"
	"github.com/fedhub/fedhub/internal/upstreamhttp"
)

func read(status int, body string) (oauth2client.Tokens, error) {
	return oauth2client.ReadTokens("Upstream", upstreamhttp.Answer{Status: status, Body: []byte(body)})
}

func TestWhatATokenAnswerSaysBesidesItsTokensMayBeAnything(t *testing.T) {
	want := oauth2client.Tokens{Access: "a", Refresh: "r", ID: "i"}
	for _, rest := range []string{`"expires_in":"soon"`, `"expires_in":1e400`, `"expires_in":3600.0`, `"expires_in":{}`, `"Expires_in":1,"expires_in":2`, `"scope":["a"]`, `"error":null`, `"token_type":null`, `"error_description":7`, `"user":{"id":7}`} {
		got, err := read(200, `{"access_token":"a","refresh_token":"r","id_token":"i",`+rest+`}`)
		if err != nil || got != want {
			t.Errorf("%s: got %#v and %v", rest, got, err)
		}
	}
	if got, err := read(200, "access_token=a&refresh_token=r&id_token=i&expires=7&token_type=bearer"); err != nil || got != want {
		t.Errorf("a form: got %v and %v", got, err)
	}
}

// A token of the wrong type counts as missing: only a caller that needs it gets
// an error.
func TestATokenBesideTheAccessTokenThatIsNoTextIsNone(t *testing.T) {
	for _, rest := range []string{`"refresh_token":7`, `"id_token":{}`, `"refresh_token":null,"id_token":false`, `"refresh_token":["r"]`} {
		if got, err := read(200, `{"access_token":"a",`+rest+`}`); err != nil || got != (oauth2client.Tokens{Access: "a"}) {
			t.Errorf("%s: got %#v and %v", rest, got, err)
		}
	}
	if got, err := read(200, "access_token=a&scope=x&scope=y"); err != nil || got.Access != "a" {
		t.Errorf("a form with two scopes: got %v and %v", got, err)
	}
}

func TestWhatDecidesInATokenAnswerIsReadStrictly(t *testing.T) {
	for _, body := range []string{
		``, `null`, `[]`, `"a"`, `<html>access_token=a`, `{}`, `{"token_type":"Bearer"}`,
		`{"access_token":7}`, `{"access_token":""}`, `{"access_token":null}`, `{"Access_Token":"a"}`,
		`{"access_token":"a","access_token":"b"}`, `{"access_token":"a","Access_token":"b"}`, `{"access_token":"a","id_token":"i","ID_TOKEN":"j"}`,
		`{"access_token":"a","token_type":"mac"}`, `{"access_token":"a","token_type":["Bearer"]}`, `{"access_token":"a","error":{"message":"no"}}`,
		`{"access_token":"a"} ` + "\xff", `{"access_token":"` + strings.Repeat("a", oauth2client.MaxToken+1) + `"}`,
		`access_token=a&access_token=b`, `access_token=a&id_token=i&id_token=j`, `access_token=a&token_type=mac`, `access_token=%zz`, `access_token=` + strings.Repeat("a", oauth2client.MaxToken+1),
	} {
		got, err := read(200, body)
		fault := new(federation.Fault)
		if !errors.As(err, &fault) || fault.Kind != federation.Untrusted || got != (oauth2client.Tokens{}) {
			t.Errorf("%.60q: got %#v and %v, want untrusted", body, got, err)
		}
	}
}

func TestANoOfATokenEndpointIsARefusalByItsCode(t *testing.T) {
	for _, row := range []struct {
		status     int
		body, code string
	}{
		{400, `{"error":"invalid_grant","error_description":"used"}`, "invalid_grant"},
		{500, `{"error":"invalid_grant"}`, "invalid_grant"},
		{200, `{"error":"invalid_grant"}`, "invalid_grant"},
		{200, `{"error":"invalid_grant","access_token":"a"}`, "invalid_grant"},
		{200, `error=bad_verification_code&error_description=x`, "invalid_grant"},
		{401, `{"error":"KOE010"}`, "invalid_client"},
		{400, `{"error":"of-their-own"}`, "server_error"},
	} {
		_, err := read(row.status, row.body)
		refusal := new(federation.Refusal)
		if !errors.As(err, &refusal) || refusal.Code != row.code {
			t.Errorf("%d %s: got %v, want %s", row.status, row.body, err, row.code)
		}
	}
	for status, want := range map[int]federation.FaultKind{500: federation.Unreachable, 503: federation.Unreachable, 400: federation.Untrusted, 302: federation.Untrusted, 401: federation.Untrusted} {
		fault := new(federation.Fault)
		if _, err := read(status, `{"access_token":"a"}`); !errors.As(err, &fault) || fault.Kind != want {
			t.Errorf("%d without a code: got %v, want %s", status, err, want)
		}
	}
}

func TestCredentialsAreTriedElsewhereOnlyIfTheyWereNotUnderstood(t *testing.T) {
	for _, row := range []struct {
		status int
		body   string
		want   bool
	}{
		{401, ``, true}, {401, `{"error":"invalid_client"}`, true}, {400, `{"error":"invalid_client"}`, true},
		{401, `{"error":"invalid_grant"}`, false}, {400, ``, false}, {200, `{"access_token":"a"}`, false}, {500, ``, false},
	} {
		_, err := read(row.status, row.body)
		if got := oauth2client.IsUnknownClient(upstreamhttp.Answer{Status: row.status}, err); got != row.want {
			t.Errorf("%d %s: got %v", row.status, row.body, got)
		}
	}
}

func TestAnErrorRepeatsNothingOfTheAnswer(t *testing.T) { // FE-48
	for _, body := range []string{`{"access_token":"s3cret","error":7}`, `{"access_token":"s3cret","token_type":"mac"}`, `s3cret`, `{"access_token":"s3cret"`} {
		if _, err := read(200, body); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: got %v", body, err)
		}
	}
	if text := fmt.Sprintf("%v %+v %#v", oauth2client.Tokens{Access: "s3cret"}, oauth2client.Tokens{Access: "s3cret"}, oauth2client.Tokens{Access: "s3cret"}); strings.Contains(text, "s3cret") {
		t.Error(text)
	}
}

func TestCredentialsAreInOnePlace(t *testing.T) { // RFC 6749 §2.3
	var form url.Values
	var user, password string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		user, password, _ = r.BasicAuth()
		r.ParseForm() //nolint:errcheck // an unreadable form is an empty one
		form = r.PostForm
	}))
	defer server.Close()
	line := upstreamhttp.New(server.Client(), time.Minute)
	for _, row := range []struct {
		credentials    oauth2client.Credentials
		form           string
		user, password string
	}{
		{oauth2client.Credentials{ID: "a b", Secret: "c:d"}, "client_id=a+b&client_secret=c%3Ad&x=1", "", ""},
		{oauth2client.Credentials{ID: "a b"}, "client_id=a+b&x=1", "", ""},
		{oauth2client.Credentials{ID: "a b", Secret: "c:d", InHeader: true}, "x=1", "a+b", "c%3Ad"},
	} {
		ours := url.Values{"x": {"1"}}
		if _, err := oauth2client.Post(t.Context(), line, server.URL, ours, row.credentials); err != nil {
			t.Fatal(err)
		}
		if form.Encode() != row.form || user != row.user || password != row.password || len(ours) != 1 {
			t.Errorf("%+v: got %s, %q and %q", row.credentials, form.Encode(), user, password)
		}
	}
}
