package sampleapp_test

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/cmd/fedhub/sampleapp"
)

// logoutWith posts a logout token and returns the status.
func (w *world) logoutWith(raw string) int {
	w.Helper()
	return w.post(sampleapp.LogoutPath, url.Values{"logout_token": {raw}}).Status
}

func TestTheHubEndsASession(t *testing.T) {
	for name, more := range map[string]map[string]any{
		"by subject and session": {},
		"by session":             {"sub": nil},
		"by subject":             {"sid": nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.signIn()
			if got := w.logoutWith(w.sign(w.key, "logout+jwt", w.logoutToken(more))); got != http.StatusOK {
				t.Errorf("got %d, want 200\n%s", got, w.log)
			}
			if w.signedIn() {
				t.Error("the session lives on")
			}
		})
	}
}

func TestAPersonSignsOutOfTheHubToo(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	p := w.post("/logout/hub", nil, "Sec-Fetch-Site", "same-origin")
	to, err := url.Parse(p.Location)
	if err != nil || !strings.HasPrefix(p.Location, w.hub.URL+"/logout?") {
		t.Fatalf("got %d %q", p.Status, p.Location)
	}
	query := to.Query()
	if query.Get("post_logout_redirect_uri") != w.app.URL+sampleapp.SignedOutPath || strings.Count(query.Get("id_token_hint"), ".") != 2 {
		t.Errorf("asked with %v", query)
	}
	if w.signedIn() {
		t.Error("the session lives on")
	}
	if page := w.get(sampleapp.SignedOutPath + "?state=" + query.Get("state")); !strings.Contains(page.Body, "You are signed out of The hub too.") {
		t.Errorf("the page does not say so:\n%s", page.Body)
	}
	if p := w.post("/logout/hub", nil, "Sec-Fetch-Site", "same-origin"); p.Location != sampleapp.SignedOutPath {
		t.Errorf("with nobody signed in: got %q", p.Location)
	}
}

func TestOtherSessionsLiveOn(t *testing.T) {
	for name, more := range map[string]map[string]any{
		"another session":                    {"sid": "s2"},
		"another person":                     {"sub": "u2"},
		"another person's, without session":  {"sub": "u2", "sid": nil},
		"another session, without a subject": {"sub": nil, "sid": "s2"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.signIn()
			if got := w.logoutWith(w.sign(w.key, "logout+jwt", w.logoutToken(more))); got != http.StatusOK {
				t.Errorf("got %d, want 200", got)
			}
			if !w.signedIn() {
				t.Error("the session has ended")
			}
		})
	}
}

func TestALogoutTokenThatIsNoneEndsNothing(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string]string{
		"nothing":             "",
		"garbage":             "a.b.c",
		"another's signature": w.sign(stranger, "logout+jwt", w.logoutToken(nil)),
		"another issuer":      w.sign(w.key, "logout+jwt", w.logoutToken(map[string]any{"iss": "https://evil.example"})),
		"another audience":    w.sign(w.key, "logout+jwt", w.logoutToken(map[string]any{"aud": "another"})),
		"expired":             w.sign(w.key, "logout+jwt", w.logoutToken(map[string]any{"exp": 1})),
		"no event":            w.sign(w.key, "logout+jwt", w.logoutToken(map[string]any{"events": nil})),
		"another event":       w.sign(w.key, "logout+jwt", w.logoutToken(map[string]any{"events": map[string]any{"https://evil.example": map[string]any{}}})),
		"an event of text":    w.sign(w.key, "logout+jwt", w.logoutToken(map[string]any{"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": "x"}})),
		"a nonce":             w.sign(w.key, "logout+jwt", w.logoutToken(map[string]any{"nonce": ""})),
		"nobody":              w.sign(w.key, "logout+jwt", w.logoutToken(map[string]any{"sub": nil, "sid": nil})),
		"no jti":              w.sign(w.key, "logout+jwt", w.logoutToken(map[string]any{"jti": nil})),
		"an access token":     w.sign(w.key, "at+jwt", w.logoutToken(nil)),
		"an ID token":         w.sign(w.key, "JWT", w.claims(map[string]any{"nonce": w.nonce, "sid": "s1"})),
	} {
		if got := w.logoutWith(raw); got != http.StatusBadRequest {
			t.Errorf("%s: got %d, want 400", name, got)
		}
	}
	if !w.signedIn() {
		t.Error("the session has ended")
	}
}

func TestALogoutTokenWorksOnce(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	raw := w.sign(w.key, "logout+jwt", w.logoutToken(nil))
	if got := w.logoutWith(raw); got != http.StatusOK {
		t.Errorf("first: got %d, want 200", got)
	}
	w.signIn() // in the same session at the hub
	if got := w.logoutWith(raw); got != http.StatusBadRequest {
		t.Errorf("second: got %d, want 400", got)
	}
	if !w.signedIn() {
		t.Error("the new session has ended")
	}
}
