package conformance_test

import (
	"crypto/rand"
	"net/url"
	"regexp"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// rpLogoutTests are section E. Each signs in, then opens end_session_endpoint,
// which may ask for confirmation.
var rpLogoutTests = []certificationTest{
	{name: "oidcc-rp-initiated-logout-discovery-endpoint-verification", run: needsEndpoints("end_session_endpoint")},
	{name: "oidcc-rp-initiated-logout", run: logoutWith(func(l hubtest.Leaving) []string {
		return []string{"id_token_hint", l.ID, "post_logout_redirect_uri", l.Back, "state", `abc123 !&=%#"'<>?/\+-._~;:@$,()*[]{}|^` + "`" + rand.Text()[:14]}
	}, goesBack)},
	{name: "oidcc-rp-initiated-logout-no-state", run: logoutWith(func(l hubtest.Leaving) []string {
		return []string{"id_token_hint", l.ID, "post_logout_redirect_uri", l.Back}
	}, goesBack)},
	{name: "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri", run: logoutWith(func(l hubtest.Leaving) []string {
		return []string{"id_token_hint", l.ID, "post_logout_redirect_uri", l.Back + "/more", "state", "x"}
	}, staysHere)},
	{name: "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri", run: logoutWith(func(l hubtest.Leaving) []string {
		return []string{"id_token_hint", l.ID, "post_logout_redirect_uri", l.Back + "?foo=bar", "state", "x"}
	}, staysHere)},
	{name: "oidcc-rp-initiated-logout-modified-id-token-hint", run: logoutWith(func(l hubtest.Leaving) []string {
		return []string{"id_token_hint", stripped(l.Party.E, l.ID), "post_logout_redirect_uri", l.Back, "state", "x"}
	}, staysHere)},
	{name: "oidcc-rp-initiated-logout-bad-id-token-hint", run: logoutWith(func(l hubtest.Leaving) []string {
		forged := hubtest.Signed(l.Party.E, jose.RS256, l.Party.Key, l.Party.Kid, "", l.Ids[0])
		return []string{"id_token_hint", forged, "post_logout_redirect_uri", l.Back, "state", "x"}
	}, staysHere)},
	{name: "oidcc-rp-initiated-logout-no-id-token-hint", run: logoutWith(func(l hubtest.Leaving) []string {
		return []string{"post_logout_redirect_uri", l.Back, "state", "x"}
	}, staysHere)},
	{name: "oidcc-rp-initiated-logout-no-params", run: logoutWith(func(hubtest.Leaving) []string { return nil }, saysSignedOut)},
	{name: "oidcc-rp-initiated-logout-no-post-logout-redirect-uri", run: logoutWith(func(l hubtest.Leaving) []string {
		return []string{"id_token_hint", l.ID, "state", "x"}
	}, saysSignedOut)},
	{name: "oidcc-rp-initiated-logout-only-state", run: logoutWith(func(hubtest.Leaving) []string { return []string{"state", "x"} }, saysSignedOut)},
}

func needsEndpoints(names ...string) func(*hubtest.Exam) {
	return func(e *hubtest.Exam) {
		for _, name := range names {
			if address := e.Site.At(e.T, name); !strings.HasPrefix(address, "https://") {
				e.Errorf("%s is %s", name, address)
			}
		}
	}
}

// logoutWith opens end_session_endpoint with these parameters, and checks where
// the browser ends.
func logoutWith(parameters func(hubtest.Leaving) []string, check func(*hubtest.Exam, hubtest.Leaving, url.Values, hubtest.Page)) func(*hubtest.Exam) {
	return func(e *hubtest.Exam) {
		l := e.Enter()
		sent := hubtest.Edited(url.Values{}, parameters(l))
		check(e, l, sent, l.End(sent))
	}
}

// leads is the page's redirect or Refresh.
func leads(p hubtest.Page) string {
	if p.Location != "" {
		return p.Location
	}
	refresh := p.Header.Get("Refresh")
	root, err := html.ParseWithOptions(strings.NewReader(p.Body), html.ParseOptionEnableScripting(false))
	if err != nil {
		return ""
	}
	if meta := refreshing(root); meta != "" {
		refresh = meta
	}
	_, address, _ := strings.Cut(refresh, "url=")
	return address
}

func refreshing(root *html.Node) string {
	for n := range root.Descendants() {
		if n.Data == "meta" && strings.EqualFold(hubtest.Attr(n, "http-equiv"), "refresh") {
			return hubtest.Attr(n, "content")
		}
	}
	return ""
}

func goesBack(e *hubtest.Exam, l hubtest.Leaving, sent url.Values, p hubtest.Page) {
	e.Helper()
	to, err := url.Parse(leads(p))
	if err != nil {
		e.Fatal(err)
	}
	for name := range to.Query() {
		if name != "state" {
			e.Errorf("%s is in the answer", name)
		}
	}
	hubtest.Want(e, "state", to.Query().Get("state"), sent.Get("state"))
	hubtest.Want(e, "state is there", to.Query().Has("state"), sent.Has("state"))
	to.RawQuery = ""
	hubtest.Want(e, "where the browser goes", to.String(), l.Back)
	l.IsOut()
}

func staysHere(e *hubtest.Exam, l hubtest.Leaving, _ url.Values, p hubtest.Page) {
	e.Helper()
	if address := leads(p); strings.HasPrefix(address, e.Site.Rp.URL) {
		e.Errorf("the browser is sent to %s", address)
	}
	if !strings.Contains(p.Header.Get("Content-Type"), "text/html") {
		e.Errorf("there is no page: %d %s", p.Status, hubtest.Gist(p.Body))
	}
}

var signedOut = regexp.MustCompile(`(?i)(signed|logged) out`)

func saysSignedOut(e *hubtest.Exam, l hubtest.Leaving, sent url.Values, p hubtest.Page) {
	e.Helper()
	staysHere(e, l, sent, p)
	if !signedOut.MatchString(p.Body) {
		e.Errorf("the page does not say that one is signed out: %s", hubtest.Gist(p.Body))
	}
	l.IsOut()
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

func supports(channel string) func(*hubtest.Exam) {
	return func(e *hubtest.Exam) {
		needsEndpoints("end_session_endpoint")(e)
		for _, name := range []string{channel + "_logout_supported", channel + "_logout_session_supported"} {
			hubtest.Want(e, name, e.Site.Meta[name], any(true))
		}
	}
}

func frontchannelLogout(e *hubtest.Exam) {
	address := e.Site.Rp.URL + "/front/" + rand.Text()
	l := e.Enter("frontchannel_logout_uri", address, "frontchannel_logout_session_required", true)
	sent := url.Values{"id_token_hint": {l.ID}, "post_logout_redirect_uri": {l.Back}, "state": {rand.Text()}}
	p := l.End(sent)
	var frames []*url.URL
	for n := range l.Browser.Parse(p).Descendants() {
		if n.Data == "iframe" {
			src, err := url.Parse(hubtest.Attr(n, "src"))
			if err != nil {
				e.Fatal(err)
			}
			frames = append(frames, src)
		}
	}
	if len(frames) != 1 {
		e.Fatalf("there are %d frames on the page: %s", len(frames), hubtest.Gist(p.Body))
	}
	told := frames[0].Query()
	hubtest.Want(e, "iss", told.Get("iss"), e.Site.URL)
	hubtest.Want(e, "sid", any(told.Get("sid")), l.Claim(e, "sid"))
	hubtest.Want(e, "parameters", len(told), 2)
	frames[0].RawQuery = ""
	hubtest.Want(e, "the frame", frames[0].String(), address)
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

func backchannelLogout(e *hubtest.Exam) {
	path := "/back/" + rand.Text()
	l := e.Enter("backchannel_logout_uri", e.Site.Rp.URL+path, "backchannel_logout_session_required", true)
	sent := url.Values{"id_token_hint": {l.ID}, "post_logout_redirect_uri": {l.Back}, "state": {rand.Text()}}
	goesBack(e, l, sent, l.End(sent))
	got := e.Site.Rp.Next(e.T, path)
	hubtest.Want(e, "Content-Type", got.Kind, "application/x-www-form-urlencoded")
	hubtest.Want(e, "TLS", got.Tls, 0x0304)
	hubtest.Want(e, "parameters", len(got.Form), 1)
	header, claims := e.Verified("logout token", got.Form.Get("logout_token"))
	id, _ := e.Verified("ID token", l.ID)
	hubtest.Want(e, "alg", header.Algorithm, id.Algorithm)
	hubtest.Want(e, "iss", claims["iss"], any(e.Site.URL))
	hubtest.Want(e, "aud", claims["aud"], any(l.Party.ID))
	for _, name := range []string{"iat", "jti", "exp"} {
		hubtest.Want(e, name+" is there", claims[name] != nil, true)
	}
	events, _ := claims["events"].(map[string]any)
	event, _ := events[logoutEvent].(map[string]any)
	if len(events) != 1 || event == nil || len(event) != 0 {
		e.Errorf("events is %v", claims["events"])
	}
	hubtest.Want(e, "sub", claims["sub"], l.Claim(e, "sub"))
	hubtest.Want(e, "sid", claims["sid"], l.Claim(e, "sid"))
	hubtest.Want(e, "nonce is there", claims["nonce"] != nil, false)
}

// sessionManagement does what the frame's script does: session_state of the
// response matches the browser during the session, and no longer after the
// sign-out (OIDC Session Management §3.2).
func sessionManagement(e *hubtest.Exam) {
	l := e.Enter()
	state := l.Values.Get("session_state")
	again := l.Party.Request("prompt", "none")
	a := l.Browser.Visit(again)
	hubtest.Want(e, "in silence too there is a session_state", a.Values.Get("session_state") != "", true)
	hubtest.Want(e, "the session is unchanged", l.Fits(state), true)
	hubtest.Want(e, "and by the newer state", l.Fits(a.Values.Get("session_state")), true)
	sent := url.Values{"id_token_hint": {l.ID}, "post_logout_redirect_uri": {l.Back}}
	goesBack(e, l, sent, l.End(sent))
	hubtest.Want(e, "the session is unchanged after the end", l.Fits(state), false)
}
