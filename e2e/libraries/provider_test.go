package libraries_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
)

// A provider is oidc-provider, running.
type provider struct {
	w      *world
	issuer string
	input  io.Writer
	output *bufio.Reader
}

// newProvider starts it with the hub as its client.
func newProvider(w *world, key string) *provider {
	w.Helper()
	node, err := libraries()
	switch {
	case err != nil && os.Getenv("CI") == "true":
		w.Fatalf("the provider for Node must not be left out here: %v", err)
	case err != nil:
		w.Skipf("NO PROVIDER: %v", err)
	}
	run := exec.CommandContext(w.Context(), node, "provider.mjs")
	run.Stderr = os.Stderr
	input, err := run.StdinPipe()
	if err != nil {
		w.Fatal(err)
	}
	output, err := run.StdoutPipe()
	if err != nil {
		w.Fatal(err)
	}
	if err := run.Start(); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { input.Close(); run.Wait() }) //nolint:errcheck // the test is over
	p := &provider{w: w, input: input, output: bufio.NewReader(output)}
	registered, err := json.Marshal(map[string]any{
		"client_id": "hub", "client_secret": "a secret of the hub's: +/ %",
		"redirect_uris": []string{w.URL + "/signin/from/" + key}, "post_logout_redirect_uris": []string{w.URL + "/signed-out"},
		"grant_types": []string{"authorization_code", "refresh_token"}, "response_types": []string{"code"},
	})
	if err != nil {
		w.Fatal(err)
	}
	p.issuer = p.say(string(registered))["issuer"]
	return p
}

// say writes a line and returns the answer.
func (p *provider) say(line string) map[string]string {
	p.w.Helper()
	if _, err := io.WriteString(p.input, line+"\n"); err != nil {
		p.w.Fatal(err)
	}
	answer, err := p.output.ReadBytes('\n')
	if err != nil {
		p.w.Fatalf("the provider ended: %v", err)
	}
	var said map[string]string
	if err := json.Unmarshal(answer, &said); err != nil {
		p.w.Fatalf("%v: %s", err, answer)
	}
	return said
}

// A tab is a browser that goes from site to site.
type tab struct {
	w    *world
	http *http.Client
}

func (w *world) tab() *tab {
	w.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.Fatal(err)
	}
	return &tab{w, &http.Client{Transport: w.http.Transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// walk follows redirects and presses the main button of each page's first
// form, until the browser is to leave for the app or a page has no form that
// leads on. It returns where it is.
func (b *tab) walk(address string, choose func(root *html.Node) (string, url.Values)) *url.URL {
	b.w.Helper()
	resp, err := b.http.Get(address)
	for range 25 {
		if err != nil {
			b.w.Fatal(err)
		}
		root, parseErr := html.Parse(resp.Body)
		resp.Body.Close()
		if parseErr != nil {
			b.w.Fatal(parseErr)
		}
		at := resp.Request.URL
		if to, err := resp.Location(); err == nil {
			if strings.HasPrefix(to.String(), callback) {
				return to
			}
			resp, err = b.http.Get(to.String())
			if err != nil {
				b.w.Fatal(err)
			}
			continue
		}
		action, values := choose(root)
		if action == "" {
			return at
		}
		to, parseErr := at.Parse(action)
		if parseErr != nil {
			b.w.Fatal(parseErr)
		}
		resp, err = b.http.PostForm(to.String(), values)
	}
	b.w.Fatal("the pages have no end")
	return nil
}

// through chooses the provider, and signs in there as grace.
func through(key string) func(*html.Node) (string, url.Values) {
	return func(root *html.Node) (string, url.Values) {
		for n := range root.Descendants() {
			if n.Type == html.ElementNode && n.Data == "button" && attr(n, "formaction") == "/signin/with/"+key {
				_, values := mainForm(root)
				return attr(n, "formaction"), values
			}
		}
		action, values := mainForm(root)
		if values.Get("prompt") == "login" {
			values.Set("login", "grace")
			values.Set("password", "x")
		}
		return action, values
	}
}

// leaving says yes to signing out, here and there.
func leaving(root *html.Node) (string, url.Values) {
	action, values := mainForm(root)
	if values.Has("xsrf") {
		values.Set("logout", "yes") // its button is outside of the form
	}
	return action, values
}

// TestOIDCProviderForNode: a person signs in at the hub through a provider
// that others wrote, before and after it has a new key, and signs out of both.
func TestOIDCProviderForNode(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w, "node")
	_, err := w.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{
		ID: "node", Kind: federation.KindOpenID, Name: "Node", BaseURL: p.issuer, ClientID: "hub", Enabled: true,
		SignUps: federation.Allow, TrustEmail: true, SignOutThere: true, KeepTokens: true, RoleMap: map[string]string{"staff": "member"},
	}, "a secret of the hub's: +/ %")
	if err != nil {
		t.Fatal(err)
	}
	c, _ := w.client(func(c *clients.Client) { c.PostLogoutRedirectURIs = []string{callback + "/bye"} })
	ask := w.URL + "/oauth2/authorize?" + url.Values{
		"client_id": {c.ID}, "response_type": {"code"}, "redirect_uri": {callback}, "scope": {"openid email"}, "state": {"x"},
		"code_challenge": {strings.Repeat("c", 43)}, "code_challenge_method": {"S256"},
	}.Encode()

	for _, key := range []string{"first", "second"} {
		b := w.tab()
		if to := b.walk(ask, through("node")); !strings.HasPrefix(to.String(), callback) || to.Query().Get("code") == "" {
			t.Fatalf("with the %s key the browser ends at %s\n%s", key, to, w.log.tail())
		}
		all, err := w.Hub.Users(t.Context(), "", 10)
		known := func(u users.User) bool {
			return u.Email == "grace@example.org" && u.Name == "Name of grace" && u.EmailVerified
		}
		if err != nil || len(all) != 2 || !slices.ContainsFunc(all, known) {
			t.Errorf("got %+v and %v", all, err)
		}
		last := b.walk(w.URL+"/signout", leaving)
		if last.Path != "/signed-out" || "https://"+last.Host != w.URL {
			t.Errorf("signing out ends at %s", last)
		}
		// It asks for a sign-in, so the session there has ended too.
		asked := false
		b.walk(ask, func(root *html.Node) (string, url.Values) {
			action, values := through("node")(root)
			asked = asked || values.Get("prompt") == "login"
			return action, values
		})
		if !asked {
			t.Error("the provider signed the person in again without asking")
		}
		p.say("rotate")
		w.skipped.Add(int64(10 * time.Second)) // a new key is not looked for more often
	}
}
