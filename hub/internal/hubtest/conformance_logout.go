package hubtest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/audit"
)

// Leaving is a signed-in user before the sign-out.
type Leaving struct {
	login
	Party   *Party
	Browser *Scripted
	Back    string // the registered post_logout_redirect_uri
}

// Enter signs a user in at a client with this metadata.
func (e *Exam) Enter(pairs ...any) Leaving {
	e.Helper()
	back := e.Site.Rp.URL + "/signed-out/" + rand.Text()
	p, b := e.Client(append([]any{"post_logout_redirect_uris", []string{back}}, pairs...)...), e.Browser()
	return Leaving{p.SignIn(b), p, b, back}
}

// End opens end_session_endpoint, confirms if asked, and follows the redirect.
func (l Leaving) End(sent url.Values) Page {
	b := l.Browser
	b.Helper()
	p := b.Open(b.site.At(b.T, "end_session_endpoint") + "?" + sent.Encode())
	if b.Has(p, "sign-out") {
		p = b.click(p, "sign-out")
	}
	return p
}

// IsOut checks that the browser has no session.
func (l Leaving) IsOut() {
	l.Party.E.Helper()
	request := l.Party.Request("prompt", "none")
	l.Party.E.CheckRefused(l.Browser.Visit(request), request, NotLoggedIn...)
}

// Fits does what the script of check_session_iframe does.
func (l Leaving) Fits(state string) bool {
	e := l.Party.E
	e.Helper()
	address := e.Site.At(e.T, "check_session_iframe")
	p := l.Browser.Open(address)
	body := byID(l.Browser.Parse(p), "session")
	if p.Status != http.StatusOK || body == nil || p.Header.Get("X-Frame-Options") != "" || strings.Contains(p.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		e.Fatalf("an app cannot use the frame: %d %v", p.Status, p.Header)
	}
	at, err := url.Parse(address)
	if err != nil {
		e.Fatal(err)
	}
	known := ""
	for _, c := range l.Browser.http.Jar.Cookies(at) {
		if c.Name == Attr(body, "data-cookie") {
			known = c.Value
		}
	}
	_, salt, _ := strings.Cut(state, ".")
	sum := sha256.Sum256([]byte(l.Party.ID + " " + e.Site.Rp.URL + " " + known + " " + salt))
	return state != "" && state == hex.EncodeToString(sum[:])+"."+salt
}

// Rotate replaces the signing keys at once, as the operator's command does.
func (s *Site) Rotate(t *testing.T) {
	t.Helper()
	if err := s.Hub.RotateSigningKeys(t.Context(), audit.Named("test"), "", false); err != nil {
		t.Fatal(err)
	}
}
