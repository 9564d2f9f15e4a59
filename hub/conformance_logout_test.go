package hub_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/net/html"
)

// rpLogoutTests are section E. In each somebody signs in first and is sent to
// end_session_endpoint then; they may be asked before they are signed out.
var rpLogoutTests = []certificationTest{
	{name: "oidcc-rp-initiated-logout-discovery-endpoint-verification", run: needsEndpoints("end_session_endpoint")},
	{name: "oidcc-rp-initiated-logout", run: logoutWith(func(l leaving) []string {
		return []string{"id_token_hint", l.id, "post_logout_redirect_uri", l.back, "state", `abc123 !&=%#"'<>?/\+-._~;:@$,()*[]{}|^` + "`" + rand.Text()[:14]}
	}, goesBack)},
	{name: "oidcc-rp-initiated-logout-no-state", run: logoutWith(func(l leaving) []string {
		return []string{"id_token_hint", l.id, "post_logout_redirect_uri", l.back}
	}, goesBack)},
	{name: "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri", run: logoutWith(func(l leaving) []string {
		return []string{"id_token_hint", l.id, "post_logout_redirect_uri", l.back + "/more", "state", "x"}
	}, staysHere)},
	{name: "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri", run: logoutWith(func(l leaving) []string {
		return []string{"id_token_hint", l.id, "post_logout_redirect_uri", l.back + "?foo=bar", "state", "x"}
	}, staysHere)},
	{name: "oidcc-rp-initiated-logout-modified-id-token-hint", run: logoutWith(func(l leaving) []string {
		return []string{"id_token_hint", stripped(l.party.e, l.id), "post_logout_redirect_uri", l.back, "state", "x"}
	}, staysHere)},
	{name: "oidcc-rp-initiated-logout-bad-id-token-hint", run: logoutWith(func(l leaving) []string {
		forged := signed(l.party.e, jose.RS256, l.party.key, l.party.kid, "", l.ids[0])
		return []string{"id_token_hint", forged, "post_logout_redirect_uri", l.back, "state", "x"}
	}, staysHere)},
	{name: "oidcc-rp-initiated-logout-no-id-token-hint", run: logoutWith(func(l leaving) []string {
		return []string{"post_logout_redirect_uri", l.back, "state", "x"}
	}, staysHere)},
	{name: "oidcc-rp-initiated-logout-no-params", run: logoutWith(func(leaving) []string { return nil }, saysSignedOut)},
	{name: "oidcc-rp-initiated-logout-no-post-logout-redirect-uri", run: logoutWith(func(l leaving) []string {
		return []string{"id_token_hint", l.id, "state", "x"}
	}, saysSignedOut)},
	{name: "oidcc-rp-initiated-logout-only-state", run: logoutWith(func(leaving) []string { return []string{"state", "x"} }, saysSignedOut)},
}

func needsEndpoints(names ...string) func(*exam) {
	return func(e *exam) {
		for _, name := range names {
			if address := e.site.at(e.T, name); !strings.HasPrefix(address, "https://") {
				e.Errorf("%s is %s", name, address)
			}
		}
	}
}

// leaving is somebody who signed in and is about to leave.
type leaving struct {
	login
	party   *party
	browser *scripted
	back    string // the registered post_logout_redirect_uri
}

// enter signs somebody in at a client with the metadata.
func (e *exam) enter(pairs ...any) leaving {
	e.Helper()
	back := e.site.rp.URL + "/signed-out/" + rand.Text()
	p, b := e.client(append([]any{"post_logout_redirect_uris", []string{back}}, pairs...)...), e.browser()
	return leaving{p.signIn(b), p, b, back}
}

// logoutWith goes to end_session_endpoint with what the parameters say, and
// checks where that ends.
func logoutWith(parameters func(leaving) []string, check func(*exam, leaving, url.Values, page)) func(*exam) {
	return func(e *exam) {
		l := e.enter()
		sent := edited(url.Values{}, parameters(l))
		check(e, l, sent, l.end(sent))
	}
}

// end opens end_session_endpoint, says yes if asked, and goes on to where the
// browser is sent.
func (l leaving) end(sent url.Values) page {
	b := l.browser
	b.Helper()
	p := b.open(b.site.at(b.T, "end_session_endpoint") + "?" + sent.Encode())
	if b.has(p, "sign-out") {
		p = b.click(p, "sign-out")
	}
	return p
}

// leads is where a page sends the browser on, by redirect or by Refresh.
func leads(b *scripted, p page) string {
	if p.Location != "" {
		return p.Location
	}
	refresh := p.Header.Get("Refresh")
	if meta := refreshing(b.parse(p)); meta != "" {
		refresh = meta
	}
	_, address, _ := strings.Cut(refresh, "url=")
	return address
}

func refreshing(root *html.Node) string {
	for n := range root.Descendants() {
		if n.Data == "meta" && strings.EqualFold(attr(n, "http-equiv"), "refresh") {
			return attr(n, "content")
		}
	}
	return ""
}

func goesBack(e *exam, l leaving, sent url.Values, p page) {
	e.Helper()
	to, err := url.Parse(leads(l.browser, p))
	if err != nil {
		e.Fatal(err)
	}
	for name := range to.Query() {
		if name != "state" {
			e.Errorf("%s is in the answer", name)
		}
	}
	want(e, "state", to.Query().Get("state"), sent.Get("state"))
	want(e, "state is there", to.Query().Has("state"), sent.Has("state"))
	to.RawQuery = ""
	want(e, "where the browser goes", to.String(), l.back)
	l.isOut()
}

func staysHere(e *exam, l leaving, _ url.Values, p page) {
	e.Helper()
	if address := leads(l.browser, p); strings.HasPrefix(address, e.site.rp.URL) {
		e.Errorf("the browser is sent to %s", address)
	}
	if !strings.Contains(p.Header.Get("Content-Type"), "text/html") {
		e.Errorf("there is no page: %d %s", p.Status, gist(p.Body))
	}
}

var signedOut = regexp.MustCompile(`(?i)(signed|logged) out`)

func saysSignedOut(e *exam, l leaving, sent url.Values, p page) {
	e.Helper()
	staysHere(e, l, sent, p)
	if !signedOut.MatchString(p.Body) {
		e.Errorf("the page does not say that one is signed out: %s", gist(p.Body))
	}
	l.isOut()
}

// isOut checks that nobody is signed in any more.
func (l leaving) isOut() {
	l.party.e.Helper()
	request := l.party.request("prompt", "none")
	l.party.e.checkRefused(l.browser.visit(request), request, notLoggedIn...)
}

// sessionTests are section F.
var sessionTests = []certificationTest{
	{name: "oidcc-session-management-discovery-endpoint-verification", run: needsEndpoints("check_session_iframe", "end_session_endpoint")},
	{name: "oidcc-session-management-rp-initiated-logout", run: sessionManagement},
}

// frontchannelTests are section G.
var frontchannelTests = []certificationTest{
	{name: "oidcc-frontchannel-logout-discovery-endpoint-verification", run: supports("frontchannel")},
	{name: "oidcc-frontchannel-rp-initiated-logout", run: frontchannelLogout},
}

func supports(channel string) func(*exam) {
	return func(e *exam) {
		needsEndpoints("end_session_endpoint")(e)
		for _, name := range []string{channel + "_logout_supported", channel + "_logout_session_supported"} {
			want(e, name, e.site.meta[name], any(true))
		}
	}
}

func frontchannelLogout(e *exam) {
	address := e.site.rp.URL + "/front/" + rand.Text()
	l := e.enter("frontchannel_logout_uri", address, "frontchannel_logout_session_required", true)
	sent := url.Values{"id_token_hint": {l.id}, "post_logout_redirect_uri": {l.back}, "state": {rand.Text()}}
	p := l.end(sent)
	var frames []*url.URL
	for n := range l.browser.parse(p).Descendants() {
		if n.Data == "iframe" {
			src, err := url.Parse(attr(n, "src"))
			if err != nil {
				e.Fatal(err)
			}
			frames = append(frames, src)
		}
	}
	if len(frames) != 1 {
		e.Fatalf("there are %d frames on the page: %s", len(frames), gist(p.Body))
	}
	told := frames[0].Query()
	want(e, "iss", told.Get("iss"), e.site.URL)
	want(e, "sid", any(told.Get("sid")), l.claim(e, "sid"))
	want(e, "parameters", len(told), 2)
	frames[0].RawQuery = ""
	want(e, "the frame", frames[0].String(), address)
	if policy := p.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-src") {
		e.Errorf("the page forbids its own frames: %s", policy)
	}
	goesBack(e, l, sent, p)
}

// backchannelTests are section H.
var backchannelTests = []certificationTest{
	{name: "oidcc-backchannel-logout-discovery-endpoint-verification", run: supports("backchannel")},
	{name: "oidcc-backchannel-rp-initiated-logout", run: backchannelLogout},
}

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

func backchannelLogout(e *exam) {
	path := "/back/" + rand.Text()
	l := e.enter("backchannel_logout_uri", e.site.rp.URL+path, "backchannel_logout_session_required", true)
	sent := url.Values{"id_token_hint": {l.id}, "post_logout_redirect_uri": {l.back}, "state": {rand.Text()}}
	goesBack(e, l, sent, l.end(sent))
	got := e.site.rp.next(e.T, path)
	want(e, "Content-Type", got.kind, "application/x-www-form-urlencoded")
	want(e, "TLS", got.tls, 0x0304)
	want(e, "parameters", len(got.form), 1)
	header, claims := e.verified("logout token", got.form.Get("logout_token"))
	id, _ := e.verified("ID token", l.id)
	want(e, "alg", header.Algorithm, id.Algorithm)
	want(e, "iss", claims["iss"], any(e.site.URL))
	want(e, "aud", claims["aud"], any(l.party.ID))
	for _, name := range []string{"iat", "jti", "exp"} {
		want(e, name+" is there", claims[name] != nil, true)
	}
	events, _ := claims["events"].(map[string]any)
	event, _ := events[logoutEvent].(map[string]any)
	if len(events) != 1 || event == nil || len(event) != 0 {
		e.Errorf("events is %v", claims["events"])
	}
	want(e, "sub", claims["sub"], l.claim(e, "sub"))
	want(e, "sid", claims["sid"], l.claim(e, "sid"))
	want(e, "nonce is there", claims["nonce"] != nil, false)
}

// sessionManagement asks what the frame's script would find: the state that
// came with the answer fits the browser while the session lives, and not any
// more when somebody is signed out (OIDC Session Management §3.2).
func sessionManagement(e *exam) {
	l := e.enter()
	state := l.values.Get("session_state")
	again := l.party.request("prompt", "none")
	a := l.browser.visit(again)
	want(e, "in silence too there is a session_state", a.values.Get("session_state") != "", true)
	want(e, "the session is unchanged", l.fits(state), true)
	want(e, "and by the newer state", l.fits(a.values.Get("session_state")), true)
	sent := url.Values{"id_token_hint": {l.id}, "post_logout_redirect_uri": {l.back}}
	goesBack(e, l, sent, l.end(sent))
	want(e, "the session is unchanged after the end", l.fits(state), false)
}

// fits does what the script of check_session_iframe does.
func (l leaving) fits(state string) bool {
	e := l.party.e
	e.Helper()
	address := e.site.at(e.T, "check_session_iframe")
	p := l.browser.open(address)
	body := byID(l.browser.parse(p), "session")
	if p.Status != http.StatusOK || body == nil || p.Header.Get("X-Frame-Options") != "" || strings.Contains(p.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		e.Fatalf("an app cannot use the frame: %d %v", p.Status, p.Header)
	}
	at, err := url.Parse(address)
	if err != nil {
		e.Fatal(err)
	}
	known := ""
	for _, c := range l.browser.http.Jar.Cookies(at) {
		if c.Name == attr(body, "data-cookie") {
			known = c.Value
		}
	}
	_, salt, _ := strings.Cut(state, ".")
	sum := sha256.Sum256([]byte(l.party.ID + " " + e.site.rp.URL + " " + known + " " + salt))
	return state != "" && state == hex.EncodeToString(sum[:])+"."+salt
}

// rotate makes new signing keys at once, as an operator's command does.
func (s *site) rotate(t *testing.T) {
	t.Helper()
	if err := s.Hub.RotateSigningKeys(t.Context(), "test", false); err != nil {
		t.Fatal(err)
	}
}
