package sampleapp_test

import (
	"crypto/sha256"
	"encoding/base64"
	"go/parser"
	"go/token"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/cmd/fedhub/sampleapp"
)

// The app is an example for applications outside this repository.
func TestTheAppUsesNothingOfTheHubs(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range file.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			standard := !strings.Contains(path, ".")
			if !standard && path != "golang.org/x/oauth2" && path != "github.com/coreos/go-oidc/v3/oidc" {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}

func TestAPersonSignsIn(t *testing.T) {
	w := newWorld(t)
	if got := w.get("/").Body; !strings.Contains(got, "Sign in with The hub") {
		t.Errorf("the start page has no button:\n%s", got)
	}
	asked := w.leave()
	for name, want := range map[string]string{
		"client_id": "app", "response_type": "code", "scope": "openid profile email",
		"redirect_uri": w.app.URL + "/callback", "code_challenge_method": "S256",
	} {
		if got := asked.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if p := w.back(); p.Location != "/" {
		t.Fatalf("back: got %d %q", p.Status, p.Location)
	}
	form, err := url.ParseQuery(w.bodies["/token"])
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	if got, want := base64.RawURLEncoding.EncodeToString(sum[:]), asked.Get("code_challenge"); got != want {
		t.Errorf("challenge of the verifier: got %q, want %q", got, want)
	}
	page := w.get("/").Body
	for _, want := range []string{"Hello, Ada Lovelace", "ada@example.org", w.hub.URL, "email_verified"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
}

func TestAnAnswerThatDoesNotFitSignsNobodyIn(t *testing.T) {
	for name, row := range map[string]struct {
		break_ func(w *world)
		back   []string
		status int
		says   string
	}{
		"another state":                     {back: []string{"state", "another"}, status: 400, says: "This sign-in expired."},
		"no state":                          {back: []string{"state", ""}, status: 400, says: "This sign-in expired."},
		"another issuer":                    {back: []string{"iss", "https://evil.example"}, status: 502, says: "response is not valid"},
		"no issuer, though the hub says so": {back: []string{"iss", ""}, status: 502, says: "response is not valid"},
		"another nonce":                     {break_: func(w *world) { w.idToken = map[string]any{"nonce": "another"} }, status: 502, says: "response is not valid"},
		"an ID token for another app":       {break_: func(w *world) { w.idToken = map[string]any{"aud": "another"} }, status: 502, says: "response is not valid"},
		"an ID token from another hub":      {break_: func(w *world) { w.idToken = map[string]any{"iss": "https://evil.example"} }, status: 502, says: "response is not valid"},
		"an ID token that expired":          {break_: func(w *world) { w.idToken = map[string]any{"exp": 1} }, status: 502, says: "response is not valid"},
		"an ID token for another token":     {break_: func(w *world) { w.idToken = map[string]any{"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"} }, status: 502, says: "response is not valid"},
		"userinfo about somebody else":      {break_: func(w *world) { w.info = map[string]any{"sub": "u2"} }, status: 502, says: "response is not valid"},
		"a code that is no good":            {break_: func(w *world) { w.refused = "invalid_grant" }, status: 401, says: "ended this session"},
		"a no":                              {back: []string{"error", "access_denied", "code", ""}, status: 403, says: "Sign-in cancelled"},
		"an error":                          {back: []string{"error", "server_error", "code", ""}, status: 502, says: "server_error"},
		"an error that nobody knows":        {back: []string{"error", "<script>", "code", ""}, status: 502, says: "an error that the app does not know"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.leave()
			if row.break_ != nil {
				row.break_(w)
			}
			p := w.back(row.back...)
			if p.Status != row.status || !strings.Contains(p.Body, row.says) {
				t.Errorf("got %d, want %d and %q:\n%s", p.Status, row.status, row.says, p.Body)
			}
			if !strings.Contains(p.Body, `href="/"`) {
				t.Error("there is no way back")
			}
			if w.signedIn() {
				t.Error("somebody is signed in")
			}
		})
	}
}

func TestAnAnswerWorksOnceAndInItsOwnBrowser(t *testing.T) {
	w := newWorld(t)
	w.leave()
	ours := w.browser
	w.browser = w.newBrowser()
	w.get("/login") // it has a cookie of its own
	if p := w.back(); p.Status != http.StatusBadRequest {
		t.Errorf("in another browser: got %d, want 400", p.Status)
	}
	w.browser = ours
	if p := w.back(); p.Status != http.StatusSeeOther {
		t.Errorf("in its own: got %d, want 303", p.Status)
	}
	if p := w.back(); p.Status != http.StatusBadRequest {
		t.Errorf("again: got %d, want 400", p.Status)
	}
}

func TestTwoTabsSignInAtOnce(t *testing.T) {
	w := newWorld(t)
	w.leave()
	first, nonce := w.state, w.nonce
	w.leave()
	if p := w.back(); p.Status != http.StatusSeeOther {
		t.Errorf("the second tab: got %d", p.Status)
	}
	w.nonce = nonce
	if p := w.back("state", first); p.Status != http.StatusSeeOther {
		t.Errorf("the first tab: got %d", p.Status)
	}
}

func TestTheCookieChangesWhenSomebodySignsIn(t *testing.T) {
	w := newWorld(t)
	u, err := url.Parse(w.app.URL)
	if err != nil {
		t.Fatal(err)
	}
	w.leave()
	before := w.browser.Jar.Cookies(u)[0]
	p := w.back()
	after := w.browser.Jar.Cookies(u)[0]
	if before.Value == after.Value {
		t.Error("it is the same as before")
	}
	if got := p.Header.Get("Set-Cookie"); !strings.Contains(got, "HttpOnly") || !strings.Contains(got, "SameSite=Lax") {
		t.Errorf("the cookie's attributes: got %q", got)
	}
	w.browser.Jar.SetCookies(u, []*http.Cookie{before})
	if w.signedIn() {
		t.Error("the old cookie is signed in")
	}
}

func TestRefreshAsksTheHubAgain(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	w.info["name"] = "Countess Lovelace"
	if p := w.post("/refresh", nil); p.Status != http.StatusSeeOther {
		t.Fatalf("got %d:\n%s", p.Status, p.Body)
	}
	if got := w.get("/").Body; !strings.Contains(got, "Hello, Countess Lovelace") {
		t.Errorf("the page does not know the new name:\n%s", got)
	}
	// If the hub has ended the session, it ends here too.
	w.refused = "invalid_grant"
	if p := w.post("/refresh", nil); p.Status != http.StatusUnauthorized {
		t.Errorf("got %d, want 401", p.Status)
	}
	if w.signedIn() {
		t.Error("the session lives on")
	}
}

func TestAnotherSiteCanChangeNothing(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	for _, site := range []string{"cross-site", "same-site"} {
		for _, path := range []string{"/logout", "/logout/hub", "/refresh"} {
			if p := w.post(path, nil, "Sec-Fetch-Site", site); p.Status != http.StatusForbidden {
				t.Errorf("%s from %s: got %d, want 403", path, site, p.Status)
			}
		}
	}
	if !w.signedIn() {
		t.Error("the session has ended")
	}
	if p := w.post("/logout", nil, "Sec-Fetch-Site", "same-origin"); p.Location != "/signed-out" {
		t.Errorf("our own form: got %d %q", p.Status, p.Location)
	}
	if w.signedIn() {
		t.Error("the session lives on")
	}
}

func TestAHubThatIsAwayIsAPage(t *testing.T) {
	w := newWorld(t)
	w.hub.Close()
	if p := w.get("/login"); p.Status != http.StatusBadGateway || !strings.Contains(p.Body, "didn&#39;t answer") {
		t.Errorf("got %d:\n%s", p.Status, p.Body)
	}
	if p := w.get("/"); p.Status != http.StatusOK {
		t.Errorf("the start page: got %d", p.Status)
	}
}

func TestWhatAHubSaysIsOnlyText(t *testing.T) {
	w := newWorld(t)
	w.info["name"], w.info["x"] = `<script>alert(1)</script>`, []any{"<b>"}
	w.signIn()
	p := w.get("/")
	if strings.Contains(p.Body, "<script") || strings.Contains(p.Body, "<b>&") {
		t.Errorf("the page has it as markup:\n%s", p.Body)
	}
	if got := p.Header.Get("Content-Security-Policy"); !strings.Contains(got, "default-src 'none'") {
		t.Errorf("the policy: got %q", got)
	}
}

func TestNothingSecretIsLogged(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	w.leave()
	w.back("state", "another")
	w.leave()
	w.refused = "invalid_grant"
	w.back()
	w.post(sampleapp.LogoutPath, url.Values{"logout_token": {"eyJhbGciOiJSUzI1NiJ9.e30.AAAA"}})
	log := w.log.String()
	for _, secret := range []string{"the code", "the access token", "the refresh token", "the client secret", "eyJ", w.state, w.nonce} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
	if log == "" {
		t.Error("nothing was logged at all")
	}
}
