package catalog_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/federation/oauth2"
	"github.com/fedhub/fedhub/federation/social"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// A recording is what a provider answers, by its documentation, and who that
// is: testdata/<preset>.json.
type recording struct {
	Site      string   `json:"site"`
	SubjectAt string   `json:"subject_at"` // where in the second answer the id is
	Answers   []answer `json:"answers"`    // of the token endpoint, about the person, and what else there is
	Identity  federation.Identity
}

type answer struct {
	To   string // method and address, without the query
	Type string
	Body json.RawMessage
}

// recorded opens the key of every entry that does plain OAuth 2.0.
func recorded(t *testing.T, each func(t *testing.T, entry catalog.Entry, r recording)) {
	for _, entry := range catalog.All() {
		if entry.Kind != federation.KindSocial && (entry.Kind != federation.KindOAuth2 || entry.Preset == "oauth2") {
			continue
		}
		t.Run(entry.Preset, func(t *testing.T) {
			each(t, entry, load(t, entry))
		})
	}
}

func load(t testing.TB, entry catalog.Entry) recording {
	t.Helper()
	text, err := os.ReadFile("testdata/" + entry.Preset + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var r recording
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// A stage is a connector with a recording instead of a network.
type stage struct {
	t         *testing.T
	key       federation.LoginKey
	env       federation.Dependencies
	connector federation.Connector
	leg       federation.AuthState
	recording recording

	mu    sync.Mutex
	seen  []string
	form  url.Values
	stray []string // requests to places that are not in the recording
	// instead answers a request in another way if it returns one.
	instead func(*http.Request) *http.Response
}

const secret = "s3cret:+/ %&="

func newStage(t *testing.T, entry catalog.Entry, r recording) *stage {
	t.Helper()
	s := &stage{t: t, recording: r}
	s.key = entry.Start(map[string]string{"site": r.Site})
	s.key.ID, s.key.Name, s.key.ClientID, s.key.Enabled = "up", "Upstream", "the hub", true
	s.key.Tidy()
	env := federationtest.NewEnv(&http.Client{Transport: s}, federationtest.NewClock(), federationtest.HubKey{}, &bytes.Buffer{})
	if problems := s.key.Validate(env); len(problems) > 0 {
		t.Fatalf("the key cannot be saved: %v", problems)
	}
	s.key.Secret = federationtest.Seal(secret, s.key.SecretContext())
	s.env = env
	s.open()
	return s
}

func (s *stage) open() {
	s.t.Helper()
	factory := map[string]federation.Factory{federation.KindSocial: social.New, federation.KindOAuth2: oauth2.New}[s.key.Kind]
	connector, err := factory(s.key, s.env)
	if err != nil {
		s.t.Fatal(err)
	}
	s.connector = connector
}

// keep makes it a key that keeps refresh tokens.
func (s *stage) keep() {
	s.key.KeepTokens = true
	s.open()
}

func (s *stage) begin() url.Values {
	s.t.Helper()
	to, err := s.connector.Begin(s.t.Context(), &s.leg, federation.AuthRequestOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	u, err := url.Parse(to)
	if err != nil {
		s.t.Fatal(err)
	}
	if u.Scheme != "https" || strings.Contains(to, secret) || strings.Contains(to, url.QueryEscape(secret)) {
		s.t.Errorf("the browser is sent to %s", to)
	}
	return u.Query()
}

func (s *stage) finish() (federation.Identity, error) {
	return s.connector.Finish(s.t.Context(), s.leg, url.Values{"code": {"recorded"}, "state": {s.leg.State}})
}

// RoundTrip is the provider.
func (s *stage) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	where := *r.URL
	where.RawQuery = ""
	to := r.Method + " " + where.String()
	s.seen = append(s.seen, to)
	if s.instead != nil {
		if response := s.instead(r); response != nil {
			return response, r.Context().Err()
		}
	}
	for i, answer := range s.recording.Answers {
		if answer.To != to {
			continue
		}
		if i == 0 {
			s.form = readForm(r)
		} else if !strings.Contains(r.Header.Get("Authorization")+r.URL.RawQuery+r.URL.Path, token(s.recording)) {
			return respond(r, 401, "application/json", "{}"), nil
		}
		return respond(r, 200, answer.Type, string(answer.Body)), nil
	}
	s.stray = append(s.stray, to)
	return respond(r, 404, "text/plain", "not recorded"), nil
}

func token(r recording) string {
	var t struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(r.Answers[0].Body, &t); err != nil {
		panic(err)
	}
	return t.AccessToken
}

// readForm returns the token request's form, with the credentials wherever
// they were.
func readForm(r *http.Request) url.Values {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return nil
	}
	if id, secret, ok := r.BasicAuth(); ok && !form.Has("client_secret") {
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
		form.Set("client_id", id)
		form.Set("client_secret", secret)
	}
	return form
}

func respond(r *http.Request, status int, contentType, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

func TestEveryProviderSignsInWithItsRecordedAnswers(t *testing.T) {
	// Requests outside of the hub's HTTP client fail.
	leak := http.DefaultTransport
	http.DefaultTransport = leaked{t}
	t.Cleanup(func() { http.DefaultTransport = leak })
	recorded(t, func(t *testing.T, entry catalog.Entry, r recording) {
		s := newStage(t, entry, r)
		query := s.begin()
		if query.Get("state") != s.leg.State || query.Get("redirect_uri") != s.leg.Redirect || query.Get("client_id") != "the hub" ||
			query.Get("response_type") != "code" || query.Get("code_challenge_method") != "S256" {
			t.Errorf("the request is %v", query)
		}
		got, err := s.finish()
		if err != nil {
			t.Fatalf("%v after %v", err, s.seen)
		}
		want := r.Identity
		want.Key, want.Issuer = "up", s.key.BaseURL
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		for name, want := range map[string]string{
			"grant_type": "authorization_code", "code": "recorded", "redirect_uri": s.leg.Redirect,
			"code_verifier": s.leg.Verifier, "client_id": "the hub", "client_secret": secret,
		} {
			if got := s.form.Get(name); got != want {
				t.Errorf("the token request's %s is %q, want %q", name, got, want)
			}
		}
		if len(s.stray) > 0 || len(s.seen) != len(r.Answers) {
			t.Errorf("it was asked %v, recorded are %d answers", s.seen, len(r.Answers))
		}
	})
}

type leaked struct{ t *testing.T }

func (l leaked) RoundTrip(r *http.Request) (*http.Response, error) {
	l.t.Errorf("%s went past the hub's client", r.URL.Host)
	return nil, io.ErrUnexpectedEOF
}

func TestWhoeverGaveARefreshTokenIsLookedAtAgain(t *testing.T) {
	again := 0
	recorded(t, func(t *testing.T, entry catalog.Entry, r recording) {
		s := newStage(t, entry, r)
		s.keep()
		s.begin()
		id, err := s.finish()
		if err != nil {
			t.Fatal(err)
		}
		if id.Tokens.Refresh == "" {
			return // not every provider has them, and goth does not know all
		}
		again++
		s.seen = nil
		refresher := s.connector.(federation.Refresher)
		got, err := refresher.Refresh(t.Context(), id.Tokens)
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", id) || err != nil {
			t.Errorf("got  %+v and %v\nwant %+v", got, err, id)
		}
		if s.form.Get("grant_type") != "refresh_token" || s.form.Get("refresh_token") != "rt-recorded" || s.form.Get("client_secret") != secret || s.form.Has("code_verifier") {
			t.Errorf("the token request was %v", s.form)
		}
		if _, err := refresher.Refresh(t.Context(), federation.Tokens{Refresh: "rt-recorded", Subject: "eve"}); federationtest.Fault(err) != federation.Untrusted {
			t.Errorf("another person: got %v, want untrusted", err)
		}
		if _, err := refresher.Refresh(t.Context(), federation.Tokens{}); federationtest.Refused(err) != "invalid_grant" {
			t.Errorf("no token: got %v, want invalid_grant", err)
		}
		s.instead = func(r *http.Request) *http.Response {
			return respond(r, 400, "application/json", `{"error":"invalid_grant"}`)
		}
		if _, err := refresher.Refresh(t.Context(), id.Tokens); federationtest.Refused(err) != "invalid_grant" {
			t.Errorf("an ended grant: got %v, want invalid_grant", err)
		}
	})
	if again < 20 {
		t.Errorf("%d providers were asked again", again)
	}
}
