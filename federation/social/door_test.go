package social

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/markbates/goth"
	"golang.org/x/oauth2"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/internal/oauth2client"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
	"github.com/fedhub/fedhub/internal/upstreamhttp"
)

// An unruly provider is what one of goth's could become in a later version.
type unruly struct {
	goth.Provider
	goth.Session
	http      *http.Client
	begin     func(state string) string
	authorize func(*http.Client, string) error
	fetch     func(*http.Client) (goth.User, error)
}

func (u unruly) SetName(string) {}

func (u unruly) BeginAuth(state string) (goth.Session, error) {
	u.Session = address(u.begin(state))
	return u.Session, nil
}

func (u unruly) UnmarshalSession(string) (goth.Session, error) { return u, nil }

func (u unruly) Authorize(_ goth.Provider, params goth.Params) (string, error) {
	return "token", u.authorize(u.http, params.Get("code"))
}

func (u unruly) FetchUser(goth.Session) (goth.User, error) { return u.fetch(u.http) }

// An address is a session that has one.
type address string

func (a address) GetAuthURL() (string, error)                        { return string(a), nil }
func (address) Marshal() string                                      { return "" }
func (address) Authorize(goth.Provider, goth.Params) (string, error) { return "", nil }

const issuer = "https://id.example.org"

// network answers by path, and counts.
type network struct {
	answers map[string]string
	asked   []string
}

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	n.asked = append(n.asked, r.URL.Scheme+"://"+r.URL.Host+r.URL.Path)
	answer, found := n.answers[r.URL.Path]
	status := 200
	if !found {
		status = 404
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(answer)), Request: r}, nil
}

func tame() unruly {
	config := oauth2.Config{ClientID: "hub", ClientSecret: "secret", RedirectURL: federationtest.Hub + "/signin/from/up",
		Endpoint: oauth2.Endpoint{AuthURL: issuer + "/authorize", TokenURL: issuer + "/token"}}
	return unruly{
		begin: func(state string) string { return config.AuthCodeURL(state) },
		authorize: func(client *http.Client, code string) error {
			_, err := config.Exchange(context.WithValue(context.Background(), oauth2.HTTPClient, client), code)
			return err
		},
		fetch: func(client *http.Client) (goth.User, error) {
			response, err := client.Get(issuer + "/me")
			if err != nil {
				return goth.User{}, err
			}
			return goth.User{UserID: "7"}, response.Body.Close()
		},
	}
}

func newConnector(t *testing.T, u unruly) (*Connector, *network) {
	t.Helper()
	n := &network{answers: map[string]string{"/token": `{"access_token":"t","token_type":"bearer"}`, "/me": `{"id":7}`}}
	env := federationtest.NewEnv(&http.Client{Transport: n}, federationtest.NewClock(), federationtest.HubKey{}, &bytes.Buffer{})
	key := federation.LoginKey{ID: "up", Name: "Upstream", BaseURL: issuer, ClientID: "hub"}
	key.Secret = federationtest.Seal("secret", key.SecretContext())
	base, err := oauth2client.New(key, env)
	if err != nil {
		t.Fatal(err)
	}
	return &Connector{base, provider{issuer: issuer, subject: "id", open: func(a app) goth.Provider {
		u.http = a.http
		return u
	}}}, n
}

func (c *Connector) signIn(t *testing.T) (federation.Identity, error) {
	var leg federation.AuthState
	if _, err := c.Begin(t.Context(), &leg, federation.AuthRequestOptions{}); err != nil {
		return federation.Identity{}, err
	}
	return c.Finish(t.Context(), leg, url.Values{"code": {"c"}, "state": {leg.State}})
}

func TestAnUnrulyProviderGetsNowhere(t *testing.T) {
	get := func(address string) func(*http.Client) (goth.User, error) {
		return func(client *http.Client) (goth.User, error) {
			_, err := client.Get(address)
			return goth.User{UserID: "7"}, err
		}
	}
	if id, err := func() (federation.Identity, error) { c, _ := newConnector(t, tame()); return c.signIn(t) }(); err != nil || id.Subject != "7" {
		t.Fatalf("a tame one: got %+v and %v", id, err)
	}
	for name, row := range map[string]struct {
		spoil func(*unruly)
		want  federation.FaultKind
	}{
		"it panics at the start": {func(u *unruly) { u.begin = func(string) string { panic("x") } }, federation.Misconfigured},
		"it leads elsewhere":     {func(u *unruly) { u.begin = func(s string) string { return "https://evil.test/?state=" + s } }, federation.Misconfigured},
		"it leads to plain http": {func(u *unruly) { u.begin = func(s string) string { return "http://id.example.org/?state=" + s } }, federation.Misconfigured},
		"it forgets the state":   {func(u *unruly) { u.begin = func(string) string { return issuer + "/authorize" } }, federation.Misconfigured},
		"it panics at the token": {func(u *unruly) { u.authorize = func(*http.Client, string) error { panic("secret") } }, federation.Untrusted},
		"it panics at the profile": {func(u *unruly) {
			u.fetch = func(*http.Client) (goth.User, error) { panic(errors.New("assignment to entry in nil map")) }
		}, federation.Untrusted},
		"it asks inside":       {func(u *unruly) { u.fetch = get("http://169.254.169.254/latest") }, federation.Untrusted},
		"it asks another host": {func(u *unruly) { u.fetch = get("https://evil.test/me") }, federation.Untrusted},
		"it asks with a name":  {func(u *unruly) { u.fetch = get("https://a:b@id.example.org/me") }, federation.Untrusted},
		"it asks nobody": {func(u *unruly) {
			u.fetch = func(*http.Client) (goth.User, error) { return goth.User{UserID: "7"}, nil }
		}, federation.Untrusted},
		"it makes up an id": {func(u *unruly) {
			u.fetch = func(c *http.Client) (goth.User, error) {
				_, err := get(issuer + "/me")(c)
				return goth.User{UserID: "8"}, err
			}
		}, federation.Untrusted},
		"it reads a no as a yes": {func(u *unruly) { u.fetch = get(issuer + "/missing") }, federation.Untrusted},
		"it asks for ever": {func(u *unruly) {
			u.fetch = func(client *http.Client) (goth.User, error) {
				for {
					if _, err := client.Get(issuer + "/me"); err != nil {
						return goth.User{UserID: "7"}, nil // and hides it
					}
				}
			}
		}, federation.Untrusted},
		"it quotes what it was told": {func(u *unruly) { u.authorize = func(*http.Client, string) error { return errors.New("secret") } }, federation.Untrusted},
	} {
		u := tame()
		row.spoil(&u)
		c, n := newConnector(t, u)
		id, err := c.signIn(t)
		if federationtest.Fault(err) != row.want || id.Subject != "" || err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %q and %v, want %s", name, id.Subject, err, row.want)
		}
		for _, asked := range n.asked {
			if !strings.HasPrefix(asked, issuer) {
				t.Errorf("%s: it reached %s", name, asked)
			}
		}
		if len(n.asked) > maxRequests {
			t.Errorf("%s: it made %d requests", name, len(n.asked))
		}
	}
}

// The library that goth uses tries both client authentication methods with the
// same code. The second attempt gets the stored answer to the first.
func TestACodeGoesOutOnce(t *testing.T) {
	c, n := newConnector(t, tame())
	n.answers["/token"] = `{"error":"invalid_grant"}`
	if _, err := c.signIn(t); federationtest.Refused(err) != "invalid_grant" || len(n.asked) != 1 {
		t.Errorf("got %v after %v", err, n.asked)
	}
}

func TestATokenLeavesTheAddress(t *testing.T) {
	r, err := http.NewRequest(http.MethodGet, issuer+"/me?access_token=t%2B1&fields=id", nil)
	if err != nil {
		t.Fatal(err)
	}
	if hideToken(r); r.URL.RawQuery != "fields=id" || r.Header.Get("Authorization") != "Bearer t+1" {
		t.Errorf("got %s and %q", r.URL, r.Header.Get("Authorization"))
	}
}

func TestSilenceIsTheProvidersNotOurs(t *testing.T) {
	u := tame()
	c, _ := newConnector(t, u)
	v := &visit{connector: c}
	if err := v.judge(upstreamhttp.ErrSilent); federationtest.Fault(err) != federation.Unreachable {
		t.Errorf("got %v, want unreachable", err)
	}
}
